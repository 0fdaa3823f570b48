"""The background loop that waits for bounces, as the settings say."""

import threading

from runtime.service import App


def run(app: App, stop: threading.Event) -> None:
    """By listener, mailbox, or both; with neither there is nothing to do. Each is loaded where it is used."""
    threads = []
    if app.settings.bounce_listen:
        from notify.bounces.listener import Listener

        threads.append(threading.Thread(target=Listener(app).run, args=(stop,), name="bounce-listener"))
    if app.settings.bounce_imap_url:
        from notify.bounces.imap import Mailbox

        threads.append(threading.Thread(target=Mailbox(app).run, args=(stop,), name="bounce-mailbox"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.wait()
