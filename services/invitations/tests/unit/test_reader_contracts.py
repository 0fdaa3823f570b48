"""What we owe to those who read our events (they write it down in `readers/`), and to what we told before."""

from pathlib import Path

from invitations.contracts.registry import EMITS
from runtime.expectations import broken

FOLDER = Path(__file__).parents[2]


def test_no_reader_misses_anything() -> None:
    """Every golden sample has what each reader takes, and no schema allows what a reader cannot read."""
    assert broken(FOLDER, EMITS) == []
