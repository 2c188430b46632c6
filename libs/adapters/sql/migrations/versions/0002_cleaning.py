"""What must vanish from every file, because it was erased or withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "cleaning",
        sa.Column("subject", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("cleaned_at", sa.Double, nullable=True),
    )
    op.create_index("cleaning_cause", "cleaning", ["cause"])
    open_ones = sa.text("cleaned_at IS NULL")
    op.create_index(
        "cleaning_open",
        "cleaning",
        ["subject"],
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def downgrade() -> None:
    op.drop_table("cleaning")
