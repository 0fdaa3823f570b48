"""A video call between two browsers with fake cameras (V7): each sees the other's frames."""

import base64
import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import yaml
from playwright.sync_api import Browser, Page, Route, expect

from deploy import demo
from deploy.processes import free_port
from tests.browser.conftest import PASSWORD, ROOT, Site
from tests.browser.test_journey import look
from tests.browser.test_while_it_changes import book
from tests.systems import until

pytestmark = pytest.mark.browser
FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
GUEST = "Erika Beispiel"
LOST, FOUND = 30_000, 60_000  # browsers are in no hurry to call a connection lost
MORE = (
    "([selector, before]) => document.querySelector(selector).getVideoPlaybackQuality().totalVideoFrames > before + 10"
)
MOVING = """async (selector) => {
  const video = document.querySelector(selector);
  for (let i = 0; i < 200; i++) {
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    if (video.videoWidth && totalVideoFrames > 10) return totalVideoFrames;
    await new Promise((done) => setTimeout(done, 100));
  }
  return 0;
}"""


@pytest.fixture(scope="module", name="cameras")
def _cameras(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A Chromium whose camera shows a test picture and whose microphone beeps; it takes any certificate."""
    browser = launch(*FAKE, "--ignore-certificate-errors")
    yield browser
    browser.close()


Visit = Callable[..., Page]


@pytest.fixture(name="visit")
def _visit(cameras: Browser, site: str) -> Iterator[Visit]:
    """A person with a browser of their own; a script error, or a word to anybody but the site, fails the test."""
    contexts, errors, asked = [], list[str](), set[str]()

    def visit(path: str, width: int = 1280) -> Page:
        view = {"width": width, "height": 844 if width < 800 else 900}
        context = cameras.new_context(viewport=view, base_url=site, locale="de-DE", timezone_id="Europe/Berlin")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda sent: asked.add(sent.url))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not errors
    assert not [url for url in asked if not url.startswith((site, "data:"))]


def invite(site: str) -> tuple[str, str]:
    """The invitation's id and the path of its link."""
    sign_in = {"email": demo.OWNER, "password": PASSWORD}
    token = requests.post(f"{site}/api/v1/auth/token", json=sign_in, timeout=20).json()["access_token"]
    guest = {"first_name": "Erika", "last_name": "Beispiel", "email": "erika@kunden.example", "channels": ["email"]}
    when = {"start": (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "duration_minutes": 30, "consent": True}
    made = requests.post(
        f"{site}/api/v1/invitations", json={**guest, **when}, headers={"Authorization": f"Bearer {token}"}, timeout=20
    ).json()
    return made["id"], made["url"].removeprefix(site)


def at_the_desk(visit: Visit, path: str, width: int = 1280) -> Page:
    page = visit("/login", width)
    page.get_by_label("E-Mail-Adresse").fill(demo.OWNER)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.goto(path)
    return page


def let_in(visit: Visit, site: str, width: int = 1280) -> tuple[Page, Page]:
    """Host and guest, talking."""
    id, link = invite(site)
    host = at_the_desk(visit, f"/desk/invitations/{id}/call", width)
    host.get_by_role("button", name="Eintreten").click()
    expect(host.get_by_text(f"{GUEST} ist noch nicht da.")).to_be_visible()
    guest = visit(link, width)
    expect(guest.get_by_role("button", name="Eintreten")).to_be_enabled()
    look(guest, "call-check")
    guest.get_by_role("button", name="Eintreten").click()
    expect(guest.get_by_text("Bitte einen Moment Geduld")).to_be_visible()
    look(guest, "call-waiting")
    expect(host.get_by_text(f"{GUEST} wartet darauf, eingelassen zu werden.")).to_be_visible()
    look(host, "call-door")
    host.get_by_role("button", name="Einlassen").click()
    for page in (host, guest):
        expect(page.locator("[data-call]")).to_have_attribute("data-connected", "true")
    return host, guest


def write(page: Page, text: str) -> None:
    """Again while it says that nothing was sent: the pictures may be there a moment before the way for text is."""
    page.get_by_role("button", name="Nachrichten").click()
    page.get_by_role("textbox", name="Nachricht").fill(text)

    def sent() -> bool:
        page.get_by_role("button", name="Senden").click()
        return page.locator("[data-unsent]").is_hidden()

    until(sent, what="the sending of a message")


@pytest.mark.parametrize("width", [1280, 390])
def test_guest_and_host_see_each_other(visit: Visit, site: str, width: int) -> None:
    """Door, pictures both ways, text, muting, sharing, the end."""
    host, guest = let_in(visit, site, width)
    for page in (host, guest):
        assert page.evaluate(MOVING, "[data-remote]"), "no frames of the other one"
    write(guest, "Hören Sie mich?")
    expect(host.get_by_text("Hören Sie mich?")).to_be_visible()
    host.get_by_role("textbox", name="Nachricht").fill("Siehe https://hilfe.example/geraete, bitte.")
    host.get_by_role("textbox", name="Nachricht").press("Enter")
    expect(guest.get_by_role("link", name="https://hilfe.example/geraete", exact=True)).to_be_visible()
    guest.get_by_role("button", name="Mikrofon ausschalten").click()
    expect(guest.get_by_role("button", name="Mikrofon einschalten")).to_be_visible()
    expect(host.get_by_text(f"Das Mikrofon von {GUEST} ist aus.")).to_be_visible()
    host.get_by_role("button", name="Kamera ausschalten").click()
    expect(guest.get_by_text("Die Kamera von Anna ist aus.")).to_be_visible()
    look(host, "call-host")
    look(guest, "call-guest")
    host.get_by_role("button", name="Gespräch beenden").click()
    expect(guest.get_by_role("heading", name="Das Gespräch ist beendet.")).to_be_visible()
    look(guest, "call-ended")


def test_a_guest_who_reloads_is_back_and_a_second_window_takes_over(visit: Visit, site: str) -> None:
    """Exactly one guest: the first window is told, and the host decides about the second."""
    host, guest = let_in(visit, site)
    guest.reload()
    guest.get_by_role("button", name="Eintreten").click()
    expect(guest.locator("[data-call]")).to_have_attribute("data-connected", "true")
    with guest.expect_popup() as opened:
        guest.evaluate("open(location.href)")  # a duplicated tab: it has the first one's memory
    opened.value.get_by_role("button", name="Eintreten").click()
    expect(opened.value.get_by_text("Dieses Gespräch ist in einem anderen Fenster")).to_be_visible()
    second = visit(guest.url)
    second.get_by_role("button", name="Eintreten").click()
    second.get_by_role("button", name="Stattdessen hier weitermachen").click()
    expect(guest.get_by_text("Das Gespräch läuft in einem anderen Fenster")).to_be_visible()
    host.get_by_role("button", name="Einlassen").click()
    expect(second.locator("[data-call]")).to_have_attribute("data-connected", "true")
    assert host.evaluate(MOVING, "[data-remote]")


def test_a_restart_of_the_gateway_does_not_end_the_call(visit: Visit, site: Site) -> None:
    """Media and text flow from browser to browser; afterwards signals flow again."""
    host, guest = let_in(visit, site)
    site.stop()
    write(guest, "Noch da?")
    expect(host.get_by_text("Noch da?")).to_be_visible()
    site.start()
    before = host.evaluate(MOVING, "[data-remote]")
    host.wait_for_timeout(1500)
    assert host.evaluate(MOVING, "[data-remote]") > before
    expect(guest.locator("[data-call]")).to_have_attribute("data-connected", "true")
    with_news_on(host, site)
    host.get_by_role("button", name="Gespräch beenden").click()
    expect(guest.get_by_role("heading", name="Das Gespräch ist beendet.")).to_be_visible()


def with_news_on(host: Page, site: str) -> None:
    """A customer books meanwhile: that is told, covers none of the call's buttons, and is opened beside the call."""
    book(site, "Neuigkeit")
    news = host.get_by_role("group", name="Neue Online-Buchung").last
    expect(news).to_contain_text("Neuigkeit Kundin")
    with host.expect_popup() as opened:
        news.get_by_role("link", name="Öffnen").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Neuigkeit Kundin")
    opened.value.close()
    look(host, "call-news")
    for button in host.locator("[data-step=call] button:visible").all():
        assert button.evaluate(UPPERMOST), button.text_content()


UPPERMOST = """(button) => {
  button.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""
RED = """async (selector) => {
  const video = document.querySelector(selector), canvas = document.createElement("canvas");
  for (let i = 0; i < 100; i++) {
    Object.assign(canvas, { width: video.videoWidth || 1, height: video.videoHeight || 1 });
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    const [red, green] = pen.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    if (red > 150 && green < 100) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}"""


DEVICES = ["camera", "microphone"]


def test_the_guest_sees_what_the_host_shares(launch: Callable[..., Browser], site: str) -> None:
    """A tab that is red all over, whole and not cut to fit; then the camera again. The guest's browser refuses its
    devices at first: the page says what to do, and goes on once they are allowed."""
    browser = launch(FAKE[0], "--auto-select-tab-capture-source-by-title=red all over")  # a real capture
    contexts = []

    def visit(path: str, width: int = 1280) -> Page:
        contexts.append(browser.new_context(base_url=site, locale="de-DE"))
        if path == "/login":
            contexts[-1].grant_permissions(DEVICES)
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    try:
        host, guest = let_in(visit, site)
        expect(
            guest.locator(
                "[data-step=call] [data-problem]", has_text="Der Browser darf Kamera oder Mikrofon nicht benutzen."
            )
        ).to_be_visible()
        expect(host.get_by_text(f"Kamera und Mikrofon von {GUEST} sind aus.")).to_be_visible()
        look(guest, "call-denied")
        contexts[1].grant_permissions(DEVICES)
        guest.get_by_role("button", name="Noch einmal versuchen").click()
        assert host.evaluate(MOVING, "[data-remote]")
        shared = contexts[0].new_page()
        shared.set_content("<title>red all over</title><body style='background: #e00'>")
        host.get_by_role("button", name="Bildschirm zeigen").click()
        assert guest.evaluate(RED, "[data-remote]")
        expect(guest.locator("[data-remote].whole")).to_be_visible()
        look(guest, "call-screen")
        host.get_by_role("button", name="Zeigen beenden").click()
        expect(guest.locator("[data-remote].whole")).to_have_count(0)
        assert guest.evaluate(RED.replace("red > 150 && green < 100", "green > 100 && red < 100"), "[data-remote]")
    finally:
        browser.close()


RELAYED = """async () => {
  for (const pc of window.connections) for (const each of (await pc.getStats()).values()) {
    if (each.type === "candidate-pair" && each.nominated && each.state === "succeeded") {
      const { candidateType, relayProtocol } = (await pc.getStats()).get(each.localCandidateId);
      return `${candidateType} by ${relayProtocol}`;
    }
  }
}"""
REMEMBER = """window.connections = []; const Own = RTCPeerConnection;
const way = location.pathname.startsWith("/join/") ? "turns:" : "turn:";
window.RTCPeerConnection = class extends Own {
  constructor(rtc) {
    const iceServers = rtc.iceServers.map((each) => ({ ...each, urls: each.urls.filter((it) => it.startsWith(way)) }));
    super({ ...rtc, iceServers });
    window.connections.push(this);
  }
};"""


CERTIFICATE = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=127.0.0.1", "-days", "2"]


class Relay:
    """A coturn on loopback, started as docker-compose.yml does it, with a certificate of its own for TLS."""

    def __init__(self, folder: Path) -> None:
        part = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["coturn"]
        shell = [word.replace("$$", "$") for word in part["entrypoint"]]
        self.secret, port, tls_port = secrets.token_hex(16), free_port(), free_port()
        self.former = secrets.token_hex(16)  # another one that is good, too
        subprocess.run(
            [*CERTIFICATE, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        self.tls = {"TURN_TLS": "/tls", "TLS_FOLDER": str(folder), "TURN_TLS_PORT": str(tls_port)}
        here = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}"]
        own = [f"--pidfile={folder / 'pid'}", f"--userdb={folder / 'db'}", "--allow-loopback-peers"]
        self.command = [*shell, *part["command"], *here, *own]
        urls = f"turn:127.0.0.1:{port},turns:127.0.0.1:{tls_port}?transport=tcp"
        self.settings = {"TURN_URL": urls, "TURN_SECRET": self.secret, "ICE_POLICY": "relay"}

    def start(self, *more: str) -> None:
        environment = {**os.environ, **self.tls, "TURN_SECRET": self.secret, "TURN_EXTERNAL_IP": "127.0.0.1"}
        self.process = subprocess.Popen([*self.command, *more], env=environment, stdout=subprocess.DEVNULL)
        time.sleep(1)
        assert self.process.poll() is None, "coturn did not start"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(15)


@pytest.fixture(scope="module", name="relay")
def _relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    if not shutil.which("turnserver"):
        pytest.skip("needs coturn (Debian: coturn)")
    relay = Relay(tmp_path_factory.mktemp("coturn"))
    relay.start(f"--static-auth-secret={relay.former}")
    yield relay
    relay.stop()


@pytest.fixture(scope="module", name="relayed")
def _relayed(relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose calls go through the relay alone."""
    site = Site.new(tmp_path_factory.mktemp("relayed"), **relay.settings)
    try:
        site.start()
        yield site
    finally:
        site.stop()


@pytest.fixture(name="visit_relayed")
def _visit_relayed(cameras: Browser, relayed: Site) -> Iterator[Visit]:
    """A person there, whose page keeps its connections for the test to look at. The host reaches the relay by UDP; the
    guest sits behind a firewall that lets TLS out only."""
    contexts = []

    def visit(path: str, width: int = 1280) -> Page:
        contexts.append(cameras.new_context(base_url=relayed, locale="de-DE"))
        contexts[-1].add_init_script(REMEMBER)
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_call_goes_through_the_relay_alone(visit_relayed: Visit, relayed: Site) -> None:
    """ICE_POLICY=relay: no browser learns the other one's address; the credentials that we make are good."""
    for page, way in zip(let_in(visit_relayed, relayed), ("relay by udp", "relay by tls"), strict=True):
        assert page.evaluate(MOVING, "[data-remote]")
        assert page.evaluate(RELAYED) == way


def test_a_call_whose_way_is_cut_finds_another_one(visit_relayed: Visit, relayed: Site, relay: Relay) -> None:
    """As after a change of the network: no packet arrives any more, the page says so and looks for a new way by itself.

    The relay is killed with all its ports, and comes back knowing nothing; what the browsers got when they entered is
    good no more, as after hours of talking.
    """

    def enter(route: Route) -> None:
        answer = route.fetch()
        entered = answer.json()
        (server,) = entered["rtc"]["iceServers"]
        digest = hmac.new(relay.former.encode(), server["username"].encode(), hashlib.sha1).digest()
        server["credential"] = base64.b64encode(digest).decode()
        route.fulfill(response=answer, json=entered)

    def visit(path: str, width: int = 1280) -> Page:
        page = visit_relayed(path, width)
        page.route("**/enter", enter)
        return page

    count = "connections.length"
    host, guest = let_in(visit, relayed)
    before = [page.evaluate(count) for page in (host, guest)]
    relay.stop()
    for page in (host, guest):
        expect(page.locator("[data-step=call]").get_by_text("Die Verbindung ist unterbrochen.")).to_be_visible(
            timeout=LOST
        )
    look(guest, "call-lost")
    relay.start()
    for page in (host, guest):
        expect(page.locator("[data-call]")).to_have_attribute("data-connected", "true", timeout=FOUND)
        seen = page.evaluate(MOVING, "[data-remote]")
        until(lambda page=page, seen=seen: page.evaluate(MORE, ["[data-remote]", seen]), what="another frame")
    assert [page.evaluate(count) for page in (host, guest)] == before, "the call began anew"
