"""The session's cookie."""

from dataclasses import dataclass

from starlette.responses import Response

from services.gateway.domain.session import SESSION_SECONDS


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """How the secret of a session travels. On HTTPS its name keeps other hosts from setting it."""

    is_secure: bool

    @property
    def name(self) -> str:
        """Return the cookie's name."""
        return "__Host-kring_session" if self.is_secure else "kring_session"

    def put(self, response: Response, secret: str) -> None:
        """Give the browser a session."""
        response.set_cookie(
            self.name,
            secret,
            max_age=int(SESSION_SECONDS),
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response) -> None:
        """Take the session out of the browser."""
        response.delete_cookie(
            self.name, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )
