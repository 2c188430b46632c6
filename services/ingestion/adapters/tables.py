"""The tables of ingestion as queries see them; the schema itself is made by the migrations."""

import sqlalchemy as sa

METADATA = sa.MetaData()

PROGRAMMES = sa.Table(
    "programmes",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("sector", sa.Text, nullable=False),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
)

MEMBERS = sa.Table(
    "members",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("pseudonym", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text),
    sa.Column("side", sa.Text),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("wants", sa.JSON, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("snoozed_until", sa.Text),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("consents", sa.JSON, nullable=False),
)

INITIATIVES = sa.Table(
    "initiatives",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
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
    sa.Column("ruling", sa.JSON(none_as_null=True)),
    sa.Column("is_hidden", sa.Boolean, nullable=False),
)

CONTACTS = sa.Table(
    "story_contacts",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
)

CASES = sa.Table(
    "moderation_cases",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("changed_at", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("explanation", sa.Text, nullable=False),
    sa.Column("appeal", sa.Text, nullable=False),
)

REPORTS = sa.Table(
    "moderation_reports",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("reporter", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("explanation", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("is_settled", sa.Boolean, nullable=False),
)

LIKENESSES = sa.Table(
    "likenesses",
    METADATA,
    sa.Column("story_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
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
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("record_digest", sa.Text, nullable=False),
)

TOMBS = sa.Table(
    "tombs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
)

INBOX_KEYS = sa.Table(
    "inbox_keys",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("ended_at", sa.Text),
)

RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_digest", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("answered_at", sa.Text, nullable=False),
)

HOOKS = sa.Table(
    "hooks",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("ended_at", sa.Text),
    sa.Column("ended_because", sa.Text, nullable=False),
)

PARCELS = sa.Table(
    "parcels",
    METADATA,
    sa.Column("hook_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Text, nullable=False),
)

SHARED = sa.Table("shared_stories", METADATA, sa.Column("id", sa.Text, primary_key=True))

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_digest", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("answered_at", sa.Text, nullable=False),
)

ERASURES = sa.Table(
    "erasures",
    METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("stories", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Text, nullable=False),
    sa.Column("is_done", sa.Boolean, nullable=False),
)

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CONSENTS = sa.Table(
    "consents",
    METADATA,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("is_given", sa.Boolean, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text_sha256", sa.Text, nullable=False),
)
