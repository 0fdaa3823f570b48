"""Commands for whoever runs Terminfluss: `./terminfluss`, which is `python -m deploy.cli`.

They work on a distributed system if AMQP_URI, DATABASE_SERVER or DATABASE_URL is set, else on the data directory of the
one-process mode (TERMINFLUSS_HOME), also while it runs. Exit code 2: wrong input or setting; 1: it could not be done.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from sqlalchemy.exc import DBAPIError

from deploy.ops import outbox, parked, practice
from deploy.ops.place import Failed, Place, WrongInput, find
from runtime.db import AWAY
from runtime.errors import Unavailable
from runtime.settings import WrongSetting
from runtime.telemetry import configure_logging

Command = Callable[[Place, argparse.Namespace], None]


class OneLine(argparse.ArgumentParser):
    """Says what is wrong without repeating how it is used; --help does."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Every command with its options; `command` of what is parsed carries it out."""
    whole = OneLine(prog="terminfluss", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    topics = whole.add_subparsers(dest="topic", required=True, metavar="TOPIC")
    ops = topics.add_parser("ops", help="parked messages, outboxes, replays").add_subparsers(
        dest="subject", required=True, metavar="SUBJECT"
    )
    _add(ops, "parked", "messages that no repetition could help", parked.add_to, parked.run)
    _add(ops, "outbox", "events that wait to be published", outbox.add_outbox_to, outbox.show)
    _add(ops, "replay", "publish events again, under the same ids", outbox.add_replay_to, outbox.replay)
    practices = topics.add_parser("practice", help="make practices").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    _add(practices, "add", "a new practice with its owner", practice.add_to, practice.add)
    return whole


def _add(
    group: "argparse._SubParsersAction[OneLine]",
    name: str,
    help: str,
    options: Callable[[argparse.ArgumentParser], None],
    command: Command,
) -> None:
    own = group.add_parser(name, help=help, description=help)
    options(own)
    own.set_defaults(command=command)


def main(arguments: list[str]) -> None:
    """Run one command; an error is one line."""
    chosen = parser().parse_args(arguments)
    try:
        chosen.command(find(os.environ), chosen)
    except (WrongInput, WrongSetting) as error:
        _end(2, error)
    except (Failed, Unavailable) as error:
        _end(1, error)
    except (DBAPIError, *AWAY) as error:
        _end(1, f"the database: {getattr(error, 'orig', error)}")


def _end(code: int, error: object) -> NoReturn:
    print(" ".join(str(error).split()), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    configure_logging("terminfluss", "CRITICAL")  # what matters is said in one line
    main(sys.argv[1:])
