"""The form in which each service writes down what it says on the wire: its module `contracts.registry`.

    EMITS: dict[str, Emitted]             event type -> its data and when it is told
    READS: dict[str, tuple[str, ...]]     source -> the event types read from it
    ANSWERS: dict[str, Answer]            RPC method -> its answer and errors

Documents and tests are made from these; at run time nobody needs them. The functions below make the fields of such
schemas, each with the sentence that describes it. A published type never loses a field and never changes what one
means: a new version is a type of its own, such as `appointment.booked.v2`.
"""

import inspect
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

DEFINITIONS = "definitions"
# Any method may answer these: `runtime.edge.Endpoint` does, or a service that it asks.
COMMON_ERRORS = (
    "deadline_exceeded",
    "forbidden",
    "internal",
    "invalid",
    "unauthorized",
    "unavailable",
    "unknown_method",
)


@dataclass(frozen=True)
class Emitted:
    """An event type: the schema of its `data`, and in a sentence when it is told."""

    data: type[Schema]
    when: str


@dataclass(frozen=True)
class Answer:
    """What an RPC method does, what it answers, and its named errors beside COMMON_ERRORS."""

    does: str
    data: "type[Schema] | fields.Field[Any]"
    errors: tuple[str, ...] = ()


class Nothing(Schema):
    """An empty object."""


def string(
    says: str, *, null: bool = False, key: str | None = None, among: Collection[str] = (), **metadata: Any
) -> fields.String:
    """A text; one of `among` if that is given. `key` is its name on the wire where that is a word of Python."""
    checks = [validate.OneOf(among)] if among else []
    return fields.String(data_key=key, validate=checks, **_told(says, null, **metadata))


def ident(says: str, *, null: bool = False) -> fields.UUID:
    """A UUID."""
    return fields.UUID(**_told(says, null))


def instant(says: str, *, null: bool = False, key: str | None = None) -> fields.AwareDateTime:
    """RFC 3339 with an offset."""
    return fields.AwareDateTime(format="iso", data_key=key, **_told(says, null))


def day(says: str, *, null: bool = False, key: str | None = None) -> fields.Date:
    """A calendar date."""
    return fields.Date(data_key=key, **_told(says, null))


def whole(says: str, *, null: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(strict=True, **_told(says, null))


def flag(says: str) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(truthy={True}, falsy={False}, **_told(says, False))


def part(schema: type[Schema], says: str, *, null: bool = False, **options: Any) -> fields.Nested:
    """An object within."""
    return fields.Nested(schema, **_told(says, null), **options)


def several(item: "type[Schema] | fields.Field[Any]", says: str, *, null: bool = False, **options: Any) -> Any:
    """A list."""
    one = item if isinstance(item, fields.Field) else fields.Nested(item)
    return fields.List(one, **_told(says, null), **options)


def page(schema: type[Schema]) -> type[Schema]:
    """The schema of a list's page."""
    parts = {
        "items": several(schema, "The page."),
        "next": string("`cursor` of the next page; null: this is the last.", null=True),
    }
    return type(f"{schema.__name__}Page", (Schema,), {**parts, "__module__": schema.__module__, "__doc__": "A page."})


def _told(says: str, null: bool, **metadata: Any) -> dict[str, Any]:
    return {"required": True, "allow_none": null, "metadata": {"description": says, **metadata}}


class JsonSchemas:
    """Makes JSON Schema (draft 7) of marshmallow schemas.

    What it has met stands in `definitions`, by a name such as `booking.schemas.events.Appointment`; `root` is where a
    document keeps them. With `closed` unknown fields are refused, as in requests; what is told may get more at any
    time.
    """

    def __init__(self, root: str = f"#/{DEFINITIONS}/", *, closed: bool = False):
        from apispec import APISpec
        from apispec.ext.marshmallow import MarshmallowPlugin

        self._root, self._closed, self._plugin = root, closed, MarshmallowPlugin(schema_name_resolver=self._name)
        self._kinds: dict[str, type[Schema]] = {}
        # OpenAPI 3.1 is the first whose schemas are JSON Schema.
        self._spec = APISpec("", "", "3.1.0", plugins=[self._plugin])

    @property
    def definitions(self) -> dict[str, Any]:
        """All schemas met so far, by name."""
        return {name: self._defined(name, made) for name, made in sorted(self._spec.components.schemas.items())}

    def of(self, data: "type[Schema] | fields.Field[Any]") -> dict[str, Any]:
        """The schema of this data; of a marshmallow schema a reference."""
        converter = self._plugin.converter
        assert converter is not None
        convert: Any = converter.field2property if isinstance(data, fields.Field) else converter.resolve_nested_schema
        return dict(self._tidy(convert(data)))

    def _defined(self, name: str, made: dict[str, Any]) -> dict[str, Any]:
        says = self._kinds[name].__dict__.get("__doc__")  # its own, not its base's
        description = {"description": inspect.cleandoc(says)} if says else {}
        return {**description, **self._tidy(made), **({"additionalProperties": False} if self._closed else {})}

    def _name(self, schema: Any) -> str:
        kind = schema if isinstance(schema, type) else type(schema)
        place = [part for part in kind.__module__.split(".") if part != "contracts"]
        name = ".".join([*place, kind.__name__])
        self._kinds[name] = kind
        return name

    def _tidy(self, value: Any) -> Any:
        """References to `root`; draft 7 overlooks what stands beside one."""
        if isinstance(value, list):
            return [self._tidy(one) for one in value]
        if not isinstance(value, dict):
            return value
        tidy = {key: self._tidy(one) for key, one in value.items()}
        tidy.pop("additionalProperties", None)
        if isinstance(pattern := tidy.get("pattern"), str):
            tidy["pattern"] = pattern.replace(r"\Z", "$")  # Python's word for it
        if isinstance(reference := tidy.get("$ref"), str):
            tidy["$ref"] = self._root + reference.rpartition("/")[2]
            if len(tidy) > 1:
                tidy["allOf"] = [{"$ref": tidy.pop("$ref")}]
        return tidy


def json_schema(data: "type[Schema] | fields.Field[Any]") -> dict[str, Any]:
    """One self-contained JSON Schema (draft 7)."""
    made = JsonSchemas()
    return {**made.of(data), DEFINITIONS: made.definitions}
