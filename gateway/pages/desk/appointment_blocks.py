"""What the blocks of the appointment page need beside the appointment. Who owns a block adds a function to LOADERS."""

from collections.abc import Callable

from gateway.pages.backend import Json

LOADERS: list[Callable[[Json], Json]] = []
"""Each gets the appointment (as booking answers it) and returns values for the template."""


def load(appointment: Json) -> Json:
    """The values of all blocks."""
    return {name: value for loader in LOADERS for name, value in loader(appointment).items()}
