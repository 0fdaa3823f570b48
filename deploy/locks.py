"""The locked requirements of each part that has an image of its own: what it names in its pyproject.toml, and what that
needs, with the versions and hashes of the house's locks. A service's lock stands on top of the runtime's.

python -m deploy.locks           write <part>/requirements.lock; `make lock` does, after a change of dependencies
python -m deploy.locks --check   say which are stale, and change nothing
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = ROOT / "services" / "_runtime"
RUNTIME_NAME = "terminfluss-runtime"
ALONE = (RUNTIME, ROOT / "gateway", ROOT / "deploy" / "mailcatcher")  # the parts that stand on nothing
MADE = "# Made by `make lock`."
ENTRY = re.compile(r"^([\w.-]+)==\S+ \\\n(?:    --hash=\S+(?: \\)?\n)+", re.M)


def parts() -> list[Path]:
    """The folders of everything that has an image."""
    services = [file.parent for file in sorted((ROOT / "services").glob("*/pyproject.toml"))]
    return [*(folder for folder in services if folder != RUNTIME), *ALONE]


def entries() -> dict[str, str]:
    """Package name -> its lines in the house's locks; the product's lock wins."""
    found: dict[str, str] = {}
    for lock in ("requirements-dev.lock", "requirements.lock"):
        text = (ROOT / lock).read_text()
        found |= {canonicalize_name(match[1]): match[0] for match in ENTRY.finditer(text)}
    return found


def wanted(part: Path) -> list[Requirement]:
    """What the part names in its pyproject.toml, except the runtime, which lies in the image as a folder."""
    with (part / "pyproject.toml").open("rb") as file:
        named = [Requirement(line) for line in tomllib.load(file)["project"]["dependencies"]]
    return [requirement for requirement in named if requirement.name != RUNTIME_NAME]


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """The names of these packages and of all that they need, as installed here."""
    found: set[str] = set()
    open_ones = list(requirements)
    seen: set[tuple[str, frozenset[str]]] = set()
    while open_ones:
        requirement = open_ones.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        open_ones += [each for line in requires(name) or () if _applies(each := Requirement(line), extras)]
    return found


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def packages(part: Path) -> set[str]:
    """Every package that the part's image holds."""
    beneath = set() if part in ALONE else closure(wanted(RUNTIME))
    return closure(wanted(part)) | beneath


def locks() -> dict[Path, str]:
    """Every generated lock with the text that it should have."""
    return {part / "requirements.lock": _lock(part, entries()) for part in parts()}


def _lock(part: Path, known: dict[str, str]) -> str:
    if part in ALONE:
        return MADE + "\n" + "".join(known[name] for name in sorted(packages(part)))
    own = packages(part) - packages(RUNTIME)
    head = f"{MADE} On top of services/_runtime/requirements.lock.\n"
    return head + "".join(known[name] for name in sorted(own))


def stale() -> list[Path]:
    """The locks that are not what the house's locks say."""
    return [path for path, text in locks().items() if not path.exists() or path.read_text() != text]


def main(arguments: list[str]) -> None:
    if arguments == ["--check"]:
        if old := stale():
            sys.exit(f"stale, run `make lock`: {', '.join(str(path.relative_to(ROOT)) for path in old)}")
    elif arguments:
        sys.exit(__doc__)
    else:
        for path, text in locks().items():
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
