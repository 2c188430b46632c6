"""One problem+json form for every error (RFC 9457)."""

from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from libs.kernel.errors import (
    AppError,
    ErasedError,
    FullError,
    GoneError,
    InvalidError,
    RetryableError,
    TooManyError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong and how to mend it."""

    type: str
    title: str
    status: int
    detail: str
    fields: dict[str, str] = {}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses=`` entry for a route that may answer with these statuses.

    Those that the gateway or the framework can answer for any route are always declared.
    """
    return {
        status: {
            "description": "Problem",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({400, 401, 403, 404, 405, 413, 422, 429, 503, *statuses})
    }


PROBLEMS = problems()


def problem_response(error: AppError) -> Response:
    """Return an error as problem+json."""
    body = {
        "type": f"https://kring.example/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": _unicode(error.detail),
        "fields": {_unicode(name): _unicode(text) for name, text in error.fields.items()},
    }
    headers = {}
    if isinstance(error, TooManyError):
        headers["retry-after"] = str(error.retry_after_seconds)
    if error.status == UnavailableError.status:
        headers["retry-after"] = "2"
    if error.status == 401:  # noqa: PLR2004  # the status itself is the clearest name
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(body), error.status, headers, MEDIA_TYPE)


def _unicode(text: str) -> str:
    """Return text that can be encoded: JSON lets lone surrogates in, and errors quote them."""
    return text.encode("utf-8", "replace").decode()


class _StatusError(AppError):
    """An error of the web framework, told in our form."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status  # type: ignore[misc]  # a status per instance, for foreign errors only
        self.code = title.lower().replace(" ", "-")  # type: ignore[misc]
        self.title = title  # type: ignore[misc]


def install_problems(app: FastAPI) -> None:
    """Answer every error of this app as problem+json."""

    @app.exception_handler(AppError)
    def app_error(_request: Request, error: AppError) -> Response:
        return problem_response(error)

    @app.exception_handler(RetryableError)
    def retryable(_request: Request, _error: RetryableError) -> Response:
        return problem_response(
            UnavailableError("A part of Kring is busy or down; nothing was lost.")
        )

    @app.exception_handler(FullError)
    def full(_request: Request, _error: FullError) -> Response:
        return problem_response(
            UnavailableError(
                "A disk of this Kring is full, so nothing was changed. Its operator makes room;"
                " then send this again."
            )
        )

    @app.exception_handler(ErasedError)
    def erased(_request: Request, _error: ErasedError) -> Response:
        return problem_response(GoneError("Somebody whom this is about was erased."))

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Response:
        fields = {
            ".".join(str(part) for part in item["loc"]) or "body": str(item["msg"])
            for item in error.errors()
        }
        return problem_response(
            InvalidError("Mend the fields named here and send it again.", fields=fields)
        )

    @app.exception_handler(HTTPException)
    def http_error(_request: Request, error: HTTPException) -> Response:
        response = problem_response(_StatusError(error.status_code, str(error.detail)))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def bug(_request: Request, _error: Exception) -> Response:
        return problem_response(AppError("This is a mistake of ours; the log tells more."))

    schema = app.openapi

    def with_problem() -> dict[str, Any]:
        document = schema()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault(
            "Problem", Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        )
        return document

    app.openapi = with_problem  # type: ignore[method-assign]  # FastAPI's documented extension point
