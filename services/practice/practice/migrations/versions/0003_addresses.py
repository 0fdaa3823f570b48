"""An address is its user's from the first password on; until then several practices may invite it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
SIGNS_IN = sa.text("password_hash <> ''")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("users_email_key", "users")
        op.create_unique_constraint("user_once", "users", ["practice_id", "email"])
    else:
        _anew(sa.UniqueConstraint("practice_id", "email", name="user_once"))
    op.create_index("users_sign_in", "users", ["email"], unique=True, postgresql_where=SIGNS_IN, sqlite_where=SIGNS_IN)


def downgrade() -> None:
    op.execute("delete from account_links where user_id in (select id from users where password_hash = '')")
    op.execute("delete from users where password_hash = ''")
    op.drop_index("users_sign_in", "users")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("user_once", "users")
        op.create_unique_constraint("users_email_key", "users", ["email"])
    else:
        _anew(sa.UniqueConstraint("email"))


def _anew(constraint: sa.UniqueConstraint) -> None:
    """SQLite makes the table anew for another constraint. What refers to its rows is looked at when all is done."""
    op.execute("pragma defer_foreign_keys = on")
    op.execute("create table users_kept as select * from users")
    op.execute("drop table users")
    id = sa.Uuid(as_uuid=False)
    op.create_table(
        "users",
        sa.Column("id", id, primary_key=True),
        sa.Column("practice_id", id, sa.ForeignKey("practices.id"), nullable=False, index=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("time_zone", sa.String(64)),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        constraint,
    )
    op.execute("insert into users select * from users_kept")
    op.execute("drop table users_kept")
