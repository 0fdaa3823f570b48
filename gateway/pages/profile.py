"""The practice's public face."""

from flask import Response, abort, current_app, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from gateway.context import gateway
from gateway.pages import backend, links
from gateway.pages.blueprint import pages

DEMO = "top-hearing"


@pages.get("/")
def landing() -> str:
    """Embedded mode: where to look first. Elsewhere there is nothing to see at the root."""
    if not gateway().settings.dev_pages:
        abort(404)
    return render_template("landing.html", demo=DEMO)


@pages.get("/p/<slug>")
def profile(slug: str) -> str:
    """Name, places, services and professionals (by nickname only), and the way to book."""
    practice = backend.practice(slug)
    return render_template("profile.html", practice=practice, catalogue=backend.catalogue(practice["id"]))


@pages.get("/p/<slug>/")
def profile_with_slash(slug: str) -> AnyResponse:
    """People type slashes."""
    return redirect(links.to("profile", slug=slug), 301)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it wherever they are."""
    response = current_app.send_static_file("favicon.svg")
    response.headers["Content-Type"] = "image/svg+xml"
    return response
