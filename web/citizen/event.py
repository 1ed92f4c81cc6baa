"""A launch event on a telephone: the link of a hall, what is on just now, and the evening when it is over."""

from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from channels.parsing import MAX_INTEGER
from realtime.tally import ONLINE, Hall
from storage.events import list_events
from storage.halls import get_hall, halls_of, list_halls
from storage.stages import Stage, get_stage
from storage.values import DAY_MS
from storage.values_events import Event, HallPlace, Step, StepKind
from storage.values_show import Mode, Show
from web.citizen import evening
from web.citizen.evening import Round, in_view
from web.citizen.for_all import Shown, page_for_all
from web.citizen.local_time import here
from web.citizen.visit import Visit, nobody, visit
from web.halls import HALL_COOKIE, MAX_AGE, hall_in
from web.scenes import Scene, scene_of
from web.screens.citizens import Ideas, Words, frequent, ideas, provenances_at
from web.services import Services

SEE_OTHER = 303
SOON_MS = 36 * 3_600_000
"""A hall's link leads to the event that is on there, or begins or ended within this time."""

TOLD_MS = 8 * DAY_MS
"""From so long before an event until so long after it was to begin its page is there."""

_NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Act:
    """What a telephone shows of a show from the instant ``at`` on (ms since 1970).

    ``scene`` is None before the launch, and where nothing is on.
    """

    show: Show
    at: int
    scene: Scene | None = None
    round: Round | None = None
    left: int | None = None
    """Ms that a countdown has left."""
    stream: str = ""
    """The stream's address, where the Région's settings allow its site."""
    said: Ideas | Words | None = None
    """What citizens say, where the step is about that: everybody's, for those at home follow all halls."""


async def enter_hall(request: Request) -> Response:
    """The address in a hall's QR code: this browser is in the hall from now on, and goes to what is on there."""
    services: Services = request.state.services
    hall, named = hall_in(request.path_params["hall"]), request.query_params.get("e", "")[:20]

    async def made() -> str:
        place = None if hall is None else await get_hall(services.database, hall)
        if place is None or place.retired_at is not None:
            return ""
        event = _chosen(await list_events(services.database), place, named, services.now())
        return "" if event is None else str(event.id)

    event = await services.scenes.get(("hall", hall, named), services.now(), made)
    if hall is None or not event:
        return await _nothing_on(request, hall)
    answer = RedirectResponse(f"/evenements/{event}", SEE_OTHER, _NO_STORE)
    secure = request.url.scheme == "https" or services.site.public_url.startswith("https://")
    answer.set_cookie(HALL_COOKIE, hall, MAX_AGE, secure=secure, httponly=True, samesite="lax")
    return answer


async def _nothing_on(request: Request, hall: Hall | None) -> Response:
    visitor = await visit(request)
    place = None if hall is None else await get_hall(visitor.services.database, hall)
    if place is None or place.retired_at is not None:
        halls = await list_halls(visitor.services.database)
        context = visitor.context(halls=halls, asked=True)
        return visitor.pages.page("hall_unknown.html", context, status=404)
    return visitor.pages.page("hall_empty.html", visitor.context(place=place), headers=_NO_STORE)


def _chosen(events: list[Event], place: HallPlace, named: str, now: int) -> Event | None:
    """The event that a hall's link means: the one it names, the one that is on, or the nearest."""
    here_ = [one for one in events if place.hall in one.halls and _is_told(one.mode, one.starts_at, now)]
    for one in here_:
        if str(one.id) == named:
            return one
    on = [one for one in here_ if one.mode is Mode.LIVE]
    near = [one for one in here_ if abs(one.starts_at - now) <= SOON_MS]
    return min(on or near, key=lambda one: abs(one.starts_at - now), default=None)


def _is_told(mode: Mode, starts_at: int, now: int) -> bool:
    """What is only planned is nobody's yet, and what never took place is nobody's any more."""
    return mode is not Mode.OFF or abs(starts_at - now) <= TOLD_MS


async def event_page(request: Request) -> Response:
    """A hall scans its code at once: only who has voted on what is on has anything of their own on it."""
    mine = hall_in(request.cookies.get(HALL_COOKIE))

    async def show(visitor: Visit) -> Shown:
        stage = await _stage(visitor, request)
        if evening.is_over(stage, visitor.now):
            return await evening.over_page(visitor, stage)
        halls = (await halls_of(visitor.services.database, [stage.event.id]))[stage.event.id]
        act = await _act(visitor, stage, visitor.now)
        context = visitor.context(
            event=stage.event,
            starts=here(stage.event.starts_at),
            hall=next((one for one in halls if one.hall == mine), None),
            several=sum(one.hall != ONLINE for one in halls) > 1,
            act=act,
        )
        own = [] if act.round is None else act.round.cards
        return Shown("event.html", context, frozenset().union(*(card.topic.ballots for card in own)))

    return await page_for_all(request, show, mine, holds=True)


async def event_scene(request: Request) -> Response:
    """The part of the page that the show moves, as it is from the agreed instant on.

    The same for everybody, and made once for all who ask within a moment: thousands do at each gesture. What is a
    person's own in it (the sign of their vote) their device knows.
    """
    services: Services = request.state.services
    event_id: int = request.path_params["id"]
    number = request.query_params.get("n", "")[:16]

    async def made() -> str:
        visitor = nobody(request)
        stage = await _stage(visitor, request)
        act = await _act(visitor, stage, max(visitor.now, stage.show.at))
        template = visitor.pages.environment.get_template("parts/event_scene.html")
        return template.render(visitor.context(event=stage.event, act=act, frame=visitor.pages.frame))

    part = await services.scenes.get((event_id, number, str(request.state.language)), services.now(), made)
    return HTMLResponse(part, headers=_NO_STORE)


async def event_course(request: Request) -> Response:
    visitor, stage = await _evening(request)
    return await evening.course(visitor, stage)


async def event_press(request: Request) -> Response:
    visitor, stage = await _evening(request)
    return await evening.press_page(visitor, stage)


async def event_figures(request: Request) -> Response:
    visitor, stage = await _evening(request)
    return await evening.figures(visitor, stage)


async def event_chart(request: Request) -> Response:
    visitor, stage = await _evening(request)
    return await evening.press_chart(visitor, stage, request.path_params["topic"])


async def _evening(request: Request) -> tuple[Visit, Stage]:
    """An event that is over; before that nothing of it is told here."""
    visitor = await visit(request)
    stage = await _stage(visitor, request)
    if not evening.is_over(stage, visitor.now):
        raise HTTPException(404)
    return visitor, stage


async def _stage(visitor: Visit, request: Request) -> Stage:
    event_id: int = request.path_params["id"]
    stage = await get_stage(visitor.services.database, event_id) if event_id <= MAX_INTEGER else None
    if stage is None:
        raise HTTPException(404)
    if not _is_told(stage.show.mode, stage.event.starts_at, visitor.now):
        raise HTTPException(404)
    return stage


async def _act(visitor: Visit, stage: Stage, at: int) -> Act:
    """What is shown at an instant; of a rehearsal everybody sees nothing."""
    show = stage.show
    step = stage.step(show.shown(at)) if show.mode in {Mode.LIVE, Mode.OVER} else None
    if step is None:
        return Act(show, at)
    scene = scene_of(stage, step)
    left = None if scene.at is None else show.left(scene.at, at)
    later = replace(visitor, now=at)  # a vote that opens at the agreed instant is open then
    is_allowed = scene.kind is StepKind.STREAM and visitor.services.site.allows_stream(scene.stream)
    stream = scene.stream if is_allowed else ""
    said = await _said(visitor, stage, scene.kind, at)
    return Act(show, at, scene, await _round(later, stage, step), left, stream, said)


async def _said(visitor: Visit, stage: Stage, kind: StepKind, at: int) -> Ideas | Words | None:
    database, provenances = visitor.services.database, provenances_at(stage.event)
    if kind is StepKind.IDEAS:
        return await ideas(database, provenances, at, None)
    if kind is StepKind.WORDS:
        return await frequent(database, provenances, visitor.pages.assets.rude, None)
    return None


async def _round(visitor: Visit, stage: Stage, step: Step) -> Round | None:
    """The vote that a step is about; where it shows results, with the one before."""
    scene = scene_of(stage, step)
    wanted = [topic for topic in (scene.topic, scene.before) if topic is not None]
    cards = {card.topic.id: card for card in await visitor.cards(await in_view(visitor, wanted))}
    if scene.topic not in cards:
        return None
    shown = [scene.topic] if step.content.kind is StepKind.TOPIC else [scene.before, scene.topic]
    return Round(tuple(cards[topic] for topic in shown if topic in cards))
