"""A topic for the frames of other sites: what everybody may see of it, live, and a way in to vote.

Whoever looks is nobody: within another site's page a browser may keep our cookie back, and where it does not, a
vote must still not be shown around there.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from storage.tallies import standings
from web.citizen.cards import card
from web.citizen.visit import asked_topic, visit

SCRIPT = Path(__file__).parent.parent / "embedding" / "integrer.js"


async def embedded_topic(request: Request) -> Response:
    visitor = await visit(request)
    topic = await asked_topic(visitor, request)
    found = await standings(visitor.services.database, [topic.id])
    shown = card(topic, found[topic.id], now=visitor.now, own=None, voted=False, seen="", op="")
    return visitor.pages.page("embedded.html", {"card": shown})


async def embed_script(_: Request) -> Response:
    return FileResponse(
        SCRIPT, media_type="text/javascript", headers={"cache-control": "public, max-age=86400"}
    )
