"""What wakes the senders after a write."""

from types import SimpleNamespace
from typing import Any

from notify.bell import Bell


def test_the_bells_of_several_senders_hang_on_one_hook_once_each() -> None:
    """However often they wait in turn; what hung there before is called once, too. A bell that stops is gone."""
    woken: list[str] = []
    db: Any = SimpleNamespace(sqlite=True, after_write=lambda: woken.append("relay"))
    mail, sms = Bell(db), Bell(db)
    for _ in range(2000):  # more than Python calls deep
        mail.wait(0)
        sms.wait(0)
    db.after_write()
    assert woken == ["relay"]
    assert [bell._rung.is_set() for bell in (mail, sms)] == [True, True]
    mail.stop()
    mail._rung.clear()
    db.after_write()
    assert (mail._rung.is_set(), woken) == (False, ["relay", "relay"])
