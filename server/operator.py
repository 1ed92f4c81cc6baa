"""The operator's door: what the command line orders of a running server, with a token of the master secret."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement
from server.orders import Answer, Desk, Order, OrderRefused, Wanted, carry_out
from server.orders_citizens import CITIZENS_ORDERS
from server.orders_events import EVENT_ORDERS
from server.orders_letter import LETTER_ORDERS
from server.orders_region import REGION_ORDERS
from server.orders_staff import STAFF_ORDERS
from storage import topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from web.services import Services

MOST_BYTES = 256 * 1024
MOST_BYTES_OF_NEWS = 6 * 1024 * 1024
"""Room for a picture in base64 that is refused for its size by the rule, not by the door."""


def plain_topic(topic: NewTopic) -> dict[str, Any]:
    """A new topic as the door takes it."""
    return {
        "kind": str(topic.kind),
        "title": topic.title,
        "body": topic.body,
        "theme": topic.theme,
        "opens_at": topic.rules.opens_at,
        "closes_at": topic.rules.closes_at,
        "results": str(topic.rules.results),
        "headline": str(topic.rules.headline),
        "profile_required": topic.rules.profile_required,
        "provenance": str(topic.provenance),
        "departement": topic.departement,
    }


def read_topic(plain: dict[str, Any]) -> NewTopic:
    """The topic of such a map; raises KeyError, TypeError or ValueError where it is not one."""
    rules = TopicRules(
        opens_at=int(plain["opens_at"]),
        closes_at=None if plain["closes_at"] is None else int(plain["closes_at"]),
        results=ResultPolicy(plain["results"]),
        headline=HeadlinePolicy(plain["headline"]),
        profile_required=bool(plain["profile_required"]),
    )
    return NewTopic(
        TopicKind(plain["kind"]),
        str(plain["title"]),
        str(plain["theme"]),
        rules,
        str(plain["body"]),
        Provenance(plain["provenance"]),
        departement=Departement(plain["departement"]) if plain.get("departement") else None,
    )


async def _create_topics(desk: Desk, wanted: Wanted) -> Answer:
    new = [read_topic(plain) for plain in wanted["topics"]]
    try:
        return {"ids": await topics.create_topics(desk.database, desk.keys, new, desk.now)}
    except (topics.UnknownTheme, topics.TitleTooLong) as error:
        raise OrderRefused(repr(error)) from None


async def _mark(desk: Desk, wanted: Wanted) -> Answer:
    ids = [int(topic) for topic in wanted["ids"]]
    await topics.mark(desk.database, ids, Provenance(wanted["provenance"]))
    return {"ids": ids}


ORDERS: Mapping[str, Order] = {
    "topics": _create_topics,
    "provenance": _mark,
    **REGION_ORDERS,
    **CITIZENS_ORDERS,
    **LETTER_ORDERS,
    **STAFF_ORDERS,
    **EVENT_ORDERS,
}
"""By the name that follows ``/operator/``."""


def operator_routes() -> list[Route]:
    """Routes that only who can read the master secret can use."""
    return [Route(f"/operator/{name}", _door(name, each), methods=["POST"]) for name, each in ORDERS.items()]


def _door(name: str, order: Order) -> Callable[[Request], Awaitable[Response]]:
    most = MOST_BYTES_OF_NEWS if name == "news" else MOST_BYTES

    async def take(request: Request) -> Response:
        services: Services = request.state.services
        wanted = await _authorised(request, services, most)
        if isinstance(wanted, Response):
            return wanted
        desk = Desk(
            services.database, services.keys, services.posting, lambda: services.pages, services.now()
        )
        try:
            return JSONResponse(await carry_out(order, desk, wanted))
        except OrderRefused as error:
            return JSONResponse({"error": str(error)}, 400)

    return take


async def _authorised(request: Request, services: Services, most: int) -> Any:
    """The request's JSON map, or the answer that refuses it."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {services.keys.operator}".encode()):
        return JSONResponse({"error": "the operator's token is needed"}, 403)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return JSONResponse({"error": "too large"}, 413)
    try:
        wanted = json.loads(bytes(body))
    except ValueError:
        wanted = None
    return wanted if isinstance(wanted, dict) else JSONResponse({"error": "a JSON map is needed"}, 400)
