"""Letters to the Région at the console: listed and filed by hand, taken by one, answered, closed, noted upon.

They are sealed where they are kept, so nobody can search in them: subjects, themes and names find them again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import canned, inbox, referents
from storage.database import StorageUnavailable
from storage.topics import list_themes, with_own
from storage.values_audit import SubjectKind
from storage.values_contact import ContactFault, ContactState, ContactSubject, ContactThread, NewMail
from storage.values_inbox import Conversation, Held, InboxAsked, InboxFault
from storage.values_staff import Role
from web import mails
from web.catalogue import Language
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.answers import MOST_FIELD_BYTES
from web.console.desk import StaffVisit, go, read_form
from web.contact_forms import LONGEST_TEXT, read_text
from web.forms import trimmed, typed
from web.services import Services

PATH = "/console/courrier"
LINES_A_PAGE = 50

STATUS: Mapping[InboxFault, int] = {
    InboxFault.UNKNOWN: 404,
    InboxFault.OUTSIDE: 403,
    InboxFault.HELD: 409,
    InboxFault.ANSWERED: 409,
    InboxFault.MOVED: 409,
    InboxFault.CLOSED: 409,
    InboxFault.MAIL_FULL: 503,
    InboxFault.UNAVAILABLE: 503,
}
_DONE = ("classe", "repondu", "termine", "rouvert", "note", "pris")


async def inbox_page(request: Request, visitor: StaffVisit) -> Response:
    asked, chosen = read_asked(request.query_params, visitor)
    database = visitor.services.database
    lines = await inbox.threads(database, asked, visitor.staff, visitor.now, most=LINES_A_PAGE + 1)
    query = {name: value for name, value in chosen.items() if value}
    older = ""
    if len(lines) > LINES_A_PAGE:
        lines = lines[:LINES_A_PAGE]
        older = "?" + urlencode({**query, "apres": f"{lines[-1].moved_at}-{lines[-1].id}"})
    context = {
        "lines": [(line, here(line.moved_at)) for line in lines],
        "chosen": chosen,
        "states": list(ContactState),
        "subjects": list(ContactSubject),
        "themes": await _themes(visitor),
        "older": older,
        "is_first": asked.after is None,
        "query": urlencode(query),
        "moderates": visitor.staff.is_any(Role.MODERATOR),
    }
    return visitor.page("inbox.html", context)


async def thread_page(request: Request, visitor: StaffVisit) -> Response:
    found = await _own_thread(request, visitor)
    return found if isinstance(found, Response) else await _page(request, visitor, found)


async def file(request: Request, visitor: StaffVisit) -> Response:
    """Say where the conversation belongs, and who has it."""
    form = await read_form(request)
    wanted = trimmed(form, "staff")
    fault = await inbox.file(
        visitor.services.database,
        _thread_id(request),
        theme=trimmed(form, "theme")[:40],
        assignee=int(wanted) if wanted.isdecimal() and len(wanted) < 10 and int(wanted) else None,
        by=visitor.staff,
        now=visitor.now,
    )
    return await _after(request, visitor, fault, "classe", gone_is_fine=True)


async def take(request: Request, visitor: StaffVisit) -> Response:
    """Keep the conversation while writing in it (``force``: though a colleague has it), or ``laisser`` it."""
    form = await read_form(request)
    thread_id, database = _thread_id(request), visitor.services.database
    if trimmed(form, "laisser"):
        await inbox.leave(database, thread_id, by=visitor.staff, now=visitor.now)
        return go(f"{PATH}/{thread_id}")
    done = await inbox.take(
        database,
        thread_id,
        session=visitor.session.id,
        by=visitor.staff,
        now=visitor.now,
        force=bool(trimmed(form, "force")),
    )
    return await _after(request, visitor, InboxFault.HELD if isinstance(done, Held) else done, "pris")


async def answer(request: Request, visitor: StaffVisit) -> Response:
    """Answer as the Région; what was typed comes back with whatever is in the way."""
    form = await read_form(request, MOST_FIELD_BYTES)
    try:
        fault = await _answer(request, visitor, form)
        return await _after(request, visitor, fault, "repondu", text=typed(form, "text"))
    except StorageUnavailable:
        fault = InboxFault.UNAVAILABLE
        context = {
            "typed": {"text": typed(form, "text")},
            "fault": visitor.say("inbox-fault", fault),
            "back": f"{PATH}/{_thread_id(request)}",
        }
        return visitor.page("answer_kept.html", context, status=503)


async def _answer(request: Request, visitor: StaffVisit, form: FormData) -> InboxFault | None:
    text, op, last = read_text(typed(form, "text")), trimmed(form, "op"), trimmed(form, "last")
    if not is_op(op) or not (last.isdecimal() and len(last) < 16):
        return InboxFault.BAD_OP
    if isinstance(text, ContactFault):
        return InboxFault(str(text))
    services = visitor.services
    done = await inbox.answer(
        services.database,
        services.keys,
        _thread_id(request),
        text=text,
        last=int(last),
        op=op,
        by=visitor.staff,
        now=visitor.now,
        notice=partial(_notice, services, op),
        force=bool(trimmed(form, "force")),
    )
    return InboxFault.HELD if isinstance(done, Held) else done


def _notice(services: Services, op: str, thread: ContactThread) -> NewMail:
    return mails.answer_notice(services.pages[Language(thread.language)], thread, op)


async def end(request: Request, visitor: StaffVisit) -> Response:
    """Close the conversation, or let it go on (``rouvrir``)."""
    reopens = bool(trimmed(await read_form(request), "rouvrir"))
    do = inbox.reopen if reopens else inbox.close
    fault = await do(visitor.services.database, _thread_id(request), by=visitor.staff, now=visitor.now)
    return await _after(request, visitor, fault, "rouvert" if reopens else "termine")


async def note(request: Request, visitor: StaffVisit) -> Response:
    """Leave a word for colleagues, which the citizen never sees."""
    form = await read_form(request, MOST_FIELD_BYTES)
    text, op = read_text(typed(form, "note")), trimmed(form, "op")
    fault: InboxFault | None
    if isinstance(text, ContactFault):
        fault = InboxFault(str(text))
    elif not is_op(op):
        fault = InboxFault.BAD_OP
    else:
        services = visitor.services
        fault = await inbox.add_note(
            services.database,
            services.keys,
            _thread_id(request),
            text=text,
            op=op,
            by=visitor.staff,
            now=visitor.now,
        )
    return await _after(request, visitor, fault, "note", note=typed(form, "note"))


def read_asked(query: Mapping[str, str], visitor: StaffVisit) -> tuple[InboxAsked, dict[str, str]]:
    """What of the list is asked for, and the choices as the page shows them; what cannot be read is not asked."""
    chosen = {name: trimmed(query, name)[:40] for name in ("etat", "objet", "theme", "a")}
    state: ContactState | None = ContactState.WAITING
    if chosen["etat"] == "tous":
        state = None
    elif chosen["etat"] in set(ContactState):
        state = ContactState(chosen["etat"])
    chosen["etat"] = "tous" if state is None else str(state)
    subject = ContactSubject(chosen["objet"]) if chosen["objet"] in set(ContactSubject) else None
    chosen["objet"] = "" if subject is None else str(subject)
    assignee = {"moi": visitor.staff.id, "personne": 0}.get(chosen["a"])
    chosen["a"] = "" if assignee is None else chosen["a"]
    return InboxAsked(state, subject, chosen["theme"], assignee, _place(trimmed(query, "apres"))), chosen


def _place(text: str) -> tuple[int, int] | None:
    """Where a page goes on: the instant and the number of the last line of the one before."""
    moved, _, number = text.partition("-")
    if moved.isdecimal() and number.isdecimal() and len(moved) < 16 and len(number) < 10:
        return int(moved), int(number)
    return None


def _thread_id(request: Request) -> int:
    """Of the address; one that no database holds is 0, which none has."""
    thread_id: int = request.path_params["id"]
    return thread_id if thread_id <= MAX_INTEGER else 0


async def _themes(visitor: StaffVisit) -> list[Any]:
    database = visitor.services.database
    if visitor.staff.is_any(Role.MODERATOR):
        return list(await list_themes(database, retired=True))
    return await referents.themes_of(database, visitor.staff.themes)


async def _own_thread(request: Request, visitor: StaffVisit) -> Conversation | Response:
    services = visitor.services
    found = await inbox.conversation(
        services.database, services.keys, _thread_id(request), visitor.staff, visitor.now
    )
    return await _turned(request, visitor, found) if isinstance(found, InboxFault) else found


async def _turned(request: Request, visitor: StaffVisit, fault: InboxFault) -> Response:
    """The page that says that a conversation is not there, or not theirs, which is noted."""
    if fault is InboxFault.OUTSIDE:
        await referents.note_refused(
            visitor.services.database,
            visitor.staff.id,
            SubjectKind.THREAD,
            _thread_id(request),
            visitor.path,
            visitor.now,
        )
        return visitor.page("outside.html", {"back": PATH, "themes": []}, status=403)
    return visitor.page("idea_missing.html", {"back": PATH}, status=404)


async def _after(
    request: Request,
    visitor: StaffVisit,
    fault: InboxFault | None,
    done: str,
    *,
    text: str = "",
    note: str = "",
    gone_is_fine: bool = False,
) -> Response:
    """On to the conversation; or that page with what is in the way, and with what was typed."""
    thread_id = _thread_id(request)
    if fault in {InboxFault.OUTSIDE, InboxFault.UNKNOWN}:
        return await _turned(request, visitor, fault)
    services = visitor.services
    found = await inbox.conversation(services.database, services.keys, thread_id, visitor.staff, visitor.now)
    if isinstance(found, InboxFault):  # filed under a theme that is somebody else's
        return go(PATH) if gone_is_fine else await _turned(request, visitor, found)
    if fault is None:
        return go(f"{PATH}/{thread_id}?fait={done}")
    return await _page(request, visitor, found, fault, text=text, note=note)


async def _page(
    request: Request,
    visitor: StaffVisit,
    found: Conversation,
    fault: InboxFault | None = None,
    *,
    text: str = "",
    note: str = "",
) -> Response:
    database, line = visitor.services.database, found.line
    texts = await canned.canned_answers(database)
    wanted = request.query_params.get("modele", "")
    if not text and wanted:
        text = next((one.text for one in texts if str(one.id) == wanted), "")
    held = line.held if line.held is not None and line.held.staff != visitor.staff.id else None
    done = request.query_params.get("fait", "")
    context = {
        "line": line,
        "found": found,
        "messages": [(message, here(message.at)) for message in found.messages],
        "notes": [(one, here(one.at)) for one in found.notes],
        "moved": here(line.moved_at),
        "held": held,
        "is_mine": line.held is not None and held is None,
        "themes": with_own(await list_themes(database), line.theme),
        "clerks": await inbox.clerks(database, line.theme.slug if line.theme else ""),
        "canned": texts,
        "text": text,
        "note": note,
        "fault": "" if fault is None else visitor.say("inbox-fault", fault),
        "kind": "note" if note else "",
        "forced": fault is InboxFault.HELD,
        "done": done if done in _DONE and fault is None else "",
        "op": new_op(),
        "most": LONGEST_TEXT,
        "form_path": f"{PATH}/{line.id}",
    }
    return visitor.page("thread.html", context, status=200 if fault is None else STATUS.get(fault, 400))
