"""What the service worker shows where there is neither a network nor a copy of the page."""

from starlette.requests import Request
from starlette.responses import Response

from web.citizen.visit import visit


async def offline_page(request: Request) -> Response:
    visitor = await visit(request)
    return visitor.pages.page("offline.html", visitor.context())
