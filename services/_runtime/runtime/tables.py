"""The runtime's own tables; each service's first migration creates them with `create(op)`.

outbox    events that this service has decided to tell; a relay publishes them in the order of `seq`
inbox     (consumer, event_id) of every event already handled: the same transaction holds the effect
delivery  embedded mode: events on their way to this service's handlers (there is no broker to hold them)
starts    how often a suspect message was begun, so that one that kills its process is parked alone
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, Uuid, text, true

from runtime.db import UtcDateTime

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Uuid(as_uuid=False), nullable=False, unique=True),
    Column("exchange", String(80), nullable=False),
    Column("routing_key", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("mandatory", Boolean, nullable=False, server_default=true()),
    Column("created", UtcDateTime, nullable=False),
    Column("published", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime),
    Column("error", Text),
    Index("outbox_todo", "seq", postgresql_where=text("published is null"), sqlite_where=text("published is null")),
)
_done = text("published is not null")
outbox_done = Index("outbox_done", outbox.c.created, postgresql_where=_done, sqlite_where=_done)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(120), primary_key=True),
    Column("event_id", Uuid(as_uuid=False), primary_key=True),
    Column("handled", UtcDateTime, nullable=False),
)
inbox_handled = Index("inbox_handled", inbox.c.handled)

delivery = Table(
    "delivery",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("consumer", String(120), nullable=False),
    Column("event_id", Uuid(as_uuid=False), nullable=False),
    Column("body", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime, nullable=False),
    Column("parked", UtcDateTime),
    Column("error", Text),
    Index("delivery_once", "consumer", "event_id", unique=True),
)

starts = Table(
    "starts",
    metadata,
    Column("consumer", String(120), primary_key=True),
    Column("event_id", Uuid(as_uuid=False), primary_key=True),
    Column("count", Integer, nullable=False, server_default="1"),
)

_NOTIFY = """
create function outbox_notify() returns trigger language plpgsql as $$
begin perform pg_notify('outbox', ''); return null; end $$;
create trigger outbox_notify after insert on outbox for each statement execute function outbox_notify();
"""


def create(op: Any) -> None:
    """Create the runtime's tables inside an alembic migration."""
    bind = op.get_bind()
    metadata.create_all(bind)
    if bind.dialect.name == "postgresql":
        op.execute(_NOTIFY)


def find_what_is_over(op: Any) -> None:
    """Create the indexes by which old rows are found, where `create` was run before it knew them."""
    for index in (outbox_done, inbox_handled):
        index.create(op.get_bind(), checkfirst=True)


def drop(op: Any) -> None:
    """Undo `create`."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("drop trigger outbox_notify on outbox; drop function outbox_notify();")
    metadata.drop_all(bind)
