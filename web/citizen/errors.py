"""What people read when a page cannot be shown."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from storage.database import StorageUnavailable
from web.services import Services


async def http_error(request: Request, error: Exception) -> Response:
    status, headers = 500, None
    if isinstance(error, HTTPException):
        status, headers = error.status_code, error.headers
    services: Services = request.state.services
    return services.pages.error(status, headers=headers)


async def unavailable(request: Request, _error: Exception) -> Response:
    services: Services = request.state.services
    return services.pages.error(503, headers={"retry-after": "5"})


def exception_handlers() -> Mapping[Any, Callable[[Request, Exception], Any]]:
    return {HTTPException: http_error, StorageUnavailable: unavailable, 500: http_error}
