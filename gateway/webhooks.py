"""What providers of SMS tell us. notify knows their secrets and checks the signature; here it is only carried on."""

from flask import Blueprint, Response, request

from gateway.context import current_services
from runtime.errors import Refused

routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")
LONGEST_SIGNATURE = 200
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # TwiML: no answer goes to the phone


@routes.post("/twilio/status")
def twilio_status() -> Response:
    """How an SMS fares."""
    current_services().notify.twilio_status(*_twilio())
    return Response(status=204)


@routes.post("/twilio/inbound")
def twilio_inbound() -> Response:
    """What somebody answered to an SMS."""
    current_services().notify.twilio_inbound(*_twilio())
    return Response(NOTHING_TO_SAY, mimetype="text/xml")


@routes.post("/sms/<string(maxlength=60):provider>")
def sms_status(provider: str) -> Response:
    """Either of another provider."""
    try:
        body = request.get_data().decode()
    except UnicodeDecodeError:
        raise Refused("malformed") from None
    current_services().notify.sms_status(provider, body, _signature("X-Terminfluss-Signature"))
    return Response(status=204)


def _twilio() -> tuple[str, dict[str, str], str]:
    """The query as it stands in the address, the form, the signature."""
    try:
        query = request.query_string.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("bad_request") from None
    return query[:500], request.form.to_dict(), _signature("X-Twilio-Signature")


def _signature(header: str) -> str:
    return request.headers.get(header, "")[:LONGEST_SIGNATURE]
