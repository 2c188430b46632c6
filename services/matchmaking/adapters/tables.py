"""The tables of matchmaking, for queries; migrations/versions/0001 makes them."""

import sqlalchemy as sa

METADATA = sa.MetaData()

PROFILES = sa.Table(
    "profiles",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("full_name", sa.Text, nullable=False),
)

INITIATIVES = sa.Table(
    "initiatives",
    METADATA,
    sa.Column("initiative_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, nullable=False),
)

BLOCKS = sa.Table(
    "blocks",
    METADATA,
    sa.Column("blocker_id", sa.Text, primary_key=True),
    sa.Column("blocked_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
)

PAUSES = sa.Table(
    "pauses",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("until", sa.Double, nullable=False),
)

SLATES = sa.Table(
    "slates",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.Double, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)

SLATE_PLACES = sa.Table(
    "slate_places",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True),
    sa.Column("other_id", sa.Text, nullable=False),
    sa.Column("score", sa.Double, nullable=False),
    sa.Column("match", sa.JSON, nullable=False),
)

MARKS = sa.Table(
    "marks",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("urgent", sa.Integer, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)

SHOWINGS = sa.Table(
    "showings",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("other_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)

INTRODUCTIONS = sa.Table(
    "introductions",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("asker_id", sa.Text, nullable=False),
    sa.Column("asked_id", sa.Text, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("answered_at", sa.Double),
    sa.Column("sequence", sa.BigInteger, nullable=False),
)

BACKGROUNDS = sa.Table(
    "backgrounds",
    METADATA,
    sa.Column("encoder", sa.Text, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("drawn_at", sa.Double, nullable=False),
    sa.Column("samples", sa.JSON, nullable=False),
)
