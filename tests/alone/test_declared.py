"""Each project file names the packages that its code imports: all of them, and no others."""

import ast
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.house import SERVICES
from tests.alone.bench import ROOT
from tests.alone.environment import OWN, described

PACKAGES = {"_runtime": "runtime", **{service.name: service.name for service in SERVICES}}
NEVER_IMPORTED = {
    "psycopg2-binary",  # SQLAlchemy loads it, by the scheme of DATABASE_URL
    "tzdata",  # zoneinfo reads it where the system has no zones
}
KNOWN = metadata.packages_distributions()
FOR_TESTS = {"testing", "contract", "expectations"}  # modules that no running service loads
parts = pytest.mark.parametrize("part", PACKAGES)


@parts
def test_the_project_names_what_its_code_imports(part: str) -> None:
    """Nothing is there only because another package happens to need it."""
    code = [file for file in sources(part, PACKAGES[part]) if file.stem not in FOR_TESTS]
    assert imported(code) <= named(part)


@parts
def test_the_project_names_nothing_that_it_does_not_need(part: str) -> None:
    """An image holds what is used."""
    assert named(part) <= imported(sources(part, PACKAGES[part])) | NEVER_IMPORTED


@parts
def test_the_project_names_what_its_tests_import(part: str) -> None:
    """In a group of its own, which no image installs."""
    code = [*sources(part, "tests"), *sources(part, PACKAGES[part])]
    assert imported(code) <= named(part) | for_tests(part)
    assert for_tests(part) <= imported(code) | {"pytest"}


@pytest.mark.parametrize("part", [name for name in PACKAGES if name != "_runtime"])
def test_the_tests_import_nothing_of_another_service_or_of_the_house(part: str) -> None:
    """Not even as helpers: they run where there is nothing else."""
    foreign = {"gateway", "deploy", "tests", *PACKAGES.values()} - {PACKAGES[part], "runtime"}
    found = {(file.name, name) for file in sources(part, "tests") for name in modules(file)}
    assert {(file, name) for file, name in found if name.split(".")[0] in foreign} == set()
    own = f"services.{part}."
    assert {(file, name) for file, name in found if name.startswith("services.") and not name.startswith(own)} == set()


def sources(part: str, folder: str) -> list[Path]:
    found = (ROOT / "services" / part / folder).rglob("*.py")
    return [file for file in found if "node_modules" not in file.parts]


def named(part: str) -> set[str]:
    """The distributions that the project depends on, ours left out."""
    return names(described(ROOT / "services" / part)["project"]["dependencies"])


def for_tests(part: str) -> set[str]:
    return names(described(ROOT / "services" / part)["dependency-groups"]["test"])


def names(requirements: list[str]) -> set[str]:
    found = {canonicalize_name(Requirement(text).name) for text in requirements}
    return {name for name in found if not name.startswith(OWN)}


def imported(files: list[Path]) -> set[str]:
    """The distributions of everything foreign that is imported anywhere in these files."""
    found = {module for file in files for module in modules(file)}
    ours = sys.stdlib_module_names | {*PACKAGES.values(), "services", "gateway", "deploy", "tests"}
    return set().union(*(providers(module) for module in found if module.split(".")[0] not in ours))


def providers(module: str) -> set[str]:
    """The distributions that hold the module; several may share the topmost package."""
    candidates = KNOWN[module.split(".")[0]]
    if len(set(candidates)) == 1:
        return {canonicalize_name(candidates[0])}
    place = module.replace(".", "/")
    held = {name for name in candidates if any(str(f).startswith(f"{place}/") for f in metadata.files(name) or ())}
    return {canonicalize_name(name) for name in held} if held else providers(module.rpartition(".")[0])


def modules(file: Path) -> Iterator[str]:
    """What the file imports, at its top or later: `from a import b` as a.b, whatever b is."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
