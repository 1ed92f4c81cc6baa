"""The live queue: what citizens posted and reported, one thing after the other, decided with the keyboard."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.parsing import MAX_INTEGER
from storage.claims import claim, let_go
from storage.desk import desk_load
from storage.moderation import get_decision, last_decision
from storage.queue import QUEUE_SHOWN, get_post
from storage.topics import list_themes
from storage.values_desk import DeskLoad
from storage.values_moderation import UNDO_MS, Decision, Sort, Subject
from storage.values_posts import PostStatus
from web.console.desk import StaffVisit, go
from web.console.queue_item import item_of
from web.console.queue_rows import Asked, Row, address, rows_of
from web.forms import trimmed

AGES = (1, 3, 7)
"""Days that something has waited at least."""

MOST_ASKED = 120
"""Rows of the list that an open page looks at again at once."""

SORTS = ("", "ideas", "arguments", "reports", "messages")


async def queue_page(request: Request, visitor: StaffVisit) -> Response:
    """The list, and the first thing in it that nobody has open."""
    asked = read_asked(request.query_params)
    wanted = _number(request.query_params, "sujet")
    if wanted:
        return go(address(Subject(Sort.TOPIC, wanted), asked))
    rows = await rows_of(visitor, asked)
    after = _number(request.query_params, "depuis")
    subject = _first(rows, after, asked)
    return await show(request, visitor, asked, rows, subject)


async def post_page(request: Request, visitor: StaffVisit) -> Response:
    return await _subject_page(request, visitor, Sort.POST)


async def topic_page(request: Request, visitor: StaffVisit) -> Response:
    return await _subject_page(request, visitor, Sort.TOPIC)


async def list_part(request: Request, visitor: StaffVisit) -> Response:
    """The lines behind one, for a page that is open."""
    asked = read_asked(request.query_params)
    limit = min(MOST_ASKED, _number(request.query_params, "nombre") or QUEUE_SHOWN)
    rows = await rows_of(visitor, asked, _number(request.query_params, "apres"), limit)
    return visitor.page("parts/queue_rows.html", {"rows": rows, "current": ""})


async def post_part(request: Request, visitor: StaffVisit) -> Response:
    return await _part(request, visitor, Sort.POST)


async def topic_part(request: Request, visitor: StaffVisit) -> Response:
    return await _part(request, visitor, Sort.TOPIC)


async def hold_post(request: Request, visitor: StaffVisit) -> Response:
    return await _hold(request, visitor, Sort.POST)


async def hold_topic(request: Request, visitor: StaffVisit) -> Response:
    return await _hold(request, visitor, Sort.TOPIC)


async def show(
    request: Request,
    visitor: StaffVisit,
    asked: Asked,
    rows: list[Row],
    subject: Subject | None,
    *,
    status: int = 200,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page with one thing open, claimed where it is free."""
    services = visitor.services
    item = None
    if subject is None:
        await let_go(services.database, visitor.staff.id)
    else:
        item = await item_of(visitor, subject)
        if item is not None and item["is_open"]:
            held = await claim(services.database, subject, visitor.staff.id, visitor.session.id, visitor.now)
            item["held_by"] = "" if held is None else held.name
    done = await _undoable(request, visitor)
    load = await desk_load(services.database)
    context = {
        "asked": asked,
        "rows": rows,
        "item": item,
        "current": "" if subject is None else str(subject),
        "load": load,
        "themes": await list_themes(services.database, retired=True),
        "waited": _waited(visitor, load),
        "ages": AGES,
        "sorts": SORTS,
        "done": done,
        "told": "" if done is None else told_of(visitor, done),
        "was_undone": "defait" in request.query_params,
        "fault": fault,
        "typed": typed or {},
    }
    missing = subject is not None and item is None
    return visitor.page("queue.html", context, status=404 if missing and status == 200 else status)


def read_asked(query: Mapping[str, str]) -> Asked:
    """What cannot be read is not asked."""
    sort, age = trimmed(query, "sorte"), _number(query, "age")
    return Asked(sort if sort in SORTS else "", trimmed(query, "theme")[:40], age if age in AGES else 0)


def subject_of(request: Request, sort: Sort) -> Subject:
    number: int = request.path_params["id"]
    return Subject(sort, min(number, MAX_INTEGER))


def told_of(visitor: StaffVisit, decision: Decision) -> str:
    return visitor.say("decided", decision.choice)


def became(visitor: StaffVisit, decision: Decision | None) -> str:
    """What was decided about something that waits no more, and by whom; of one's own decision that one made it."""
    if decision is None:
        return visitor.say("decided-elsewhere", "gone")
    if decision.staff == visitor.staff.id:
        return visitor.say("decided-by-you", decision.choice)
    return visitor.say("decided-elsewhere", decision.choice, name=decision.name)


async def _subject_page(request: Request, visitor: StaffVisit, sort: Sort) -> Response:
    asked = read_asked(request.query_params)
    if sort is Sort.TOPIC and not asked.sort:
        asked = Asked("reports", asked.theme, asked.age)
    rows = await rows_of(visitor, asked)
    return await show(request, visitor, asked, rows, subject_of(request, sort))


async def _part(request: Request, visitor: StaffVisit, sort: Sort) -> Response:
    """The thing alone; it is claimed when the page shows it, not when it fetches it beforehand."""
    item = await item_of(visitor, subject_of(request, sort))
    asked = read_asked(request.query_params)
    context = {"item": item, "asked": asked, "typed": {}, "fault": ""}
    return visitor.page("parts/queue_item.html", context, status=200 if item else 404)


async def _hold(request: Request, visitor: StaffVisit, sort: Sort) -> Response:
    """Claim or renew, as long as the page is open; who has it otherwise, or what was decided about it."""
    subject, database = subject_of(request, sort), visitor.services.database
    decision = await last_decision(database, subject)
    is_open = True
    if sort is Sort.POST:
        post = await get_post(database, subject.id)
        is_open = post is not None and post.status is PostStatus.WAITING
    if not is_open:
        own = decision is not None and decision.staff == visitor.staff.id
        return JSONResponse({"open": False, "told": became(visitor, decision), "own": own})
    held = await claim(database, subject, visitor.staff.id, visitor.session.id, visitor.now)
    if held is None:
        return JSONResponse({"open": True, "told": ""})
    told = visitor.say("queue", "held", name=held.name)
    return JSONResponse({"open": True, "told": told, "by": held.name})


def _first(rows: list[Row], after: int, asked: Asked) -> Subject | None:
    """The first free thing behind ``after``, else the first free one."""
    free = [row.subject.split(":") for row in rows if row.kind != "message" and not row.by]
    subjects = [Subject(Sort(sort), int(number)) for sort, number in free]
    behind = [one for one in subjects if one.sort is Sort.POST and one.id > after]
    return next(iter(behind or subjects), None)


def _waited(visitor: StaffVisit, load: DeskLoad) -> str:
    """How long the oldest post has waited; empty where none does."""
    if load.oldest is None:
        return ""
    minutes = max(0, visitor.now - load.oldest) // 60_000
    for unit, length in (("days", 2880), ("hours", 120)):
        if minutes >= length:
            return visitor.say(
                "browser", f"queue-oldest-{unit}", n=minutes // (1440 if unit == "days" else 60)
            )
    return visitor.say("browser", "queue-oldest-minutes", n=minutes) if minutes else ""


async def _undoable(request: Request, visitor: StaffVisit) -> Decision | None:
    decision_id = _number(request.query_params, "fait")
    found = await get_decision(visitor.services.database, decision_id) if decision_id else None
    if found is None or found.is_undone or found.staff != visitor.staff.id:
        return None
    return found if visitor.now - found.at <= UNDO_MS else None


def _number(query: Mapping[str, str], name: str) -> int:
    text = trimmed(query, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
