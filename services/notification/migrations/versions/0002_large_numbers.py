"""Sequences beyond 2^31: a database restored from a backup goes on 2^32 higher."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # its integers are all large
    for table, column in (("delivery", "sequence"), ("mention", "id")):
        op.alter_column(
            table,
            column,
            type_=sa.BigInteger,
            existing_type=sa.Integer,
            existing_nullable=False,
        )
    op.execute("ALTER SEQUENCE mention_id_seq AS BIGINT")
