"""The ledger of consents; those that stand already are its first entries."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up INTEGER only


def upgrade() -> None:
    consents = op.create_table(
        "consents",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("is_given", sa.Boolean, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("text_sha256", sa.Text, nullable=False),
    )
    op.create_index("consents_member", "consents", ["member_id"])
    now = datetime.now(UTC).isoformat()  # noqa: TID251  # a migration has no clock
    rows = [
        {
            "member_id": member_id,
            "purpose": purpose,
            "is_given": True,
            "at": now,
            "by": "",  # nobody wrote it down
            "language": "",
            "text_sha256": "",
        }
        for member_id, given in op.get_bind().execute(sa.text("SELECT id, consents FROM members"))
        for purpose in (json.loads(given) if isinstance(given, str) else given)
    ]
    if rows:
        op.bulk_insert(consents, rows)


def downgrade() -> None:
    op.drop_table("consents")
