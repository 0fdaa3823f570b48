"""The texts of mails and calendar files, as the practice wants them."""

from flask import Response

from gateway.api import answers, examples
from gateway.api.fields import Body, Locale, Text
from gateway.api.framework import MATCH, Blueprint, answer, if_match, listing, versioned
from gateway.api.settings import Changes
from gateway.clients import Json
from gateway.context import current_services, locale

routes = Blueprint("templates", staff=True, description="Templates of mails and calendar files")

PATH = "/templates/<name:name>"


class TemplateQuery(Body):
    """In which language."""

    locale = Locale(metadata={"description": "left out: that of Accept-Language"})


class TemplateTexts(Changes):
    """The texts, with placeholders in braces; null: the original again."""

    subject = Text(longest=300, allow_none=True)
    text = Text(longest=20_000, lines=True, allow_none=True)
    button = Text(longest=200, allow_none=True)
    closing = Text(longest=2000, lines=True, allow_none=True)
    filename = Text(longest=100, allow_none=True, metadata={"description": "of the calendar file"})
    sms = Text(longest=480, allow_none=True, metadata={"description": "the whole SMS; {link} stands for the link"})


@routes.route("/templates")
@routes.refuses()
@routes.query(TemplateQuery)
@routes.answers(200, answers.page_of(answers.Template), examples.page(examples.TEMPLATE))
def list_templates(query: Json) -> Response:
    """All templates in one language"""
    return listing(current_services().notify.templates(query.get("locale") or locale()))


@routes.route(PATH)
@routes.refuses("not_found")
@routes.query(TemplateQuery)
@routes.answers(200, answers.Template, examples.TEMPLATE)
def show_template(query: Json, name: str) -> Response:
    """One template"""
    return versioned(current_services().notify.template(name, query.get("locale") or locale()))


@routes.route(PATH, methods=["PUT"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.query(TemplateQuery)
@routes.body(TemplateTexts, examples.TEMPLATE_TEXTS)
@routes.answers(200, answers.Template, examples.TEMPLATE)
def change_template(query: Json, body: Json, name: str) -> Response:
    """Change a template"""
    changes = body | if_match()
    return versioned(current_services().notify.update_template(name, query.get("locale") or locale(), changes))


@routes.route(f"{PATH}/preview", methods=["POST"])
@routes.refuses("not_found")
@routes.query(TemplateQuery)
@routes.body(TemplateTexts, examples.TEMPLATE_TEXTS)
@routes.answers(200, answers.Preview, {"subject": "Ihr Termin am Mo 25. März, 10:00 bei Top Hearing"})
def preview_template(query: Json, body: Json, name: str) -> Response:
    """A template with sample data, nothing stored"""
    return answer(current_services().notify.preview_template(name, query.get("locale") or locale(), body))
