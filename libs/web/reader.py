"""Who asks, as a dependency of every route.

The dependencies are coroutines: FastAPI would run plain functions in a thread each, and handing
over to it costs more than to look at what the request shows.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from libs.kernel.errors import ForbiddenError, UnauthenticatedError
from libs.kernel.policy import Reader, Role

Identify = Callable[[Request], Reader | None]


async def current_reader(request: Request) -> Reader:
    """Return whom ``app.state.identify`` finds; raises ``UnauthenticatedError`` if nobody."""
    return _reader(request)


def _reader(request: Request) -> Reader:
    identify: Identify = request.app.state.identify
    reader = identify(request)
    if reader is None:
        raise UnauthenticatedError("Sign in, or send the key of your programme as a bearer token.")
    return reader


CurrentReader = Annotated[Reader, Depends(current_reader)]


def at_least(role: Role) -> Callable[[Request], Awaitable[Reader]]:
    """Return a dependency that refuses readers below a role."""

    async def check(request: Request) -> Reader:
        reader = _reader(request)
        if not reader.has(role):
            raise ForbiddenError(f"This needs the role {role.value}.")
        return reader

    return check


AmbassadorReader = Annotated[Reader, Depends(at_least(Role.AMBASSADOR))]
CoordinatorReader = Annotated[Reader, Depends(at_least(Role.COORDINATOR))]
OperatorReader = Annotated[Reader, Depends(at_least(Role.OPERATOR))]
