"""What the practice's plan includes ("Tarife und Abrechnung")."""

from werkzeug.wrappers import Response

from gateway.context import gateway
from gateway.pages.desk.frame import page, show, signed_in

PLANS = ("basic", "standard", "premium")


@page("/settings/plan", "desk_settings_plan")
def plan() -> Response:
    """Read only: whoever runs the installation changes it."""
    practice = gateway().practices.by_id(signed_in()["practice"]["id"])
    return show("desk/settings/plan.html", plan=practice["plan"], plans=PLANS)
