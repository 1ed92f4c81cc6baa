"""Erase me: what goes and what stays, a confirmation, and a fresh device afterwards."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.forgetting import forget_device
from web.citizen.visit import visit

SEE_OTHER = 303

_PRIVATE = {"cache-control": "no-store"}
_CLEAR = {**_PRIVATE, "clear-site-data": '"cache", "storage"'}
"""For browsers that can: what the pages keep on the device goes even where no program runs."""


async def erase_page(request: Request) -> Response:
    visitor = await visit(request)
    return visitor.pages.page("erase.html", visitor.context(), headers=_PRIVATE)


async def erase(request: Request) -> Response:
    """Forget the device; the browser is told to forget its cookie only once that is done."""
    visitor = await visit(request)
    if request.state.has_cookie:
        visitor.services.attendance.forget(visitor.device)
        await forget_device(visitor.services.database, visitor.services.keys, visitor.device)
    request.state.erased = True
    return RedirectResponse("/efface", SEE_OTHER, _CLEAR)


async def erased_page(request: Request) -> Response:
    visitor = await visit(request)
    return visitor.pages.page("erased.html", visitor.context(), headers=_PRIVATE)
