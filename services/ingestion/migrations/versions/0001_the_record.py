"""Programmes, members, initiatives, stories and what is kept about them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _programmes()
    _people()
    _stories()
    _records()


def downgrade() -> None:
    for table in (
        "answers",
        "tombs",
        "identities",
        "likeness_bands",
        "likenesses",
        "story_contacts",
        "stories",
        "blocks",
        "initiatives",
        "members",
        "programmes",
    ):
        op.drop_table(table)


def _programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("sector", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
    )
    op.create_index("programmes_slug", "programmes", ["slug"], unique=True)


def _people() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("pseudonym", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=True),
        sa.Column("side", sa.Text, nullable=True),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("wants", sa.JSON, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("snoozed_until", sa.Text, nullable=True),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("consents", sa.JSON, nullable=False),
    )
    has_address = sa.text("email <> ''")
    op.create_index(
        "members_email",
        "members",
        ["programme", "email"],
        unique=True,
        sqlite_where=has_address,
        postgresql_where=has_address,
    )
    op.create_table(
        "initiatives",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("for_whom", sa.Text, nullable=False),
        sa.Column("struggle", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("offer", sa.Text, nullable=False),
        sa.Column("themes", sa.JSON, nullable=False),
        sa.Column("populations", sa.JSON, nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("flag", sa.Text, nullable=True),
    )
    op.create_index("initiatives_member", "initiatives", ["member_id"])
    op.create_table(
        "blocks",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("other_id", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("blocks_other", "blocks", ["other_id"])


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("published_at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("themes", sa.JSON, nullable=False),
        sa.Column("populations", sa.JSON, nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
    )
    op.create_index("stories_programme", "stories", ["programme", "id"])
    op.create_index("stories_owner", "stories", ["owner", "id"])
    op.create_table(
        "story_contacts",
        sa.Column("story_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index("story_contacts_member", "story_contacts", ["member_id"])
    op.create_table(
        "likenesses",
        sa.Column("story_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("likenesses_digest", "likenesses", ["digest"])
    op.create_table(
        "likeness_bands",
        sa.Column("story_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("band", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("likeness_bands_band", "likeness_bands", ["band"])


def _records() -> None:
    op.create_table(
        "identities",
        sa.Column("external_digest", sa.Text, primary_key=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("record_digest", sa.Text, nullable=False),
    )
    op.create_table(
        "tombs",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Text, nullable=False),
    )
    op.create_index("answers_answered_at", "answers", ["answered_at"])
