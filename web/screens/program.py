"""The run of show as a screen loads it: every step laid out, with all that it needs to be shown by the clock."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.parsing import MAX_INTEGER
from realtime.refusals import Refusal
from realtime.tally import ONLINE
from storage.citizens_words import InHall
from storage.films import get_film
from storage.halls import list_halls
from storage.stages import Stage, get_stage
from storage.topics import get_topics
from storage.values import Caveat, Topic, caveats_of
from storage.values_events import HallPlace, Step, StepKind
from storage.values_show import LEAD_MS
from web.citizen.sharing import drawn
from web.rendering import Pages
from web.scenes import Scene, scene_of
from web.screens.citizens import Ideas, Words, frequent, ideas, provenances_at
from web.screens.door import paired_screen
from web.screens.pages import NO_STORE, asked_hall, screen_pages
from web.services import Services


@dataclass(frozen=True, slots=True)
class Join:
    """How one takes part from this hall: the code to scan, and the address to type."""

    code: str
    address: str


async def program(request: Request) -> Response:
    """The steps of the event ``evenement``, for the paired screens of a hall where it happens."""
    hall = await asked_hall(request)
    services: Services = request.state.services
    pages = screen_pages(request)
    if await paired_screen(request, hall.hall) is None:
        return pages.refusal(403, Refusal.NOT_PAIRED)
    stage = await asked_stage(request, hall)
    return JSONResponse(await laid_out(services, pages, stage, hall), headers=NO_STORE)


async def asked_stage(request: Request, hall: HallPlace) -> Stage:
    """The event ``evenement``; HTTPException 404 where it does not happen in this hall."""
    services: Services = request.state.services
    asked = request.query_params.get("evenement", "")
    event = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 16 else 0
    stage = await get_stage(services.database, event) if 0 < event <= MAX_INTEGER else None
    if stage is None or hall.hall not in stage.event.halls:
        raise HTTPException(404)
    return stage


async def laid_out(
    services: Services, pages: Pages, stage: Stage, hall: HallPlace, *, is_small: bool = False
) -> dict[str, Any]:
    """The run of show of a hall, and what stands in its corners: that comes and goes with a vote, the steps stay.

    ``is_small``: for its picture at the console, without film and stream.
    """
    steps = [
        step for step in stage.steps if not step.is_removed or step.id in {stage.show.step, stage.show.before}
    ]
    kinds = {step.content.kind for step in steps}
    provenances = provenances_at(stage.event)
    now, asked = services.now(), await _asked(services, stage)
    closings = [topic.rules.closes_at for topic in asked.values()]
    is_asking = any(closes is None or closes > now + LEAD_MS for closes in closings)
    joining = join(pages, stage, hall)
    shared: dict[str, Any] = {
        "event": stage.event,
        "hall": hall,
        "places": await _places(services, stage),
        "join": joining,
        "ideas": Ideas(),
        "often": Words(),
        "asked": asked,
        "is_small": is_small,
        "posters": await _posters(services, steps) if is_small else {},
    }
    in_hall = _in_hall(stage, hall)
    if StepKind.IDEAS in kinds:
        shared["ideas"] = await ideas(services.database, provenances, now, in_hall)
    if StepKind.WORDS in kinds:
        shared["often"] = await frequent(services.database, provenances, pages.assets.rude, in_hall)
    corner = pages.environment.get_template("screens/corner.html")
    return {
        "event": stage.event.id,
        "program": stage.program,
        "corner": corner.render({"join": joining}).strip() if is_asking else "",
        "steps": [_plain(services, pages, stage, step, shared) for step in steps],
    }


def _in_hall(stage: Stage, hall: HallPlace) -> InHall | None:
    """What a hall says of its own: since the launch began, and never of those who are in none."""
    began = stage.event.began_at
    return None if began is None or hall.hall == ONLINE else InHall(hall.hall, began)


def _plain(
    services: Services, pages: Pages, stage: Stage, step: Step, shared: dict[str, Any]
) -> dict[str, Any]:
    scene = scene_of(stage, step)
    asked, plays = stage.asked_by(step), scene.kind is StepKind.FILM and scene.film is not None
    context = {
        **shared,
        "scene": scene,
        "again": asked is not None and stage.before_of(asked) is not None,
        "stream": scene.stream if services.site.allows_stream(scene.stream) else "",
        "caveats": _caveats(stage, scene, shared),
        "frame": pages.frame,
    }
    html = pages.environment.get_template("screens/scene.html").render(context)
    return {
        "step": step.id,
        "kind": str(scene.kind),
        "palette": str(scene.palette),
        "html": html,
        "removed": step.is_removed,
        "at": scene.at,
        "topic": scene.topic,
        "closes": shared["asked"][scene.topic].rules.closes_at if scene.topic in shared["asked"] else None,
        "before": scene.before,
        "film": f"/films/{scene.film}" if plays and not shared["is_small"] else None,
        "pictures": [] if scene.picture is None else [f"/images/{scene.picture.image}"],
    }


def _caveats(stage: Stage, scene: Scene, shared: dict[str, Any]) -> tuple[Caveat, ...]:
    """What is not real about the figures that a scene shows; none where it shows no figures."""
    if scene.kind is StepKind.IDEAS:
        topics = [idea.topic for idea in shared["ideas"].ideas]
    elif scene.kind.asks or scene.kind.shows_votes:
        topics = [topic for id, topic in shared["asked"].items() if id in {scene.topic, scene.before}]
    else:
        return ()
    return caveats_of([stage.event.provenance, *(topic.provenance for topic in topics)])


async def _asked(services: Services, stage: Stage) -> dict[int, Topic]:
    """What this event asks or has asked, by its id."""
    asked = [step.topic for step in stage.steps if step.content.kind.asks and step.topic is not None]
    topics = await get_topics(services.database, asked) if asked else []
    return {topic.id: topic for topic in topics}


async def _posters(services: Services, steps: list[Step]) -> dict[int, str]:
    """The pictures that stand for films, by the films that have one."""
    films = {step.content.film for step in steps if step.content.film is not None}
    found = [await get_film(services.database, film) for film in sorted(films)]
    return {film.id: f"/films/{film.id}/affiche" for film in found if film is not None and film.poster}


async def _places(services: Services, stage: Stage) -> list[HallPlace]:
    """The halls of an event in the event's order, with their names."""
    known = {place.hall: place for place in await list_halls(services.database, retired=True)}
    return [known[hall] for hall in stage.event.halls if hall in known]


def join(pages: Pages, stage: Stage, hall: HallPlace) -> Join | None:
    """None where it is not known how this site is called from outside."""
    base = pages.frame.base
    if not base:
        return None
    picture = b64encode(drawn(f"{base}/salle/{hall.hall}?e={stage.event.id}")).decode()
    return Join(f"data:image/svg+xml;base64,{picture}", f"{urlsplit(base).netloc}/salle/{hall.hall}")
