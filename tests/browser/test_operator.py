"""The operator's pages in a real browser; axe on each, in both schemes."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from gateway.tests.pages.parking import NOW, PASSWORD, FakeParking, app_with
from runtime.testing import FakeClock
from tests.browser.conftest import Open
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser


@pytest.fixture(name="site")
def _site() -> Iterator[str]:
    """A gateway alone, with two parked messages."""
    server = make_server("127.0.0.1", 0, app_with(FakeParking(), FakeClock(NOW)), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_operator_looks_reveals_and_replays(open_page: Open, width: int, scheme: str) -> None:
    """From the sign-in to the empty list, by what is written on the buttons alone."""
    page = open_page("/ops/parked", width, color_scheme=scheme)
    look(page, f"operator-login-{scheme}")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Geparkte Nachrichten")
    look(page, f"operator-parked-{scheme}")
    page.get_by_role("link", name="appointment.booked").click()
    look(page, f"operator-message-{scheme}")
    page.get_by_role("button", name="Alles zeigen").click()
    expect(page.get_by_text("erika@example.com").first).to_be_visible()
    look(page, f"operator-revealed-{scheme}")
    page.get_by_role("button", name="Erneut zustellen").click()
    look(page, f"operator-question-{scheme}")
    page.get_by_role("button", name="Ja, erneut zustellen").click()
    expect(page.get_by_text("wieder in ihrer Warteschlange")).to_be_visible()
    page.get_by_role("link", name="elsewhere").click()
    page.get_by_role("button", name="Verwerfen").click()
    page.get_by_role("button", name="Ja, verwerfen").click()
    expect(page.get_by_text("Nichts ist geparkt")).to_be_visible()
    look(page, f"operator-empty-{scheme}")
