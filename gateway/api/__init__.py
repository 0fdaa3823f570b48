"""The HTTP API, version 1: `/api/v1`, described at `/api/v1/openapi.json`, to be read at `/api/docs`."""

import re
from typing import Any

import flask_smorest
from flask import Flask
from werkzeug.routing import BaseConverter

from gateway import webhooks
from gateway.api import (
    accounts,
    announcements,
    appointment_money,
    appointments,
    customers,
    days_off,
    docs,
    explain,
    health,
    host_calls,
    inbox,
    invitations,
    join,
    live,
    manage,
    messages,
    public,
    reminders,
    services,
    settings,
    slots,
    templates,
    users,
)
from gateway.api.framework import LANGUAGE, Problem

THEMES = (
    public.routes,
    slots.routes,
    manage.routes,
    accounts.routes,  # of sign_in, too
    settings.routes,
    users.routes,
    services.routes,
    days_off.routes,  # of calendars, too
    appointments.routes,
    appointment_money.routes,
    announcements.routes,
    reminders.routes,
    inbox.routes,
    customers.routes,
    invitations.routes,
    host_calls.routes,
    join.routes,
    live.routes,
    explain.routes,
    messages.routes,
    templates.routes,
)
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "from /api/v1/auth/token"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "the web session; writes need its token in the header X-CSRF-Token",
    },
}
DESCRIPTION = (
    "Open appointment platform. Instants are RFC 3339 with offset, dates YYYY-MM-DD, zones IANA names, money "
    '{"amount": "49.00", "currency": "EUR"}, ids UUIDs. Errors are application/problem+json (RFC 9457) in the language '
    "of Accept-Language. Unknown fields are refused, and so are bodies over 64 KiB. Lists take `limit` and `cursor` "
    "and answer `items` and `next`."
)


class SlugConverter(BaseConverter):
    """A practice's name in addresses."""

    regex = "[a-z0-9][a-z0-9-]{0,62}"
    part_isolating = True


class TokenConverter(BaseConverter):
    """A link's token."""

    regex = "[A-Za-z0-9_-]{16,128}"
    part_isolating = True


class NameConverter(BaseConverter):
    """A constant name, such as a template's."""

    regex = "[a-z][a-z_]{0,59}"
    part_isolating = True


CONVERTERS = {"slug": SlugConverter, "token": TokenConverter, "name": NameConverter}


class Api(flask_smorest.Api):
    """The OpenAPI document; errors are `gateway.problems`' affair."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return None


def register(app: Flask) -> None:
    """Hang every API route, the document and its rendering into the app."""
    app.url_map.converters |= CONVERTERS
    app.config |= {"API_TITLE": "Terminfluss", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
    api = Api(app)
    for converter in CONVERTERS.values():
        api.register_converter(converter, _pattern)
    api.spec.options |= {"info": {"description": DESCRIPTION, "license": {"name": "see the repository"}}}
    for name, scheme in SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    api.spec.components.schema("Problem", schema=Problem)
    for theme in THEMES:
        api.register_blueprint(theme)
    _finish(api)
    app.register_blueprint(health.routes)
    app.register_blueprint(webhooks.routes)
    docs.register(app, api.spec.to_dict())


def _pattern(converter: BaseConverter) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{converter.regex}$"}


def _name(theme: str, summary: str) -> str:
    """`booking_book_an_appointment`: what a generator of clients can call a method."""
    return re.sub(r"[^a-z0-9]+", "_", f"{theme} {summary}".lower()).strip("_")


def _finish(api: Api) -> None:
    """Name what all operations share: the language header, and for staff the ways to sign in."""
    staff = {theme.name for theme in THEMES if theme.staff}
    for operations in api.spec._paths.values():
        for operation in operations.values():
            if not isinstance(operation, dict):
                continue
            operation.setdefault("parameters", []).append(LANGUAGE)
            operation["operationId"] = _name(operation["tags"][0], operation["summary"])
            if operation["tags"][0] in staff:
                operation["security"] = [{"bearer": []}, {"session": []}]
