"""Two versions of booking and notify: the one that is here, and a next one with a change of the kind that happens.

The change: an appointment gets a reference that its customer can quote. It is a nullable column, an optional field of
the RPC `book`, which makes one itself if none is given, a field of its answer, and a field of the events, which notify
keeps with each message. A line that no longer finds its place fails with its name: move it along with the code.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory

ROOT = Path(__file__).resolve().parents[2]
ALL = ("_runtime", "practice", "availability", "booking", "notify", "invitations")
CHANGED = ("booking", "notify")

# service -> after which line, wherever it stands, what comes new
ADDED = {
    "booking": {
        '    Column("link", String(64)),': '    Column("reference", String(12)),',
        "    link: str | None": "    reference: str | None = None",
        "    link = Words(1, 64, load_default=None, allow_none=True)": (
            "    reference = Words(1, 12, load_default=None, allow_none=True)"
        ),
        "        link=wish.link,": "        reference=wish.reference or id[:8],",
        '        "place": places.told(a.place),': '        "reference": a.reference,',  # events and answers
    },
    "notify": {
        "    recipient: Mapped[str] = mapped_column(String(254))": (
            "    quoted: Mapped[str | None] = mapped_column(String(12))"
        ),
        '    *("online", "actor", "notify", "note", "previous_start", "previous_end"),': '    "reference",',
        '        "recipient": draft.recipient,': '        "quoted": snapshot["reference"] or "",',
    },
}
# service -> what its next migration does
EXPANDS = {
    "booking": 'op.add_column("appointments", sa.Column("reference", sa.String(12)))',
    "notify": 'op.add_column("messages", sa.Column("quoted", sa.String(12)))',
}
BREAKS = {"booking": 'op.alter_column("appointments", "message", new_column_name="words")'}

MIGRATION = '''"""A change for the tests of upgrades."""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {head!r}


def upgrade() -> None:
    {action}
'''


@dataclass(frozen=True)
class Version:
    """The code of the services and the runtime in a folder of their own."""

    services: Path

    @property
    def path(self) -> str:
        """PYTHONPATH: this code stands before any other of these names."""
        return ":".join(str(self.services / name) for name in ALL)


def this(folder: Path) -> Version:
    """What is here, as a copy: nobody changes it while it runs."""
    for name in ALL:
        shutil.copytree(ROOT / "services" / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    return Version(folder)


def next_one(folder: Path) -> Version:
    """With the change."""
    version = this(folder)
    for service, lines in ADDED.items():
        for place, line in lines.items():
            _add(folder / service / service, place, line)
    return _migrating(version, "next", EXPANDS)


def breaking_one(folder: Path) -> Version:
    """The negative control: it renames a column that the versions before it use."""
    return _migrating(next_one(folder), "one_too_far", BREAKS)


def _add(code: Path, place: str, line: str) -> None:
    before, after = f"\n{place}\n", f"\n{place}\n{line}\n"
    files = [file for file in code.rglob("*.py") if before in file.read_text()]
    if not files:
        raise LookupError(f"{code.name} has no line {place!r} any more: see ADDED in {Path(__file__).name}")
    for file in files:
        file.write_text(file.read_text().replace(before, after))


def _migrating(version: Version, revision: str, actions: dict[str, str]) -> Version:
    for service, action in actions.items():
        migrations = version.services / service / service / "migrations"
        head = ScriptDirectory(str(migrations)).get_current_head()
        text = MIGRATION.format(revision=revision, head=head, action=action)
        (migrations / "versions" / f"{revision}.py").write_text(text)
    return version
