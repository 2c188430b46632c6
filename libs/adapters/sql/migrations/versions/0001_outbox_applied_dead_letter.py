"""The tables every service has."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up INTEGER only


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double, nullable=True),
        sqlite_autoincrement=True,
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["id"], sqlite_where=unsent, postgresql_where=unsent)
    op.create_index("outbox_sent_at", "outbox", ["sent_at"])
    op.create_table(
        "applied",
        sa.Column("consumer", sa.Text, primary_key=True, nullable=False),
        sa.Column("aggregate", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("rejected_at", sa.Double, nullable=False),
        sa.UniqueConstraint("topic", "partition", "offset", name="dead_letter_place"),
        sqlite_autoincrement=True,
    )
