"""Keys of the inbox, what was answered there, and which stories the network got to see."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "inbox_keys",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text, nullable=True),
    )
    op.create_index("inbox_keys_programme", "inbox_keys", ["programme", "id"])
    op.create_table(
        "receipts",
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Text, nullable=False),
    )
    op.create_index("receipts_answered_at", "receipts", ["answered_at"])
    op.create_table(
        "shared_stories",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
    )


def downgrade() -> None:
    for table in ("shared_stories", "receipts", "inbox_keys"):
        op.drop_table(table)
