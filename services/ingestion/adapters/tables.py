"""The tables of ingestion as queries see them; the schema itself is made by the migrations."""

import sqlalchemy as sa

METADATA = sa.MetaData()

PROGRAMMES = sa.Table(
    "programmes",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("slug", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("sector", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("languages", sa.JSON),
)

MEMBERS = sa.Table(
    "members",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("programme", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("pseudonym", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("side", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("languages", sa.JSON),
    sa.Column("role", sa.Text),
    sa.Column("wants", sa.JSON),
    sa.Column("capacity", sa.Integer),
    sa.Column("snoozed_until", sa.Text),
    sa.Column("visibility", sa.Text),
    sa.Column("consents", sa.JSON),
)

INITIATIVES = sa.Table(
    "initiatives",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text),
    sa.Column("place", sa.Integer),
    sa.Column("external_id", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("updated_at", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("what", sa.Text),
    sa.Column("for_whom", sa.Text),
    sa.Column("struggle", sa.Text),
    sa.Column("need", sa.Text),
    sa.Column("offer", sa.Text),
    sa.Column("themes", sa.JSON),
    sa.Column("populations", sa.JSON),
    sa.Column("stage", sa.Integer),
    sa.Column("flag", sa.Text),
)

BLOCKS = sa.Table(
    "blocks",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("other_id", sa.Text, primary_key=True),
)

STORIES = sa.Table(
    "stories",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("programme", sa.Text),
    sa.Column("owner", sa.Text),
    sa.Column("published_at", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("summary", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("context", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("evidence", sa.Text),
    sa.Column("themes", sa.JSON),
    sa.Column("populations", sa.JSON),
    sa.Column("stage", sa.Integer),
    sa.Column("visibility", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("year", sa.Integer),
)

CONTACTS = sa.Table(
    "story_contacts",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer),
)

LIKENESSES = sa.Table(
    "likenesses",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text),
)

BANDS = sa.Table(
    "likeness_bands",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("band", sa.Text, primary_key=True),
)

IDENTITIES = sa.Table(
    "identities",
    METADATA,
    sa.Column("external_digest", sa.Text, primary_key=True),
    sa.Column("id", sa.Text),
    sa.Column("record_digest", sa.Text),
)

TOMBS = sa.Table(
    "tombs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text),
    sa.Column("sequence", sa.BigInteger),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_digest", sa.Text),
    sa.Column("content", sa.Text),
    sa.Column("answered_at", sa.Text),
)
