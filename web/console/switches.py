"""Live switches: posting paused, the votes on a topic paused, a banner; each is looked at before it is done."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channels.parsing import MAX_INTEGER
from storage import search
from storage.database import StorageUnavailable
from storage.switches import get_switched, switch_history, switched_on, turn_off, turn_on
from storage.topics import get_topic
from storage.values import Topic
from storage.values_search import Query
from storage.values_switches import LONGEST_BANNER, LONGEST_SENTENCE, SwitchKind, SwitchRefusal
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.forms import trimmed
from web.switch_forms import (
    Fault,
    SwitchDraft,
    SwitchFault,
    SwitchStep,
    check_switch,
    read_switch,
    read_switch_step,
    reason_fault,
)

PATH = "/console/commandes"
LONGEST_SEARCH = 200

_STATUS: Mapping[Fault, int] = {
    SwitchFault.TRY_AGAIN: 503,
    SwitchRefusal.UNKNOWN_TOPIC: 404,
    SwitchRefusal.TOO_MANY_PAUSED: 409,
    SwitchRefusal.ALREADY_OFF: 409,
}


async def switches_page(request: Request, visitor: StaffVisit) -> Response:
    """What is on, the three forms, and what was on."""
    topic = trimmed(request.query_params, "sujet")[:16]
    return await _page(request, visitor, SwitchDraft(SwitchKind.VOTING, topic=topic) if topic else None)


async def switch(request: Request, visitor: StaffVisit) -> Response:
    """Show what would be switched, the form again, or do it."""
    form = await read_form(request)
    draft, step = read_switch(form), read_switch_step(form)
    if draft is None:
        raise HTTPException(400)
    if step is SwitchStep.EDIT:
        return await _page(request, visitor, draft)
    new = check_switch(draft, visitor.now)
    if isinstance(new, dict):
        return await _page(request, visitor, draft, new)
    database = visitor.services.database
    topic = None if new.topic is None else await get_topic(database, new.topic)
    if new.topic is not None and topic is None:
        return await _page(request, visitor, draft, {"topic": SwitchRefusal.UNKNOWN_TOPIC})
    if step is SwitchStep.REVIEW:
        until = None if new.until is None else here(new.until)
        return visitor.page("switch_review.html", {"draft": draft, "topic": topic, "until": until})
    try:
        done = await turn_on(database, new, visitor.staff.id, visitor.now)
    except StorageUnavailable:
        return await _page(request, visitor, draft, {"form": SwitchFault.TRY_AGAIN})
    if isinstance(done, SwitchRefusal):
        return await _page(request, visitor, draft, {"topic": done})
    return go(PATH)


async def switch_off_page(request: Request, visitor: StaffVisit) -> Response:
    return await _off(request, visitor)


async def switch_off(request: Request, visitor: StaffVisit) -> Response:
    """Switch off what is on; a reason is needed for that too."""
    reason = " ".join(trimmed(await read_form(request), "reason").split())
    if why := reason_fault(reason):
        return await _off(request, visitor, reason, why)
    try:
        done = await turn_off(
            visitor.services.database, _asked_id(request), visitor.staff.id, reason, visitor.now
        )
    except StorageUnavailable:
        return await _off(request, visitor, reason, SwitchFault.TRY_AGAIN)
    return go(PATH) if done is None else await _off(request, visitor, reason, done)


def _asked_id(request: Request) -> int:
    asked: int = request.path_params["id"]
    if asked > MAX_INTEGER:
        raise HTTPException(404)
    return asked


async def _off(
    request: Request, visitor: StaffVisit, reason: str = "", fault: Fault | None = None
) -> Response:
    found = await get_switched(visitor.services.database, _asked_id(request))
    if found is None:
        raise HTTPException(404)
    if not found.is_on(visitor.now):
        fault = SwitchRefusal.ALREADY_OFF
    context = {
        "switched": found,
        "since": here(found.at),
        "reason": reason,
        "fault": "" if fault is None else visitor.say("switch-fault", fault),
        "is_on": found.is_on(visitor.now),
    }
    status = 200 if fault is None else _STATUS.get(fault, 400)
    return visitor.page("switch_off.html", context, status=status)


async def _page(
    request: Request,
    visitor: StaffVisit,
    draft: SwitchDraft | None = None,
    faults: Mapping[str, Fault] | None = None,
) -> Response:
    database, faults = visitor.services.database, faults or {}
    words = trimmed(request.query_params, "q")[:LONGEST_SEARCH]
    before = trimmed(request.query_params, "avant")
    is_page = before.isascii() and before.isdigit() and len(before) <= 15
    past = await switch_history(database, int(before) if is_page else None)
    drafts = {kind: SwitchDraft(kind, text=visitor.say("switch-sentence", kind)) for kind in SwitchKind}
    if draft is not None:
        drafts[draft.kind] = replace(draft, text=draft.text or drafts[draft.kind].text)
    context = {
        "on": await switched_on(database, visitor.now),
        "drafts": {kind: replace(one, op=new_op()) for kind, one in drafts.items()},
        "open": draft.kind if draft else SwitchKind.VOTING if words else None,
        "faults": {name: visitor.say("switch-fault", fault) for name, fault in faults.items()},
        "words": words,
        "found": await _topics(visitor, words),
        "past": past,
        "older": past[-1].id if past and past[-1].id > 1 else None,
        "now": visitor.now,
        "here": here,
        "longest": {SwitchKind.BANNER: LONGEST_BANNER},
        "longest_sentence": LONGEST_SENTENCE,
    }
    status = max((_STATUS.get(fault, 400) for fault in faults.values()), default=200)
    return visitor.page("switches.html", context, status=status)


async def _topics(visitor: StaffVisit, words: str) -> list[Topic]:
    """By number, else by words."""
    database = visitor.services.database
    if not words:
        return []
    if words.isascii() and words.isdigit() and len(words) <= 15:
        topic = await get_topic(database, int(words))
        return [] if topic is None else [topic]
    return (await search.find(database, Query(words), visitor.now)).topics
