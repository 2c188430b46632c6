"""Members as the gateway knows them, sign-in links, sessions and keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
    )
    op.create_index("member_email", "member", ["email"])
    op.create_table(
        "block",
        sa.Column("member_id", sa.Text, primary_key=True, nullable=False),
        sa.Column("blocked_id", sa.Text, primary_key=True, nullable=False),
    )
    op.create_index("block_blocked_id", "block", ["blocked_id"])
    op.create_table(
        "programme",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_index("programme_slug", "programme", ["slug"])
    op.create_table(
        "link",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("nonce_digest", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double, nullable=False),
    )
    op.create_index("link_member_id", "link", ["member_id"])
    op.create_index("link_expires_at", "link", ["expires_at"])
    op.create_table(
        "session",
        sa.Column("digest", sa.Text, primary_key=True, nullable=False),
        sa.Column("member_id", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_index("session_member_id", "session", ["member_id"])
    op.create_index("session_expires_at", "session", ["expires_at"])
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("secret_digest", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double, nullable=False),
    )
    op.create_index("api_key_programme", "api_key", ["programme", "id"])
