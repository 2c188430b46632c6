"""Members, what they switched off, what they were told, and the mails of it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("is_erased", sa.Boolean, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("has_mail_consent", sa.Boolean, nullable=False),
        sa.Column("snoozed_until", sa.Double, nullable=False),
    )
    op.create_table(
        "block",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("blocked_id", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("block_blocked_id", "block", ["blocked_id"])
    op.create_table(
        "switched_off",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("kind", sa.Text, primary_key=True, nullable=False),
        sa.Column("channel", sa.Text, primary_key=True, nullable=False),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("recipient_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("dedupe_key", sa.Text, nullable=False, unique=True),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("read_at", sa.Double, nullable=False),
    )
    op.create_index("notification_recipient", "notification", ["recipient_id", "changed_at", "id"])
    op.create_index("notification_subject", "notification", ["subject_id"])
    op.create_index("notification_changed_at", "notification", ["changed_at"])
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column(
            "notification_id",
            sa.Text,
            sa.ForeignKey("notification.id", name="mention_notification", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.UniqueConstraint("notification_id", "member_id", name="mention_once"),
    )
    op.create_index("mention_member_id", "mention", ["member_id"])
    op.create_table(
        "delivery",
        sa.Column(
            "notification_id",
            sa.Text,
            sa.ForeignKey("notification.id", name="delivery_notification", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("must_arrive", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("give_up_at", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("unknowns", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
    op.create_index("delivery_state_due", "delivery", ["state", "due_at"])
