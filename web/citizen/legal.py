"""Who publishes the site, what it keeps, for whom it works, and whose work is in it."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from web.citizen.pages import LEGAL_NOTICE, introduction
from web.citizen.visit import visit
from web.record import COOKIES, SHELVES, WORKS, Kept

STATED = date(2026, 11, 24)
"""When the accessibility statement was last written."""


async def legal_notice(request: Request) -> Response:
    visitor = await visit(request)
    context = visitor.context(
        site=visitor.services.site, introduction=await introduction(visitor, LEGAL_NOTICE)
    )
    return visitor.pages.page("legal_notice.html", context)


async def personal_data(request: Request) -> Response:
    return await _page(request, "personal_data.html", kept=list(Kept), cookies=COOKIES, shelves=SHELVES)


async def accessibility(request: Request) -> Response:
    return await _page(request, "accessibility.html", stated=STATED)


async def credits_page(request: Request) -> Response:
    return await _page(request, "credits.html", works=WORKS)


async def _page(request: Request, template: str, **more: object) -> Response:
    visitor = await visit(request)
    return visitor.pages.page(template, visitor.context(site=visitor.services.site, **more))
