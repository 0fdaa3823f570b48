"""The host's side of a video call."""

from uuid import UUID

from werkzeug.wrappers import Response

from gateway.api.invitations import with_url
from gateway.context import current_services
from gateway.pages.desk.frame import page, show
from gateway.security import allow_devices


@page("/invitations/<uuid:id>/call", "desk_invitation_call", scope="invitations:write")
def call(id: UUID) -> Response:
    """Check the devices, let the guest in, talk."""
    found = with_url(current_services().invitations.show(str(id)))
    allow_devices()
    return show("desk/call.html", invitation=found)
