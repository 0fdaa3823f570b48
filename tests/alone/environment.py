"""A Python environment that holds what a project file declares, and nothing else.

Packages are not downloaded: those of the running environment are linked into the new one, each with what it requires.
"""

import sysconfig
import tomllib
import venv
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN = "terminfluss-"  # our own packages are built from their folders


def described(folder: Path) -> dict[str, Any]:
    """The folder's project file."""
    return tomllib.loads((folder / "pyproject.toml").read_text())


def declared(folder: Path) -> list[str]:
    """What the project there names: to run, to be built and to be tested."""
    about = described(folder)
    return [
        *about["project"]["dependencies"],
        *about["build-system"]["requires"],
        *about["dependency-groups"]["test"],
    ]


def create(folder: Path, requirements: Iterable[str]) -> Path:
    """Make the environment; its Python."""
    venv.EnvBuilder(symlinks=True).create(folder)
    variables = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", variables))
    for distribution in closure(requirements):
        _link(distribution, packages)
    return folder / "bin" / "python"


def closure(requirements: Iterable[str]) -> list[metadata.Distribution]:
    """The installed distributions that satisfy these, with all that they require in turn.

    Raises PackageNotFoundError for one that is not installed, ValueError for one in another version.
    """
    found: dict[str, metadata.Distribution] = {}
    open_ = [(Requirement(text), "") for text in requirements]
    seen: set[tuple[str, str]] = set()
    while open_:
        wanted, extra = open_.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        new = {(name, asked) for asked in ("", *wanted.extras)} - seen
        if not new or name.startswith(OWN):
            continue
        seen |= new
        found[name] = _installed(wanted)
        open_ += [(Requirement(text), asked) for _, asked in new for text in found[name].requires or ()]
    return list(found.values())


def _installed(wanted: Requirement) -> metadata.Distribution:
    distribution = metadata.distribution(wanted.name)
    if not wanted.specifier.contains(distribution.version, prereleases=True):
        raise ValueError(f"{wanted} is wanted, {distribution.version} is installed")
    return distribution


def _link(distribution: metadata.Distribution, packages: Path) -> None:
    """Link what the distribution has installed, by its topmost folders and files."""
    tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
    for top in tops:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(distribution.locate_file(top))))
