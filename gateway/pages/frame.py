"""The widget: a script for the practice's own homepage, which puts the booking pages into a frame there.

In a foreign frame browsers hold cookies back, so nothing on those pages needs one: forms carry seals, links carry
`embed=1` along. Only the practice's own homepages (its `embed_origins`) may show them, and only with `embed=1`.
"""

from flask import Response, current_app, g, request

from gateway.pages import links
from gateway.pages.blueprint import pages
from gateway.security import allow_frames


@pages.get("/embed.js")
def embed_script() -> Response:
    """A fixed address, pasted into other people's pages: cached for an hour only, so that it can be mended."""
    response = current_app.send_static_file("embed.js")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@pages.after_request
def open_frame(response: Response) -> Response:
    """Let the practice's homepages frame its embedded pages."""
    if links.embedded() and "practice" in g:
        allow_frames([request.host_url.rstrip("/"), *g.practice["embed_origins"]])
    return response
