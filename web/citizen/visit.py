"""What a handler knows of the visitor in front of it."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from channels.origin import address_of, network_of
from channels.parsing import MAX_INTEGER
from realtime.disclosure import View
from realtime.refusals import Refusal
from realtime.tally import NOWHERE, Hall, Sign
from storage.arrivals import marks_of
from storage.ballots import own_ballots, own_signs
from storage.follow_up import answered_topics
from storage.halls import halls_of
from storage.keys import DEVICE_BYTES
from storage.news import pictures_of
from storage.profiles import profile_of
from storage.tallies import standings
from storage.topics import get_topic
from storage.values import FROM_SOMEWHERE, CastVote, Origin, OwnBallot, Profile, Topic
from web.citizen.cards import Card, Facts, Note, card
from web.forms import HOME, local_path
from web.frame import frame_of
from web.halls import HALL_COOKIE, hall_in
from web.rendering import Pages
from web.services import Services

Fields = TypeVar("Fields", bound=ImmutableMultiDict[str, Any])


@dataclass(frozen=True, slots=True)
class Visit:
    """``profile`` is None for someone who was not asked yet; ``pages`` speak the visitor's language."""

    services: Services
    pages: Pages
    device: bytes
    profile: Profile | None
    now: int
    origin: Origin = FROM_SOMEWHERE
    hall: Hall | None = None
    """The hall by whose link they came."""

    is_new: bool = False
    """Nothing can be known of them: they have brought no cookie."""

    def ballot(self, topic: int, sign: Sign, op: str) -> CastVote:
        """This visitor's vote, as it enters the ballot box."""
        marks = marks_of(self.services.keys, self.origin, topic, self.now)
        return CastVote(topic, self.device, sign, op, self.hall, marks=marks)

    @property
    def profile_state(self) -> str:
        """As the page tells it to the browser: none, skipped, partial or complete."""
        return profile_state(self.profile)

    async def cards(self, topics: Iterable[Topic], note: Note | None = None) -> list[Card]:
        """The topics as this visitor may see them."""
        shown = list(topics)
        gates = frozenset[int]().union(*(topic.ballots for topic in shown))
        own = {} if self.is_new else await self._own(gates)
        return [self.card(facts, own, note) for facts in await self.facts(shown)]

    def card(self, facts: Facts, own: Mapping[int, OwnBallot], note: Note | None = None) -> Card:
        """A topic as this visitor may see it, of whom ``own`` are the ballots on it and its gate."""
        topic = facts.topic
        voted = topic.gate in own
        return card(
            topic,
            facts.standing,
            now=self.now,
            own=own.get(topic.id),
            voted=voted,
            seen=self.services.keys.seen_token(topic.gate, self.device) if voted else "",
            op=new_op(),
            note=note,
            picture=facts.picture,
            answered=facts.answered,
            paused=facts.paused,
            halls=facts.halls,
        )

    async def facts(self, topics: list[Topic]) -> list[Facts]:
        """What there is to know of these topics, whoever may see it."""
        ids = [topic.id for topic in topics]
        found = await standings(self.services.database, ids)
        pictures = await pictures_of(self.services.database, ids)
        answered = await answered_topics(self.services.database, ids)
        paused = self.services.notice().paused
        events = {topic.event for topic in topics if topic.event is not None}
        halls = await halls_of(self.services.database, events) if events else {}
        return [
            Facts(
                topic,
                found[topic.id],
                pictures.get(topic.id),
                topic.id in answered,
                paused.get(topic.id, ""),
                () if topic.event is None else halls[topic.event],
            )
            for topic in topics
        ]

    async def _own(self, topics: Iterable[int]) -> dict[int, OwnBallot]:
        return await own_ballots(self.services.database, self.services.keys, self.device, topics)

    async def view(self, topic: Topic) -> View:
        """What this visitor sees of a topic; the ballot decides, never what the browser says."""
        own = await own_signs(self.services.database, self.services.keys, self.device, [topic.gate])
        return topic.rules.view(voted=topic.gate in own, now=self.now)

    def context(self, **more: Any) -> dict[str, Any]:
        """What every page needs, and more."""
        return {"profile": self.profile_state, **more}


def pages_for(request: Request) -> Pages:
    """The pages in the visitor's language, as this request frames them."""
    services: Services = request.state.services
    pages = services.pages[request.state.language]
    return replace(pages, frame=frame_of(request, services.site, services.keys, services.notice()))


async def visit(request: Request) -> Visit:
    services: Services = request.state.services
    device: bytes = request.state.device
    profile = None
    if request.state.has_cookie:
        profile = await profile_of(services.database, services.keys, device)
        note_presence(services, device, profile)
    hall = hall_in(request.cookies.get(HALL_COOKIE))
    is_new = not request.state.has_cookie
    return Visit(
        services, pages_for(request), device, profile, services.now(), _origin(request), hall, is_new
    )


def nobody(request: Request) -> Visit:
    """Somebody of whom nothing is known, in front of whom a page is made that many are given."""
    services: Services = request.state.services
    return Visit(
        services, pages_for(request), secrets.token_bytes(DEVICE_BYTES), None, services.now(), is_new=True
    )


def note_presence(services: Services, device: bytes, profile: Profile | None) -> None:
    """Someone known has opened a page."""
    services.attendance.note(device, services.now())
    if profile is not None:
        services.attendance.note_profile(device, profile, services.now())


def _origin(request: Request) -> Origin:
    services: Services = request.state.services
    peer = request.client.host if request.client else ""
    address = address_of(peer, request.headers.get("x-forwarded-for", ""), services.proxies)
    return Origin(network_of(address), request.state.born)


async def asked_topic(visitor: Visit, request: Request) -> Topic:
    """The topic that the address names; the page that says there is none, where that is so.

    Of what was taken out of view nothing is shown any more: it may have held what is nobody's business.
    """
    topic = await named_topic(visitor, request)
    await must_be_in_view(visitor, topic)
    return topic


async def must_be_in_view(visitor: Visit, topic: Topic) -> None:
    """The page that says so, where the topic, or the one under which it argues, was taken out of view."""
    above = None if topic.parent is None else await get_topic(visitor.services.database, topic.parent)
    if topic.withdrawn_at is not None or (above is not None and above.withdrawn_at is not None):
        raise HTTPException(410)


async def named_topic(visitor: Visit, request: Request) -> Topic:
    """The topic that the address names, also where it is out of view."""
    topic_id: int = request.path_params["id"]
    topic = await get_topic(visitor.services.database, topic_id) if topic_id <= MAX_INTEGER else None
    if topic is None:
        raise HTTPException(404)
    return topic


def wants_json(request: Request) -> bool:
    """Whether a program asks, that reads codes and no pages."""
    return "application/json" in request.headers.get("accept", "")


def refused(request: Request, visitor: Visit, code: Refusal) -> Response:
    """What a form brought cannot be taken: a page for a person, the code for a program."""
    status = 404 if code is Refusal.UNKNOWN_TOPIC else 400
    if wants_json(request):
        return visitor.pages.refusal(status, code)
    return visitor.pages.error(status, code)


class FieldTwice(HTTPException):
    """A form says one thing twice: which of the two was meant, nobody can tell."""

    def __init__(self) -> None:
        super().__init__(400)


async def read_form(request: Request) -> FormData:
    """The posted fields, each once; ours are few and short, files are not taken. Raises FieldTwice."""
    return each_once(await request.form(max_files=0, max_fields=20, max_part_size=4096))


def each_once(fields: Fields, but: frozenset[str] = frozenset()) -> Fields:
    """The fields, where none is there twice, ``but`` these may be. Raises FieldTwice."""
    single = [name for name, _ in fields.multi_items() if name not in but]
    if len(single) != len(set(single)):
        raise FieldTwice
    return fields


async def read_long_form(request: Request, most: int, fields: int) -> FormData:
    """Posted fields of at most ``most`` bytes each, each once.

    Raises HTTPException 413 where somebody wrote more, and FieldTwice.
    """
    try:
        return each_once(await request.form(max_files=0, max_fields=fields, max_part_size=most))
    except FieldTwice:
        raise
    except HTTPException as fault:
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > most:
            raise HTTPException(413) from fault
        raise


def profile_state(profile: Profile | None) -> str:
    if profile is None:
        return "none"
    if profile.cell == NOWHERE:
        return "skipped"
    return "complete" if profile.is_complete else "partial"


def new_op() -> str:
    """A fresh operation id for a form."""
    return secrets.token_urlsafe(12)


def came_from(request: Request) -> str:
    """The path of the page before, where it is one of ours."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if before.netloc != request.headers.get("host"):
        return HOME
    path = before.path
    while path and not _can_be_read(request, path):  # a form was answered there: the page is one step up
        path = path.rpartition("/")[0]
    return local_path({"next": f"{path}?{before.query}" if before.query else path})


def _can_be_read(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
