"""A letter as plain text and as HTML that mail programs show alike: tables, inlined styles, one narrow column."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from notify.compose import Letter
from notify.words import say


def html(letter: Letter) -> str:
    """The HTML part. Nothing in it is loaded from anywhere."""
    return _template().render(letter=letter)


def text(letter: Letter) -> str:
    """The plain-text part; it says everything that the HTML part says."""
    blocks = [*letter.paragraphs, *([_card(letter)] if letter.when else [])]
    if letter.url:
        blocks.append(f"{letter.button}:\n{letter.url}")
    blocks += [*letter.closing, "-- \n" + "\n".join(letter.footer)]
    return "\n\n".join(blocks) + "\n"


def _card(letter: Letter) -> str:
    lines = [letter.badge, letter.when]
    lines += [say("Formerly: {when}", letter.locale, when=letter.struck)] if letter.struck else []
    lines += [letter.when_note] if letter.when_note else []
    lines += [f"{label}: {value.replace(chr(10), ', ')}" for label, value in letter.rows]
    return "\n".join(f"  {line}" for line in lines)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("notify", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")
