"""What invitations tells, reads and answers: nothing yet. The form is the house's (see `runtime.contract`)."""

from runtime.contract import Answer, Emitted

EMITS: dict[str, Emitted] = {}

READS: dict[str, tuple[str, ...]] = {}

ANSWERS: dict[str, Answer] = {}
