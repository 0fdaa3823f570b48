"""The one blueprint that every page belongs to; `register` in this package hangs it into the app."""

from flask import Blueprint, Response, request

pages = Blueprint("pages", __name__)
SECRET = ("/a/", "/login/reset/", "/register/confirm/")  # and what comes after: whoever has it may act


@pages.after_request
def keep_private(response: Response) -> Response:
    """No cache between may keep a page, unless it says so itself; the browser keeps none that a secret link opens. What
    answers a form stays there: the way back to it would lead to an error."""
    if "Cache-Control" not in response.headers:
        secret = request.path.startswith(SECRET) or request.endpoint == "pages.done"
        kept = "no-store" if secret and request.method != "POST" else "private, no-cache"
        response.headers["Cache-Control"] = kept
    return response
