"""Pages that editors write: free ones, and what stands above the program's own."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from storage.database import StorageUnavailable
from storage.pages import listed_pages, public_page
from storage.values_contact import Block
from storage.values_pages import PageKind
from web.citizen.visit import Visit, visit

HOW_IT_WORKS, LEGAL_NOTICE = "comment-ca-marche", "mentions-legales"
"""The pages that may have an introduction; what they say below it is true whoever writes."""


async def free_page(request: Request) -> Response:
    visitor = await visit(request)
    slug: str = request.path_params["slug"]
    page = await public_page(visitor.services.database, PageKind.FREE, slug) if len(slug) <= 40 else None
    if page is None:
        raise HTTPException(404)
    return visitor.pages.page("page.html", visitor.context(page=page))


async def introduction(visitor: Visit, slug: str) -> tuple[Block, ...]:
    """What editors have written above one of the program's own pages; none where the database does not answer."""
    try:
        found = await public_page(visitor.services.database, PageKind.INTRODUCTION, slug)
    except StorageUnavailable:
        return ()
    return () if found is None else found.blocks


async def also_to_read(visitor: Visit) -> list[tuple[str, str]]:
    """The addresses and titles of the pages that are listed; none where the database does not answer."""
    try:
        return await listed_pages(visitor.services.database)
    except StorageUnavailable:
        return []
