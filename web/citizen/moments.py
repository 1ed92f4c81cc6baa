"""A topic's past for a page whose results were hidden when it was drawn."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.parsing import MAX_INTEGER
from realtime.disclosure import View
from realtime.refusals import Refusal
from storage.time_line import moments
from storage.topics import get_topic
from web.citizen.timeline import out_of_the_fog, plain
from web.citizen.visit import visit


async def topic_moments(request: Request) -> Response:
    """The moments as [ms since 1970, plus, minus], oldest first, under the rule of the topic's page."""
    visitor = await visit(request)
    services = visitor.services
    topic_id: int = request.path_params["id"]
    topic = await get_topic(services.database, topic_id) if topic_id <= MAX_INTEGER else None
    if topic is None:
        return visitor.pages.refusal(404, Refusal.UNKNOWN_TOPIC)
    if await visitor.view(topic) is View.HIDDEN:
        return visitor.pages.refusal(403, Refusal.RESULTS_HIDDEN)
    past = plain(out_of_the_fog(await moments(services.database, services.keys, topic.id)))
    return JSONResponse({"moments": past}, headers={"cache-control": "private, no-store"})
