"""The texts of mails, SMS and calendar entries, per language: their words, what may stand in them, how they look."""

import re

from flask import Response as Plain
from flask import request
from werkzeug.wrappers import Response

from gateway.api.templates import TemplateTexts
from gateway.context import current_services, locale
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show
from gateway.pages.desk.settings.forms import Entries, read, seen
from gateway.pages.desk.settings.sms_length import measure
from gateway.pages.dev import MAIL_POLICY
from gateway.pages.words import NAMES as LANGUAGES
from gateway.pages.words import _
from gateway.security import use_policy
from runtime.errors import Refused
from runtime.i18n import LOCALES

LIST, PAGE = "desk_settings_texts", "desk_settings_text"
EDIT = "notify:admin"
ENTRY = "calendar_attachment"
LINK, TOKEN = re.compile("(/(?:a|join)/)…"), 22  # characters that take the place of the ellipsis
OF_MAIL, OF_ENTRY = ("subject", "text", "button", "closing", "sms"), ("subject", "text", "filename")


@page("/settings/texts", LIST)
def texts() -> Response:
    """All of one language, by who reads them."""
    chosen = _language()
    titles = _titles(chosen)
    items = [_titled(one, titles) for one in current_services().notify.templates(chosen)["items"]]
    groups = [
        (_("To customers"), [one for one in items if not _internal(one) and one["name"] != ENTRY]),
        (_("To the team"), [one for one in items if _internal(one)]),
        (_("In the customer's calendar"), [one for one in items if one["name"] == ENTRY]),
    ]
    return show("desk/settings/texts.html", groups=groups, chosen=chosen, languages=LANGUAGES)


def _titles(chosen: str) -> Json:
    """What the reader calls the texts; empty where the texts are in the reader's own language."""
    if chosen == locale():
        return {}
    return {one["name"]: one["title"] for one in current_services().notify.templates(locale())["items"]}


def _titled(template: Json, titles: Json) -> Json:
    return {**template, "title": titles.get(template["name"], template["title"])}


def _internal(template: Json) -> bool:
    return str(template["name"]).startswith("practitioner_")


def _language() -> str:
    """The texts' language: as asked, else the reader's own."""
    asked = request.args.get("locale", "")
    return asked if asked in LOCALES else locale()


@page("/settings/texts/<name:name>", PAGE)
def text(name: str) -> Response:
    """One of them with its preview; without the right to change it, to look at."""
    template = current_services().notify.template(name, _language())
    return _page(template, _stored(template))


@page("/settings/texts/<name:name>", "desk_settings_text_save", methods=("POST",), scope=EDIT)
def save_text(name: str) -> Response:
    """Save the words; or show them, or bring ours back."""
    action, chosen, notify = request.form.get("action", "save"), _language(), current_services().notify
    template, entries = notify.template(name, chosen), read(_fields(name))
    ours = action == "reset"
    wanted = dict.fromkeys(_fields(name)) if ours else _wanted(template, entries)
    if action in ("save", "reset") and (ours or entries.judge(TemplateTexts(), wanted)):
        try:
            if wanted:
                notify.update_template(name, chosen, wanted | seen(entries))
            return back(PAGE, did="reset" if ours else "saved", name=name, locale=chosen)
        except Refused as refused:
            entries.refused(refused)
    return _page(template, entries)


@page("/settings/texts/<name:name>/mail", "desk_settings_text_mail", methods=("POST",))
def text_as_mail(name: str) -> Response:
    """The mail as its reader will see it, with the words as typed; nothing is stored."""
    use_policy(MAIL_POLICY.replace("frame-ancestors 'self'", "frame-ancestors 'none'"))
    entries = read(_fields(name))
    looks = current_services().notify.preview_template(name, _language(), _typed(entries))
    return Plain(looks.get("html") or "", mimetype="text/html")


def _stored(template: Json) -> Entries:
    return Entries({name: template[name] for name in _fields(template["name"])} | {"version": str(template["version"])})


def _fields(name: str) -> tuple[str, ...]:
    return OF_ENTRY if name == ENTRY else OF_MAIL


def _typed(entries: Entries) -> Json:
    return {name: value.replace("\r\n", "\n") for name, value in entries.values.items() if name != "version"}


def _wanted(template: Json, entries: Entries) -> Json:
    """What differs from what holds: what was not touched stays ours, and follows when ours is improved."""
    return {name: value for name, value in _typed(entries).items() if value != template[name].strip()}


def _page(template: Json, entries: Entries) -> Response:
    name, chosen = template["name"], template["locale"]
    entries.labels = _labels(name)
    entries.compare(_stored(template))
    looks: Json = {}
    if not entries.errors:
        try:
            looks = current_services().notify.preview_template(name, chosen, _typed(entries))
        except Refused as refused:
            entries.refused(refused)
    said = {"saved": _("The text has been saved."), "reset": _("Our text holds again.")}
    return show(
        "desk/settings/text.html",
        entries.status,
        words=_titled(template, _titles(chosen)),
        entries=entries,
        seen=looks,
        sms=measure(_as_sent(looks["sms"], entries["sms"])) if looks.get("sms") else None,
        meanings=_meanings(template["placeholders"]),
        chosen=chosen,
        languages=LANGUAGES,
        editable=may(EDIT),
        did=done(said),
    )


def _as_sent(sms: str, words: str) -> str:
    """The preview's SMS with a link as long as it will be; the preview has an ellipsis there, and for what is added."""
    whole = LINK.sub(lambda found: found[1] + "x" * TOKEN, sms)
    return whole if "…" in words else whole.replace("…", "")


def _labels(name: str) -> dict[str, str]:
    if name == ENTRY:
        return {"subject": _("Title"), "text": _("Description"), "filename": _("Name of the file")}
    return {
        "subject": _("Subject"),
        "text": _("Text"),
        "button": _("Words on the button"),
        "closing": _("Closing words"),
        "sms": _("SMS"),
    }


def _meanings(placeholders: list[str]) -> list[tuple[str, str]]:
    """What may stand in braces, and what it becomes; those of other versions of notify without a meaning."""
    known = {
        "practice": _("Name of the practice"),
        "first_name": _("First name of the customer"),
        "last_name": _("Last name of the customer"),
        "name": _("First and last name"),
        "service": _("Name of the service"),
        "duration": _("Duration in minutes"),
        "calendar": _("Nickname of the professional"),
        "when": _("Day, date, beginning and end"),
        "when_short": _("Day, date and beginning, short"),
        "date": _("Date of the appointment"),
        "time": _("Beginning"),
        "old_when": _("The time before a move, with the end"),
        "old_when_short": _("The time before a move, short"),
        "place": _("Place or way"),
        "address": _("Address of the place"),
        "status": _("State of the appointment"),
        "price": _("Price of the appointment"),
        "paid": _("What has been paid"),
        "balance": _("What is still open"),
        "note": _("What you add to a message"),
        "link": _("Link of the customer, in SMS only"),
    }
    ordered = [name for name in known if name in placeholders or name == "link"]
    return [(name, known[name]) for name in ordered] + [(one, "") for one in placeholders if one not in known]
