"""Profiles, slates, showings, introductions and what they are compared with."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _members()
    _slates()
    op.create_table(
        "introductions",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("asker_id", sa.Text, nullable=False),
        sa.Column("asked_id", sa.Text, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("answered_at", sa.Double, nullable=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_index("introductions_asker", "introductions", ["asker_id", "id"])
    op.create_index("introductions_asked", "introductions", ["asked_id", "id"])
    op.create_index("introductions_due", "introductions", ["state", "expires_at"])


def _members() -> None:
    op.create_table(
        "profiles",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
    )
    op.create_table(
        "initiatives",
        sa.Column("initiative_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
    )
    op.create_index("initiatives_member", "initiatives", ["member_id"])
    op.create_table(
        "blocks",
        sa.Column("blocker_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("blocked_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("source", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("blocks_blocked", "blocks", ["blocked_id"])
    op.create_table(
        "pauses",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )


def _slates() -> None:
    op.create_table(
        "slates",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("slates_made_at", "slates", ["made_at"])
    op.create_table(
        "slate_places",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("rank", sa.Integer, primary_key=True, nullable=False),
        sa.Column("other_id", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("match", sa.JSON, nullable=False),
    )
    op.create_index("slate_places_other", "slate_places", ["other_id"])
    op.create_table(
        "marks",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("urgent", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "showings",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("other_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("day", sa.Integer, primary_key=True, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("showings_other", "showings", ["other_id"])
    op.create_index("showings_at", "showings", ["at"])
    op.create_table(
        "backgrounds",
        sa.Column("encoder", sa.Text, primary_key=True, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("drawn_at", sa.Double, nullable=False),
        sa.Column("samples", sa.JSON, nullable=False),
    )
