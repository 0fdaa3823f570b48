"""The envelope of every event: CloudEvents 1.0 in structured JSON mode, readable by a consumer in any language."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.clock import iso

CONTENT_TYPE = "application/cloudevents+json"
MAX_BYTES = 1_000_000


class Undecodable(Exception):
    """The bytes are no event that this system knows how to read."""


def dataschema(source: str, type: str) -> str:
    """The name of the schema of `data`. A new version of a type is a type of its own, so the number never rises."""
    return f"urn:terminfluss:{source}:{type}:1"


@dataclass(frozen=True)
class Event:
    """One event. `version` is the CloudEvents extension `objectversion`: the state of `subject` that `data` shows;
    it rises by one with each change, so that a consumer can ignore what is older than what it has."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    practice_id: str
    version: int
    data: dict[str, Any] = field(repr=False)
    traceparent: str = ""

    def to_json(self) -> str:
        """The CloudEvents JSON document; `dataschema` names the event's type and schema version."""
        return json.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": self.source,
                "type": self.type,
                "subject": self.subject,
                "time": iso(self.time),
                "datacontenttype": "application/json",
                "dataschema": dataschema(self.source, self.type),
                "practiceid": self.practice_id,
                "objectversion": self.version,
                "traceparent": self.traceparent,
                "data": self.data,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


def parse_event(body: bytes | str) -> Event:
    """Read a CloudEvents document. Raises Undecodable with the reason for anything else."""
    if len(body) > MAX_BYTES:
        raise Undecodable(f"over {MAX_BYTES} bytes")
    try:
        doc = json.loads(body)
        if doc["specversion"] != "1.0":
            raise Undecodable(f"unknown specversion {doc['specversion']!r}")
        if doc["dataschema"] != dataschema(doc["source"], doc["type"]):
            raise Undecodable(f"unknown dataschema {doc['dataschema']!r}")
        if not isinstance(doc["data"], dict):
            raise Undecodable("data is not an object")
        return Event(
            id=str(UUID(doc["id"])),
            source=str(doc["source"]),
            type=str(doc["type"]),
            subject=str(doc["subject"]),
            time=datetime.fromisoformat(doc["time"]),
            practice_id=str(doc["practiceid"]),
            version=int(doc["objectversion"]),
            data=doc["data"],
            traceparent=str(doc.get("traceparent") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Undecodable(f"{type(error).__name__}: {error}") from error
