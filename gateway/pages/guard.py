"""The spam guard of booking and registration: a field that people do not see, and a shortest time to fill.

Neither ever turns a person away in silence: what was caught is said on the page, everything typed stays, and the same
form sent once more goes through (the hidden field becomes visible, so that an over-eager autofill can be undone).
"""

from datetime import timedelta

from gateway.pages.seal import BrokenSeal, TooYoung, check, seal
from gateway.pages.words import _

TRAP = "website"
FASTEST = timedelta(seconds=2)
SLOWEST = timedelta(hours=12)


def token(slug: str, earlier: str = "", purpose: str = "book") -> str:
    """The form's token: the one it came with as long as that is good, since it carries the moment at which the form
    was first shown; else a new one."""
    try:
        check(earlier, purpose, slug, youngest=timedelta(0), oldest=SLOWEST)
    except (BrokenSeal, TooYoung):
        return seal(purpose, slug)
    return earlier


def objection(slug: str, form_token: str, trap: str, purpose: str = "book") -> str | None:
    """What to say to whoever sent this form, or None when it may pass."""
    if trap:
        return _("Please leave the field “Website” empty and send the form once more.")
    try:
        check(form_token, purpose, slug, youngest=FASTEST, oldest=SLOWEST)
    except TooYoung:
        return _("That was very quick. Please check your details and send the form once more.")
    except BrokenSeal:
        return _("This page was open for a long time. Please check your details and send the form once more.")
    return None
