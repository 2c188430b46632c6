"""What every page shares: templates, the reader, the forms' token, errors people can read."""

import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from babel.dates import format_date
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from typing_extensions import override

from libs.kernel.errors import (
    AppError,
    ForbiddenError,
    InvalidError,
    RetryableError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from libs.kernel.policy import Reader
from libs.kernel.vocabulary import (
    KIND_LABELS,
    POPULATIONS,
    REPORT_LABELS,
    STAGE_LABELS,
    THEMES,
    Label,
)
from services.gateway.domain.results import marked
from services.gateway.domain.session import LANGUAGE_COOKIE, form_token, same
from services.gateway.domain.texts import TEXTS, text
from services.gateway.usecases.forward import Answer
from services.gateway.usecases.identify import Visit

UI = Path(__file__).parent.parent / "ui"
_LANGUAGE_SECONDS = 365 * 86_400
_LANGUAGES = ("nl", "en")
_DIGITS = 18
_VOCABULARY: dict[str, dict[str, Label]] = {
    "kind": dict(KIND_LABELS),
    "report": dict(REPORT_LABELS),
    "theme": dict(THEMES),
    "population": dict(POPULATIONS),
    "stage": {str(stage): label for stage, label in STAGE_LABELS.items()},
}


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in member who looks at a page."""

    reader: Reader
    visit: Visit


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that a member sent from one of our pages; the API checks what is in it."""

    reader: Reader
    visit: Visit
    fields: Mapping[str, str]

    def texts(self, *names: str) -> dict[str, str]:
        """Return these fields, trimmed; what is absent is empty."""
        return {name: self.fields.get(name, "").strip() for name in names}

    def once(self) -> dict[str, str]:
        """Return the header by which the API does a form that was sent twice only once."""
        return {"idempotency-key": self.fields["once"]} if self.fields.get("once") else {}

    def unless_changed(self) -> dict[str, str]:
        """Return the header by which the API refuses a form made for an older state."""
        sequence = self.number("sequence")
        return {} if sequence is None else {"if-match": f'"{sequence}"'}

    def number(self, name: str) -> int | None:
        """Return a field as a number; None when nothing was chosen."""
        value = self.fields.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None


class Frame:
    """Renders pages; text from anywhere is escaped, always."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret that the forms' tokens are made with."""
        self._secret = secret
        self._templates = Environment(
            loader=FileSystemLoader(UI / "templates"),
            autoescape=True,
            undefined=ChainableUndefined,  # what an older service does not send is empty
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(
        self, request: Request, template: str, *, status: int = 200, **content: object
    ) -> Response:
        """Return a page in the visit's language; a language chosen in the address is kept."""
        visit: Visit = request.state.visit
        language = "nl" if visit.language.startswith("nl") else "en"
        content = {
            "request": request,
            "visit": visit,
            "lang": language,
            "t": lambda key: text(language, key),
            "label": lambda kind, code: _label(language, kind, str(code)),
            "day": lambda moment: _day(language, moment),
            "marked": marked,
            "vocabulary": _VOCABULARY,
            "here": request.url.path,
            "other_language": _switch(request, "en" if language == "nl" else "nl"),
            "form_token": form_token(self._secret, visit.session),
            "fresh_id": secrets.token_urlsafe(16),
            "done": _done(request.query_params.get("done", "")),
            **content,
        }
        response = HTMLResponse(self._templates.get_template(template).render(content), status)
        if request.query_params.get("lang") in _LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE,
                request.query_params["lang"],
                max_age=_LANGUAGE_SECONDS,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return response

    def error(self, request: Request, status: int, *, retry_after_seconds: int = 0) -> Response:
        """Return an error as a page; a stranger who wants to see a page is asked to sign in."""
        if status == UnauthenticatedError.status and request.method == "GET":
            return RedirectResponse("/signin", 303)
        key = f"error_{status}" if f"error_{status}" in TEXTS else "error_other"
        response = self.page(request, "error.html", status=status, key=key)
        if retry_after_seconds:
            response.headers["retry-after"] = str(retry_after_seconds)
        return response

    def signed_in(self, request: Request) -> Person:
        """Return who looks; raises ``UnauthenticatedError`` for a stranger or a key."""
        visit: Visit = request.state.visit
        if visit.reader is None or not visit.reader.member_id:
            raise UnauthenticatedError("Sign in to see this page.")
        return Person(visit.reader, visit)

    async def sent(self, request: Request) -> "Sent":
        """Return a form of a signed-in member; raises ``ForbiddenError`` if it is not ours."""
        person = self.signed_in(request)
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if not same(fields.get("form_token", ""), form_token(self._secret, person.visit.session)):
            raise ForbiddenError("Open the page again: this form is too old.")
        return Sent(person.reader, person.visit, fields)

    def route_class(self) -> type[APIRoute]:
        """Return a class of routes whose errors are pages."""
        show = self.error

        class PageRoute(APIRoute):
            @override
            def get_route_handler(
                self,
            ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handle = super().get_route_handler()

                async def handle_page(request: Request) -> Response:
                    try:
                        return await handle(request)
                    except TooManyError as error:
                        seconds = error.retry_after_seconds
                        return show(request, error.status, retry_after_seconds=seconds)
                    except AppError as error:
                        return show(request, error.status)
                    except RequestValidationError:
                        return show(request, InvalidError.status)
                    except RetryableError:
                        return show(request, UnavailableError.status)

                return handle_page

        return PageRoute


def after(answer: Answer, path: str, done: str) -> Response:
    """Return the way on after a form: the page again, with what became of it."""
    outcomes = {409: "conflict", 412: "stale", 422: "invalid"}
    word = done if answer.is_fine else outcomes.get(answer.status, "failed")
    return RedirectResponse(f"{path}?done={word}", 303)


def _label(language: str, kind: str, code: str) -> str:
    """Return the name of a code, or the code itself when a newer service knows more of them."""
    found = _VOCABULARY.get(kind, {}).get(code) or TEXTS.get(f"{kind}_{code}")
    return found.text(language) if found else code


def _day(language: str, moment: object) -> str:
    """Return the day of a moment of the API in words; empty when there is none."""
    try:
        return format_date(datetime.fromisoformat(str(moment)), "long", locale=language)
    except ValueError:
        return ""


def _switch(request: Request, language: str) -> str:
    url = request.url.include_query_params(lang=language)
    return f"{url.path}?{url.query}"


def _done(word: str) -> str:
    return f"done_{word}" if f"done_{word}" in TEXTS else ""
