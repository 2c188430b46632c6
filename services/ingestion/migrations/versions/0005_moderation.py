"""Reports of stories, what was decided about them, and which stories are hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # the release before this one writes stories too, without these
    op.add_column("stories", sa.Column("ruling", sa.JSON, nullable=True))
    is_hidden = sa.Column("is_hidden", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("stories", is_hidden)
    op.create_table(
        "moderation_cases",
        sa.Column("story_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("appeal", sa.Text, nullable=False),
    )
    op.create_index("moderation_cases_state", "moderation_cases", ["state", "story_id"])
    op.create_table(
        "moderation_reports",
        sa.Column("story_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("reporter", sa.Text, primary_key=True, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("is_settled", sa.Boolean, nullable=False),
    )
    op.create_index("moderation_reports_reporter", "moderation_reports", ["reporter"])


def downgrade() -> None:
    for table in ("moderation_reports", "moderation_cases"):
        op.drop_table(table)
    for column in ("is_hidden", "ruling"):
        op.drop_column("stories", column)
