"""What people read when a page cannot be shown."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from realtime.refusals import Refusal
from storage.database import StorageUnavailable
from web.citizen.visit import FieldTwice, pages_for, wants_json


async def http_error(request: Request, error: Exception) -> Response:
    """A page for what was refused; for what went wrong here one with a number that also stands in the log."""
    pages = pages_for(request)
    if isinstance(error, FieldTwice):
        code = Refusal.DUPLICATE_KEY
        return pages.refusal(400, code) if wants_json(request) else pages.error(400, code)
    if isinstance(error, HTTPException):
        return pages.error(error.status_code, headers=error.headers)
    return pages.error(500, incident=getattr(request.state, "incident", ""))


async def unavailable(request: Request, _error: Exception) -> Response:
    """A page for a person, the code for a program: in a moment it will be possible again."""
    pages = pages_for(request)
    answer = pages.refusal(503, Refusal.TRY_AGAIN) if wants_json(request) else pages.error(503)
    answer.headers["retry-after"] = "5"
    return answer


def exception_handlers() -> Mapping[Any, Callable[[Request, Exception], Any]]:
    return {HTTPException: http_error, StorageUnavailable: unavailable, 500: http_error}
