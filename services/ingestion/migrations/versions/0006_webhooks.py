"""Webhooks of programmes, and what waits to be told there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text, nullable=True),
        sa.Column("ended_because", sa.Text, nullable=False),
    )
    op.create_index("hooks_programme", "hooks", ["programme", "id"])
    op.create_table(
        "parcels",
        sa.Column("hook_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("subject", sa.Text, primary_key=True, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Text, nullable=False),
    )
    op.create_index("parcels_due", "parcels", ["due_at", "event_id"])


def downgrade() -> None:
    for table in ("parcels", "hooks"):
        op.drop_table(table)
