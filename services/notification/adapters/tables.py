"""The tables of notification, for queries; migrations/versions make them."""

import sqlalchemy as sa

METADATA = sa.MetaData()

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite's integers are all large

MEMBER = sa.Table(
    "member",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
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

BLOCK = sa.Table(
    "block",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("blocked_id", sa.Text, primary_key=True),
)

SWITCHED_OFF = sa.Table(
    "switched_off",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
)

NOTIFICATION = sa.Table(
    "notification",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("recipient_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("dedupe_key", sa.Text, nullable=False, unique=True),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("read_at", sa.Double, nullable=False),
)

MENTION = sa.Table(
    "mention",
    METADATA,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("notification_id", sa.Text, nullable=False),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("is_current", sa.Boolean, nullable=False),
)

DELIVERY = sa.Table(
    "delivery",
    METADATA,
    sa.Column("notification_id", sa.Text, primary_key=True),
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
    sa.Column("sequence", _NUMBER, nullable=False),
)
