"""Who shall be erased, until it is done."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("stories", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("erasures")
