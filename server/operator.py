"""The operator's door: what the command line asks of a running server, with a token of the master secret."""

import hmac
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement
from server.orders import ORDERS, OrderRefused, carry_out
from storage import posts, reports, topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_posts import Post, PostRefusal
from web.services import Services

MOST_BYTES = 256 * 1024
MOST_BYTES_OF_AN_ORDER = 6 * 1024 * 1024
"""Room for a picture in base64 that is refused for its size by the rule, not by the door."""


def operator_routes() -> list[Route]:
    """Routes that only who can read the master secret can use."""
    return [
        Route("/operator/topics", _create_topics, methods=["POST"]),
        Route("/operator/provenance", _mark, methods=["POST"]),
        Route("/operator/posts/publish", _publish, methods=["POST"]),
        Route("/operator/posts/refuse", _refuse, methods=["POST"]),
        Route("/operator/reports/settle", _settle, methods=["POST"]),
        *(Route(f"/operator/{name}", _carry_out, methods=["POST"]) for name in ORDERS),
    ]


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


async def _create_topics(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services)
    if isinstance(wanted, Response):
        return wanted
    try:
        new = [read_topic(plain) for plain in wanted["topics"]]
        ids = await topics.create_topics(services.database, services.keys, new, services.now())
    except (KeyError, TypeError, ValueError, topics.UnknownTheme, topics.TitleTooLong) as error:
        return JSONResponse({"error": repr(error)}, 400)
    return JSONResponse({"ids": ids})


async def _mark(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services)
    if isinstance(wanted, Response):
        return wanted
    try:
        ids = [int(topic) for topic in wanted["ids"]]
        await topics.mark(services.database, ids, Provenance(wanted["provenance"]))
    except (KeyError, TypeError, ValueError) as error:
        return JSONResponse({"error": repr(error)}, 400)
    return JSONResponse({"ids": ids})


def plain_outcome(outcome: Post | PostRefusal) -> dict[str, Any]:
    """An outcome as the operator's door tells it."""
    if isinstance(outcome, PostRefusal):
        return {"refusal": str(outcome)}
    return {"id": outcome.id, "status": str(outcome.status), "topic": outcome.topic}


async def _publish(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services)
    if isinstance(wanted, Response):
        return wanted
    try:
        post = int(wanted["id"])
    except (KeyError, TypeError, ValueError) as error:
        return JSONResponse({"error": repr(error)}, 400)
    done = await posts.publish(services.database, services.keys, post, services.posting, services.now())
    return JSONResponse(plain_outcome(done))


async def _refuse(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services)
    if isinstance(wanted, Response):
        return wanted
    try:
        post, reason = int(wanted["id"]), str(wanted["reason"])
        done = await posts.refuse(services.database, post, reason, services.now())
    except (KeyError, TypeError, ValueError, posts.PostTooLong) as error:
        return JSONResponse({"error": repr(error)}, 400)
    return JSONResponse(plain_outcome(done))


async def _settle(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services)
    if isinstance(wanted, Response):
        return wanted
    try:
        settled = await reports.settle(services.database, int(wanted["topic"]))
    except (KeyError, TypeError, ValueError) as error:
        return JSONResponse({"error": repr(error)}, 400)
    return JSONResponse({"settled": settled})


async def _carry_out(request: Request) -> Response:
    services: Services = request.state.services
    wanted = await authorised(request, services, MOST_BYTES_OF_AN_ORDER)
    if isinstance(wanted, Response):
        return wanted
    name = request.url.path.removeprefix("/operator/")
    try:
        made = await carry_out(services.database, services.keys, name, wanted, services.now())
    except OrderRefused as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse({"ids": [made]})


async def authorised(request: Request, services: Services, most: int = MOST_BYTES) -> Any:
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
