"""Everything that can be set, by topic; also the pages of other areas, as far as they are there."""

from dataclasses import dataclass

from flask import current_app
from werkzeug.wrappers import Response

from gateway.pages.desk.frame import may, page, show
from gateway.pages.desk.settings.forms import ADMIN
from gateway.pages.words import _


@dataclass(frozen=True)
class Topic:
    """A card: where it leads, what it is called, what one finds there. `scope`: who else has no use for it."""

    path: str
    words: str
    says: str
    scope: str = ""


@page("/settings", "desk_settings")
def overview() -> Response:
    """The cards."""
    groups = [(heading, [topic for topic in topics if _shown(topic)]) for heading, topics in _groups()]
    return show("desk/settings/overview.html", groups=[(heading, topics) for heading, topics in groups if topics])


def _shown(topic: Topic) -> bool:
    return _is_there(topic.path) and (not topic.scope or may(topic.scope))


def _is_there(path: str) -> bool:
    return any(rule.rule == f"/desk/settings/{path}" for rule in current_app.url_map.iter_rules())


def _groups() -> list[tuple[str, list[Topic]]]:
    return [
        (
            _("What can be booked, and when"),
            [
                Topic("services", _("Services"), _("Duration, price, lead times, and who offers them")),
                Topic("calendars", _("Professionals and rooms"), _("Names, places, start interval, limits")),
                Topic("hours", _("Working hours"), _("Per weekday, with a preview of the times that customers see")),
                Topic("days-off", _("Days off"), _("Public holidays, vacations, absences")),
                Topic("online", _("Online booking"), _("Questions in the form, limits, your homepage")),
            ],
        ),
        (
            _("Messages"),
            [
                Topic("texts", _("Texts of messages"), _("Mails, text messages and calendar entries, per language")),
                Topic("reminders", _("Reminders before appointments"), _("When customers are reminded, and how")),
                Topic("notifications", _("Notifications for the team"), _("Who hears of new bookings, and where")),
            ],
        ),
        (
            _("The practice and you"),
            [
                Topic("practice", _("Practice"), _("Name, places, currency, language, colour")),
                Topic("users", _("Users and roles"), _("Who may sign in, and what they may do"), ADMIN),
                Topic("account", _("Your account"), _("Your language, time zone and password")),
                Topic("plan", _("Plans and billing"), _("What your plan includes")),
            ],
        ),
    ]
