"""Customers' pages as a program reads them: parsed strictly, forms with what stands in them."""

import time
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
import requests

READING = 1.2  # seconds that a person needs for a question at least
PATIENCE = 60


@dataclass(frozen=True)
class Form:
    """A form: where it goes, how, and its fields as they stand on the page."""

    method: str
    address: str
    fields: dict[str, str]

    def submit(self, browser: requests.Session) -> requests.Response:
        """Send it as it is."""
        values = {"params": self.fields} if self.method == "get" else {"data": self.fields}
        return browser.request(self.method, self.address, timeout=PATIENCE, **values)  # type: ignore[arg-type]


def forms(answer: requests.Response) -> list[Form]:
    """Every form of the page; nothing for what is no page. A page that is no valid HTML fails."""
    if "text/html" not in answer.headers.get("Content-Type", ""):
        return []
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(answer.text)
    assert not parser.errors, f"{answer.url} is no valid HTML: {parser.errors[0]}"
    return [_form(answer.url, element) for element in tree.iter("form")]


def _form(page: str, element: Element) -> Form:
    fields: dict[str, str] = {}
    for each in element.iter():
        if (name := each.get("name")) and name not in fields:
            fields[name] = each.get("value") or ""
    return Form(element.get("method", "get").lower(), urljoin(page, element.get("action", "")), fields)


def form(answer: requests.Response, ending: str) -> Form:
    """The form whose address ends so."""
    found = [each for each in forms(answer) if each.address.split("?")[0].endswith(ending)]
    assert found, f"no form to {ending} on {answer.url}: {[each.address for each in forms(answer)]}"
    return found[0]


def cancel_by_hand(browser: requests.Session, link: str) -> requests.Response:
    """What a person does: open the link, click, read the question, click. The page that follows."""
    page = browser.get(link, timeout=PATIENCE)
    question = form(page, "/cancel").submit(browser)
    time.sleep(READING)
    return form(question, "/cancel/confirm").submit(browser)
