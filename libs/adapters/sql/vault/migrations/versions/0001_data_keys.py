"""One data key per member, wrapped; a destroyed one leaves its row without it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=True),
        sa.Column("wrapped_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("destroyed_at", sa.Double, nullable=True),
    )
    op.create_table(
        "wrapping",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("wrapping")
    op.drop_table("data_key")
