"""The OpenAPI document, and the same for people: one plain page, no script, nothing from elsewhere."""

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template_string
from markupsafe import Markup, escape

from gateway import problems

FOLDER = Path(__file__).parent
Document = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


def register(app: Flask, document: Document) -> None:
    """Serve the document at /api/v1/openapi.json and its page at /api/docs."""
    app.jinja_env.filters["code"] = code
    raw = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    style = (FOLDER / "docs.css").read_text()
    source = (FOLDER / "docs.html").read_text()

    def openapi() -> Response:
        """The OpenAPI 3.1 document."""
        return Response(raw, content_type="application/json")

    def page() -> str:
        """The document, to be read."""
        return render_template_string(source, info=document["info"], themes=themes(document), kinds=problems.KINDS)

    def stylesheet() -> Response:
        """How the page looks."""
        return Response(style, headers={"Cache-Control": "max-age=3600"}, content_type="text/css; charset=utf-8")

    app.add_url_rule("/api/v1/openapi.json", "openapi", openapi)
    app.add_url_rule("/api/docs", "docs", page)
    app.add_url_rule("/api/docs.css", "docs_css", stylesheet)


def code(text: str) -> Markup:
    """The text for a page: what stands between backticks is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def themes(document: Document) -> list[Document]:
    """The document's operations by tag, made easy to show."""
    found = {tag["name"]: {**tag, "operations": []} for tag in document["tags"]}
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                shown = _shown(document, path, method, methods[method], shared)
                found[methods[method]["tags"][0]]["operations"].append(shown)
    return list(found.values())


def _shown(document: Document, path: str, method: str, operation: Document, shared: list[Document]) -> Document:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "signed_in": "security" in operation,
        "parameters": [*shared, *operation.get("parameters", [])],
        "body": _fields(document, media.get("schema", {})),
        "example": _pretty(media["example"]) if "example" in media else None,
        "answers": [_answer(document, status, r) for status, r in sorted(operation["responses"].items())],
    }


def _answer(document: Document, status: str, response: Document) -> Document:
    content: Document = next(iter(response.get("content", {}).values()), {})
    return {
        "status": status,
        "description": response["description"],
        "codes": sorted(content.get("examples", {})),
        "fields": _fields(document, content.get("schema", {})) if status < "300" else [],
        "example": _pretty(content["example"]) if "example" in content else None,
    }


def _fields(document: Document, schema: Document) -> list[Document]:
    """One row per field: name, type, required, description."""
    schema = _resolved(document, schema)
    needed = schema.get("required", [])
    return [
        {"name": name, "type": _type(field), "required": name in needed, "description": field.get("description", "")}
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" in schema:
        found: Document = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return found
    return schema


def _type(field: Document) -> str:
    for key in ("anyOf", "oneOf", "allOf"):
        if key in field:
            return " or ".join(_type(part) for part in field[key])
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[1])
    kind = field.get("type", "any")
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "items" in field:
        return f"list of {_type(field['items'])}"
    return f"{name} ({field['format']})" if "format" in field else name


def _pretty(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
