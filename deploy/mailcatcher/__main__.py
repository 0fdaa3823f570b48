"""Takes mails on port 1025 and shows them on port 8025, until SIGTERM."""

import signal
import sys

from aiosmtpd.controller import Controller
from waitress import serve

from deploy.mailcatcher import Box, create_app

EVERYWHERE = "0.0.0.0"
SMTP_PORT, HTTP_PORT = 1025, 8025


def main() -> None:
    box = Box()
    controller = Controller(box, hostname=EVERYWHERE, port=SMTP_PORT, enable_SMTPUTF8=True)
    controller.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        serve(create_app(box), host=EVERYWHERE, port=HTTP_PORT, threads=4, ident=None)
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
