"""Votes set aside by rule: what stands, a rule looked at before it is made, and bringing ballots back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channels.parsing import MAX_INTEGER
from storage import search
from storage.arrivals import networks
from storage.database import StorageUnavailable
from storage.quarantine import bring_back, get_quarantine, quarantines, set_aside, weigh
from storage.topics import get_topic
from storage.values import Topic
from storage.values_quarantine import (
    LEAST_SET_ASIDE,
    LONGEST_REASON,
    NewQuarantine,
    NotSetAside,
    Quarantine,
    QuarantineFault,
    Rule,
)
from storage.values_search import Query
from storage.values_watch import MINUTE_MS
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.forms import trimmed
from web.quarantine_forms import (
    QuarantineDraft,
    asked_draft,
    check_quarantine,
    read_quarantine,
    read_reason,
    reason_fault,
)

PATH = "/console/mises-de-cote"
LONGEST_SEARCH = 200

_STATUS: Mapping[QuarantineFault, int] = {
    QuarantineFault.TRY_AGAIN: 503,
    QuarantineFault.UNKNOWN: 404,
    QuarantineFault.UNKNOWN_TOPIC: 404,
    **dict.fromkeys(
        (
            QuarantineFault.ALREADY_ASIDE,
            QuarantineFault.ALREADY_BACK,
            QuarantineFault.LEADS_ELSEWHERE,
            QuarantineFault.TOO_LATE,
            QuarantineFault.TOO_OFTEN,
        ),
        409,
    ),
}

_FIELDS: Mapping[QuarantineFault, str] = {
    QuarantineFault.BAD_SPAN: "until",
    QuarantineFault.NOT_OVER: "until",
    QuarantineFault.BAD_NETWORK: "network",
    QuarantineFault.NO_REASON: "reason",
    QuarantineFault.LONG_REASON: "reason",
}
"""Where a fault is told; the others stand above the form."""


async def quarantines_page(request: Request, visitor: StaffVisit) -> Response:
    """All of them, the newest first, and the way to a topic."""
    database = visitor.services.database
    words = trimmed(request.query_params, "q")[:LONGEST_SEARCH]
    before = trimmed(request.query_params, "avant")
    is_page = before.isascii() and before.isdigit() and len(before) <= 15
    shown = await quarantines(database, before=int(before) if is_page else None)
    context = {
        "words": words,
        "found": await _topics(visitor, words),
        "quarantines": [_told(visitor, one) for one in shown],
        "older": shown[-1].id if shown and shown[-1].id > 1 else None,
    }
    return visitor.page("quarantines.html", context)


async def quarantine_page(request: Request, visitor: StaffVisit) -> Response:
    """A topic's, and the form; a link may have begun it."""
    topic = await _topic(request, visitor)
    return await _page(visitor, topic, asked_draft(request.query_params))


async def quarantine(request: Request, visitor: StaffVisit) -> Response:
    """Show what a rule would set aside, the form again, or do it."""
    topic = await _topic(request, visitor)
    form = await read_form(request)
    draft, step = read_quarantine(form), trimmed(form, "step")
    if step == "edit":
        return await _page(visitor, topic, draft)
    rule = check_quarantine(draft, topic.id)
    if not isinstance(rule, Rule):
        return await _page(visitor, topic, draft, rule)
    try:
        done = await _done(visitor, rule, draft, confirmed=step == "confirm")
    except StorageUnavailable:
        done = NotSetAside(QuarantineFault.TRY_AGAIN)
    if isinstance(done, NotSetAside):
        field = _FIELDS.get(done.fault, "form")
        return await _page(visitor, topic, draft, {field: done.fault}, by=done.by)
    if isinstance(done, Quarantine):
        return go(f"{PATH}/sujets/{topic.id}")
    told = {"rule": _rule(visitor, rule), "ballots": done, "draft": draft, "topic": topic}
    return visitor.page("quarantine_review.html", told)


async def _done(
    visitor: StaffVisit, rule: Rule, draft: QuarantineDraft, *, confirmed: bool
) -> Quarantine | NotSetAside | int:
    services = visitor.services
    if not confirmed:
        return await weigh(services.database, services.keys, rule, visitor.now)
    new = NewQuarantine(rule, draft.reason, visitor.staff.id, f"{visitor.staff.id} {draft.op}")
    made = await set_aside(services.database, services.keys, new, visitor.now)
    if isinstance(made, Quarantine):
        await services.ballots.tell(made.deltas)
    return made


async def back_page(request: Request, visitor: StaffVisit) -> Response:
    return await _back(request, visitor)


async def back(request: Request, visitor: StaffVisit) -> Response:
    """Bring ballots back; a reason is needed for that too, and everybody reads it."""
    services = visitor.services
    reason = read_reason(await read_form(request))
    if fault := reason_fault(reason):
        return await _back(request, visitor, reason, NotSetAside(fault))
    try:
        done = await bring_back(
            services.database, services.keys, _asked_id(request), visitor.staff.id, reason, visitor.now
        )
    except StorageUnavailable:
        done = NotSetAside(QuarantineFault.TRY_AGAIN)
    if isinstance(done, NotSetAside):
        return await _back(request, visitor, reason, done)
    await services.ballots.tell(done.deltas)
    return go(f"{PATH}/sujets/{done.rule.topic}")


async def _back(
    request: Request, visitor: StaffVisit, reason: str = "", refused: NotSetAside | None = None
) -> Response:
    found = await get_quarantine(visitor.services.database, _asked_id(request))
    if found is None:
        raise HTTPException(404)
    if not found.stands:
        refused = NotSetAside(QuarantineFault.ALREADY_BACK, found.undone_by)
    context = {
        "one": _told(visitor, found),
        "reason": reason,
        "longest": LONGEST_REASON,
        "fault": "" if refused is None else _said(visitor, refused),
    }
    status = 200 if refused is None else _STATUS.get(refused.fault, 400)
    return visitor.page("quarantine_back.html", context, status=status)


async def _page(
    visitor: StaffVisit,
    topic: Topic,
    draft: QuarantineDraft,
    faults: Mapping[str, QuarantineFault] | None = None,
    *,
    by: str = "",
) -> Response:
    database, faults = visitor.services.database, faults or {}
    context = {
        "topic": topic,
        "draft": replace(draft, op=new_op()),
        "faults": {name: _said(visitor, NotSetAside(fault, by)) for name, fault in faults.items()},
        "networks": [(one, here(one.since)) for one in await networks(database, topic.id)],
        "quarantines": [_told(visitor, one) for one in await quarantines(database, topic=topic.id)],
        "least": LEAST_SET_ASIDE,
        "longest": LONGEST_REASON,
    }
    status = max((_STATUS.get(fault, 400) for fault in faults.values()), default=200)
    return visitor.page("quarantine.html", context, status=status)


def _told(visitor: StaffVisit, one: Quarantine) -> dict[str, Any]:
    return {
        "id": one.id,
        "topic": one.rule.topic,
        "title": one.title,
        "rule": _rule(visitor, one.rule),
        "ballots": one.ballots,
        "reason": one.reason,
        "by": one.by,
        "at": here(one.at),
        "stands": one.stands,
        "returned": one.returned,
        "undone_at": None if one.undone_at is None else here(one.undone_at),
        "undone_by": one.undone_by,
        "undone_reason": one.undone_reason,
    }


def _rule(visitor: StaffVisit, rule: Rule) -> dict[str, Any]:
    return {
        "since": here(rule.since * MINUTE_MS),
        "until": here(rule.until * MINUTE_MS),
        "only_new": rule.only_new,
        "network": rule.network,
    }


def _said(visitor: StaffVisit, refused: NotSetAside) -> str:
    return visitor.say("quarantine-fault", refused.fault, by=refused.by)


def _asked_id(request: Request) -> int:
    asked: int = request.path_params["id"]
    if asked > MAX_INTEGER:
        raise HTTPException(404)
    return asked


async def _topic(request: Request, visitor: StaffVisit) -> Topic:
    topic = await get_topic(visitor.services.database, _asked_id(request))
    if topic is None:
        raise HTTPException(404)
    return topic


async def _topics(visitor: StaffVisit, words: str) -> list[Topic]:
    """By number, else by words."""
    database = visitor.services.database
    if not words:
        return []
    if words.isascii() and words.isdigit() and len(words) <= 15:
        topic = await get_topic(database, int(words))
        return [] if topic is None else [topic]
    return (await search.find(database, Query(words), visitor.now)).topics
