"""The steps of a run of show: written kind by kind, put in order, taken out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from realtime.disclosure import ResultPolicy
from storage import event_steps
from storage.films import list_films
from storage.stages import Stage
from storage.topics import get_topics, list_themes
from storage.values_drafts import DraftFault
from storage.values_events import (
    LONGEST_NAME,
    LONGEST_STREAM,
    LONGEST_TEXT,
    EventFault,
    Palette,
    Step,
    StepContent,
    StepKind,
)
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.draft_desk import read_with_picture, redrawn
from web.console.event_forms import (
    ASKED,
    FIELDS,
    Faults,
    TypedStep,
    placed,
    read_step,
    read_typed_step,
    write_typed_step,
)
from web.console.events import (
    PATH,
    events_list,
    frame,
    id_in,
    said,
    show,
    stage_in,
    status_of,
)
from web.forms import trimmed
from web.pictures import Redrawn


async def new_step_page(request: Request, visitor: StaffVisit) -> Response:
    """Its form, once its kind was chosen; the kinds before."""
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    kind = _kind(trimmed(request.query_params, "sorte"))
    if kind is None:
        context = {**frame(visitor, stage), "kinds": list(StepKind)}
        return visitor.page("event_kinds.html", context)
    return await _form(visitor, stage, kind, None, TypedStep(), {})


async def add(request: Request, visitor: StaffVisit) -> Response:
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        asked = _kind(trimmed(request.query_params, "sorte")) or StepKind.WAITING
        return await _form(visitor, stage, asked, None, TypedStep(), {"picture": posted})
    form, file = posted
    kind, told, op = _kind(trimmed(form, "kind")), read_typed_step(form), trimmed(form, "op")
    if kind is None:
        return await show(request, visitor, {"form": EventFault.BAD_CHOICE})
    picture = await redrawn(visitor, file) if "picture" in FIELDS[kind] else None
    read = _content(visitor, kind, told, picture, None)
    if isinstance(read, StepContent) and not is_op(op):
        read = {"form": EventFault.BAD_OP}
    if not isinstance(read, StepContent):
        return await _form(visitor, stage, kind, None, told, read, op)
    made = await event_steps.add_step(
        visitor.services.database,
        stage.event.id,
        read,
        op=op,
        by=visitor.staff.id,
        now=visitor.now,
        image=picture.content if isinstance(picture, Redrawn) else None,
    )
    if isinstance(made, EventFault):
        return await _form(visitor, stage, kind, None, told, _placed(made, read), op)
    await visitor.services.tell()
    return go(f"{PATH}/{stage.event.id}?rang={made}#etape-{made}")


async def step_page(request: Request, visitor: StaffVisit) -> Response:
    return await _step(request, visitor, None, {})


async def change(request: Request, visitor: StaffVisit) -> Response:
    stage = await stage_in(request, visitor)
    step = None if stage is None else _found(stage, id_in(request, "step"))
    if stage is None or step is None:
        return await _missing(request, visitor, stage)
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _step(request, visitor, None, {"picture": posted})
    form, file = posted
    kind, told = step.content.kind, read_typed_step(form, None if step.topic is None else step.content)
    picture = await redrawn(visitor, file) if "picture" in FIELDS[kind] else None
    read = _content(visitor, kind, told, picture, step.content)
    if not isinstance(read, StepContent):
        return await _step(request, visitor, told, read)
    fault = await event_steps.change_step(
        visitor.services.database,
        stage.event.id,
        step.id,
        read,
        by=visitor.staff.id,
        now=visitor.now,
        image=picture.content if isinstance(picture, Redrawn) else None,
    )
    if fault is not None:
        return await _step(request, visitor, told, _placed(fault, read))
    await visitor.services.tell()
    return go(f"{PATH}/{stage.event.id}?rang={step.id}#etape-{step.id}")


async def move(request: Request, visitor: StaffVisit) -> Response:
    """One place up or down."""
    form = await read_form(request)
    stage = await stage_in(request, visitor)
    step = None if stage is None else _found(stage, id_in(request, "step"))
    if stage is None or step is None:
        return await _missing(request, visitor, stage)
    shown = [one.id for one in stage.steps if not one.is_removed]
    place, up = shown.index(step.id), trimmed(form, "into") == "up"
    if not (up and place == 0) and not (not up and place == len(shown) - 1):
        behind = shown[place + 2] if place + 2 < len(shown) else None
        fault = await event_steps.move_step(
            visitor.services.database,
            stage.event.id,
            step.id,
            shown[place - 1] if up else behind,
            by=visitor.staff.id,
            now=visitor.now,
        )
        if fault is not None:
            return await show(request, visitor, placed(fault))
        await visitor.services.tell()
    return go(f"{PATH}/{stage.event.id}?rang={step.id}#etape-{step.id}")


async def remove(request: Request, visitor: StaffVisit) -> Response:
    event, step = id_in(request, "id"), id_in(request, "step")
    fault = await event_steps.remove_step(
        visitor.services.database, event, step, by=visitor.staff.id, now=visitor.now
    )
    if fault is not None:
        return await show(request, visitor, placed(fault))
    await visitor.services.tell()
    return go(f"{PATH}/{event}?fait=retire")


# --- what a form brings


def _kind(text: str) -> StepKind | None:
    return StepKind(text) if text in set(StepKind) else None


def _content(
    visitor: StaffVisit,
    kind: StepKind,
    told: TypedStep,
    picture: Redrawn | DraftFault | None,
    kept: StepContent | None,
) -> StepContent | Faults:
    had = None if kept is None or told.remove else kept.picture
    shown = picture.picture(told.alt) if isinstance(picture, Redrawn) else had
    read = read_step(kind, told, shown, visitor.now, kept)
    if isinstance(read, StepContent) and kind is StepKind.STREAM:
        is_allowed = visitor.services.site.allows_stream(read.stream)
        return read if is_allowed else {"stream": EventFault.STREAM_REFUSED}
    if not isinstance(picture, DraftFault):
        return read
    return {"picture": picture, **({} if isinstance(read, StepContent) else read)}


def _placed(fault: EventFault, content: StepContent) -> Faults:
    """A question that is missed is the one that is asked again, or whose votes are shown."""
    if fault is EventFault.NO_QUESTION:
        return {"again" if content.kind.asks else "question": fault}
    return placed(fault)


def _found(stage: Stage, step_id: int) -> Step | None:
    step = stage.step(step_id)
    return None if step is None or step.is_removed else step


# --- pages


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the run of show as a list tells it from others of the same words.

    ``place`` is that of its step, ``opened`` and ``closed`` when its vote began and ended, by the Région's clocks.
    """

    step: str
    words: str
    place: int
    is_again: bool
    opened: datetime | None
    closed: datetime | None


async def _questions(visitor: StaffVisit, stage: Stage, but: Step | None) -> list[Question]:
    shown = [one for one in stage.steps if not one.is_removed]
    asking = [(place, one) for place, one in enumerate(shown, 1) if one.content.kind.asks]
    ids = [one.topic for _, one in asking if one.topic is not None]
    votes = (
        {topic.id: topic.rules for topic in await get_topics(visitor.services.database, ids)} if ids else {}
    )
    questions = []
    for place, one in asking:
        vote = None if one.topic is None else votes.get(one.topic)
        ends = None if vote is None else vote.closes_at
        question = Question(
            str(one.id),
            stage.words_of(one).title,
            place,
            one.content.again is not None,
            None if vote is None else here(vote.opens_at),
            None if ends is None or ends > visitor.now else here(ends),
        )
        if but is None or one.id != but.id:
            questions.append(question)
    return questions


async def _missing(request: Request, visitor: StaffVisit, stage: Stage | None) -> Response:
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    return await show(request, visitor, {"form": EventFault.UNKNOWN_STEP})


async def _step(request: Request, visitor: StaffVisit, told: TypedStep | None, faults: Faults) -> Response:
    stage = await stage_in(request, visitor)
    step = None if stage is None else _found(stage, id_in(request, "step"))
    if stage is None or step is None:
        return await _missing(request, visitor, stage)
    told = told or write_typed_step(step.content)
    return await _form(visitor, stage, step.content.kind, step, told, faults)


async def _form(
    visitor: StaffVisit,
    stage: Stage,
    kind: StepKind,
    step: Step | None,
    told: TypedStep,
    faults: Faults,
    op: str = "",
) -> Response:
    asked = None if step is None or step.topic is None else stage.words_of(step)
    context: dict[str, Any] = {
        **frame(visitor, stage),
        "kind": kind,
        "step": step,
        "wanted": [field for field in FIELDS[kind] if asked is None or field not in ASKED],
        "asked": asked,
        "told": told,
        "faults": said(visitor, faults),
        "op": op if is_op(op) else new_op(),
        "is_shown": step is not None and stage.show.mode.is_on and stage.show.step == step.id,
        "palettes": list(Palette),
        "policies": list(ResultPolicy),
        "themes": await list_themes(visitor.services.database),
        "questions": await _questions(visitor, stage, step),
        "films": [film for film in await list_films(visitor.services.database) if film.is_whole],
        "longest": {"title": LONGEST_NAME, "text": LONGEST_TEXT, "stream": LONGEST_STREAM},
    }
    return visitor.page("event_step.html", context, status=status_of(faults))
