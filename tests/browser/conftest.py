"""The whole house in one process on a port of its own, and a browser in front of it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from deploy.processes import free_port

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "var" / "screenshots"
PASSWORD = "a password for the browser"
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=60_000)  # its own patience of five seconds is too short for a busy machine
START, STOP = 90, 60  # seconds


class Site(str):
    """The address of an embedded Terminfluss with its demo practice, which can be restarted."""

    home: Path
    settings: dict[str, str]
    process: subprocess.Popen[bytes]

    @classmethod
    def new(cls, home: Path, **settings: str) -> "Site":
        port = free_port()
        site = cls(f"http://127.0.0.1:{port}")
        own = {"TERMINFLUSS_HOME": str(home), "PORT": str(port), "PUBLIC_URL": str(site), "DEMO_PASSWORD": PASSWORD}
        site.home, site.settings = home, own | settings
        return site

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.embedded"],
            cwd=ROOT,
            env=os.environ | self.settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(self, self.process)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(STOP)

    def restart(self) -> None:
        """As an update does it."""
        self.stop()
        self.start()


@pytest.fixture(scope="session", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A fresh one."""
    site = Site.new(tmp_path_factory.mktemp("home"))
    try:
        site.start()
        yield site
    finally:
        site.stop()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        assert process.poll() is None, "python -m deploy.embedded has stopped"
        try:
            urllib.request.urlopen(f"{address}/p/top-hearing", timeout=20).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("python -m deploy.embedded did not answer in time")


@pytest.fixture(scope="session", name="launch")
def _launch() -> Iterator[Callable[..., Browser]]:
    """Starts a headless Chromium, with more arguments if a test needs them."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs {CHROMIUM}")
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *more])


@pytest.fixture(scope="session", name="chromium")
def _chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """One for all tests."""
    browser = launch()
    yield browser
    browser.close()


FIRST_ANSWER_LATE = """() => { // what the page fetches next comes when late() is called, and no sooner
  const { fetch } = window;
  window.fetch = (...asked) => {
    window.fetch = fetch;
    return new Promise((come) => { window.late = async () => come(await fetch(...asked)); });
  };
}"""

NEXT_ANSWER_LATE = """([part, status]) => { // the same for such an address; a status: that alone comes
  const { fetch } = window;
  window.fetch = (...asked) => {
    if (!String(asked[0]).includes(part)) return fetch(...asked);
    window.fetch = fetch;
    const answer = () => (status ? new Response("", { status }) : fetch(...asked));
    return new Promise((come) => { window.late = async () => come(await answer()); });
  };
}"""


def scripted(what: Locator) -> Locator:
    """It, once its page is shown and the scripts there have run: before, a click does what it does without them."""
    expect(what).to_be_visible()
    what.page.wait_for_load_state()
    return what


Open = Callable[..., Page]


@pytest.fixture(name="open_page")
def _open_page(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens a page of the site: `open_page("/p/…", width=390, scripts=False)`. A script error fails the test."""
    contexts, errors = [], list[str]()

    def open_page(path: str, width: int = 1280, scripts: bool = True, **options: object) -> Page:
        settings = {"locale": "de-DE", "timezone_id": "Europe/Berlin", **options}
        view = {"width": width, "height": 844 if width < 800 else 900}
        context = chromium.new_context(viewport=view, java_script_enabled=scripts, base_url=site, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
