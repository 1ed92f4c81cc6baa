"""Ideas that say much the same as what somebody is writing, for the page where they write it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.citizen.posting import alike
from web.citizen.visit import visit
from web.posting import LONGEST_TYPED

MOST = 5


async def similar_ideas(request: Request) -> Response:
    """Up to five, the closest first: id, title, voters, url."""
    visitor = await visit(request)
    text = request.query_params.get("texte", "")[:LONGEST_TYPED]
    found = [
        {
            "id": one.topic.id,
            "title": one.topic.title,
            "voters": one.voters,
            "url": f"/sujets/{one.topic.id}",
        }
        for one in await alike(visitor, text, MOST)
    ]
    return JSONResponse(found, headers={"cache-control": "private, max-age=30"})
