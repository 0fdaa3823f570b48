"""Prepare the broker of a cluster: what `deploy.topology` does, and a user with which KEDA asks how long queues are.

    AMQP_URI=amqp://… MANAGEMENT_URL=http://… BROKER_PASSWORDS='{…}' python -m deploy.kubernetes.broker

Run by the Job `topology`, as RabbitMQ's administrator.
"""

import os
import sys

from pika.exceptions import AMQPError

from deploy import topology
from deploy.management import Management, Refusal
from deploy.rights import Rights
from runtime.settings import WrongSetting, read

AUTOSCALER = "autoscaler"
MAY_LOOK = "management"  # the tag without which the management API answers nobody


def make_autoscaler(management: Management, password: str) -> None:
    """A user that sees the virtual host's queues from outside: it declares, publishes, reads and binds nothing."""
    management.put_user(AUTOSCALER, password, tags=MAY_LOOK)
    management.put_rights(Rights(AUTOSCALER))


def main() -> None:
    settings = read(topology.Settings, os.environ)
    passwords = read(topology.Passwords, os.environ).by_user
    topology.set_up(settings)
    make_autoscaler(Management(settings.management_url, settings.amqp_uri), passwords[AUTOSCALER])


if __name__ == "__main__":
    try:
        main()
    except WrongSetting as error:
        sys.exit(str(error))
    except (AMQPError, Refusal, OSError) as error:
        sys.exit(f"The broker refused: {error!r}")
