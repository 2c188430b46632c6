"""What PostgreSQL says when it does not let us in, or not do what a service needs."""

import re

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from libs.kernel.errors import AccessError

_STATES = {"28P01", "28000", "42501"}
"""A wrong password, a role that may not come in, a right that is lacking."""
_NOT_LET_IN = re.compile(
    r"authentication failed|no password supplied|no pg_hba.conf entry|not permitted to log in"
    r"|permission denied|role .* does not exist|password file",
    re.IGNORECASE,
)
_UNSAFE = re.compile(r"certificate|SSL error|does not support SSL|sslmode|sslrootcert")
_NAMELESS = re.compile(r"could not translate host name|failed to resolve host")
"""libpq gives no code when it cannot connect: only its words, and the server's."""
_LACKING = sa.text(
    """
    SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND NOT (
        has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
        AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')
    )
    """
)


def refusal(error: DBAPIError) -> str:
    """Return why the server does not let us do this and how to mend it; empty for other errors."""
    state = getattr(error.orig, "sqlstate", None)
    said = str(error.orig).strip().replace("\n", " ")
    if state in _STATES or (state is None and _NOT_LET_IN.search(said)):
        return (
            f"PostgreSQL refuses this role ({said}): correct role and password in"
            " KRING_DATABASE or the file its passfile names, or let an administrator give it its"
            " rights"
        )
    if state is None and _UNSAFE.search(said):
        return (
            f"the connection to PostgreSQL is not safe ({said}): let its certificate be renewed, or"
            " name the authority that signed it with sslrootcert=FILE in KRING_DATABASE"
        )
    if state is None and _NAMELESS.search(said):
        return (
            f"the server of PostgreSQL has no name that can be found ({said}): correct it in"
            " KRING_DATABASE, or mend the name service"
        )
    return ""


def look(connection: sa.Connection) -> None:
    """Raise ``AccessError`` when the role may not read and change every table."""
    lacking = connection.scalar(_LACKING)
    if lacking:
        raise AccessError(
            f"PostgreSQL does not let this role change {lacking}: let an"
            " administrator GRANT SELECT, INSERT, UPDATE, DELETE on them, USAGE on their sequences"
        )
