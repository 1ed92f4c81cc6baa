"""The letter, for editors: make the month's draft, edit it, look at it, try it, have it sent, and watch."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from channels.names import is_op
from storage import letter_deliveries, letter_editions, outbox
from storage.letter import sent_issues
from storage.letter_material import material
from storage.letter_text import blocks_of
from storage.outbox import OutboxFull
from storage.values_contact import PUBLIC, NewMail
from storage.values_letter import Edition, EditionState, LetterFault, Section
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.letter_draft import bounds, made_sections, made_title, month_name, months
from web.forms import trimmed, typed
from web.letter_mail import LetterMail, letter_mail

PATH = "/console/lettre"
MOST_TEXT = 4 * 6200
_HERE = ZoneInfo("Europe/Paris")
_MOST_NUMBER = 10**8
_POSITION = re.compile(r"[0-9]{1,3}")

_STATUS: Mapping[LetterFault, int] = {
    LetterFault.UNKNOWN: 404,
    LetterFault.STALE: 409,
    LetterFault.NOT_EDITABLE: 409,
    LetterFault.WRONG_STATE: 409,
    LetterFault.MAIL_FULL: 503,
}


async def letters_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def begin(request: Request, visitor: StaffVisit) -> Response:
    """Make the month's draft, or go to the one that is there."""
    month = trimmed(await read_form(request), "mois")
    if month not in months(visitor.now):
        return await _list(visitor, LetterFault.BAD_MONTH)
    database, catalogue = visitor.services.database, visitor.pages.catalogue
    made = made_sections(catalogue, month, await material(database, *bounds(month), visitor.now))
    title = made_title(catalogue, month)
    number = await letter_editions.create(database, month, title, made, visitor.staff.id, visitor.now)
    return go(f"{PATH}/{number}")


async def letter_page(request: Request, visitor: StaffVisit) -> Response:
    return await _page(request, visitor, await _edition(request, visitor))


async def save(request: Request, visitor: StaffVisit) -> Response:
    """Keep the whole draft; what was typed is shown again where it cannot be kept."""
    form = await read_form(request, MOST_TEXT)
    edition = await _edition(request, visitor)
    title, sections = " ".join(trimmed(form, "title").split()), _typed(form, edition)
    if trimmed(form, "add"):
        sections.append(Section(f"own-{secrets.token_hex(4)}", "", ""))
    fault = await letter_editions.save(
        visitor.services.database,
        edition.number,
        _version(form),
        title,
        sections,
        visitor.staff.id,
        visitor.now,
    )
    if fault is not None:
        return await _page(request, visitor, edition, fault, typed=(title, sections))
    last = f"#section-{sections[-1].key}" if trimmed(form, "add") else ""
    return go(f"{PATH}/{edition.number}?fait=1{last}")


async def renew(request: Request, visitor: StaffVisit) -> Response:
    form, edition = await read_form(request), await _edition(request, visitor)
    database = visitor.services.database
    found = await material(database, *bounds(edition.month), visitor.now)
    made = made_sections(visitor.pages.catalogue, edition.month, found)
    fault = await letter_editions.renew(
        database, edition.number, _version(form), made, visitor.staff.id, visitor.now
    )
    return await _after(request, visitor, edition, fault)


async def restore(request: Request, visitor: StaffVisit) -> Response:
    form, edition = await read_form(request), await _edition(request, visitor)
    wanted = trimmed(form, "wanted")
    fault = await letter_editions.restore(
        visitor.services.database,
        edition.number,
        _version(form),
        int(wanted) if _POSITION.fullmatch(wanted) else 0,
        visitor.staff.id,
        visitor.now,
    )
    return await _after(request, visitor, edition, fault)


async def try_out(request: Request, visitor: StaffVisit) -> Response:
    """Send the issue as it is to oneself."""
    form, edition = await read_form(request), await _edition(request, visitor)
    op, keys = trimmed(form, "op"), visitor.services.keys
    if not is_op(op):
        return await _page(request, visitor, edition, LetterFault.BAD_OP)
    mail = _mail(visitor, edition)
    subject = visitor.say("letter-console", "test-subject", title=mail.subject)
    new = NewMail(
        f"letter test {visitor.staff.id} {op}"[:80],
        "staff",
        visitor.staff.email,
        subject,
        mail.text,
        mail.html,
    )
    try:
        await letter_editions.note_test(
            visitor.services.database,
            edition.number,
            visitor.staff.id,
            lambda connection: outbox.put(connection, keys, new, visitor.now),
            visitor.now,
        )
    except OutboxFull:
        return await _page(request, visitor, edition, LetterFault.MAIL_FULL)
    return go(f"{PATH}/{edition.number}?essai=1")


async def plan(request: Request, visitor: StaffVisit) -> Response:
    """Have it sent now, or at a moment of the Région's clocks."""
    form, edition = await read_form(request), await _edition(request, visitor)
    at = visitor.now if trimmed(form, "now") else _moment(form)
    if at is None:
        return await _page(request, visitor, edition, LetterFault.BAD_TIME, when=_when(form))
    if at < visitor.now:
        return await _page(request, visitor, edition, LetterFault.PAST_TIME, when=_when(form))
    fault = await letter_editions.schedule(
        visitor.services.database, edition.number, at, visitor.staff.id, visitor.now
    )
    return await _after(request, visitor, edition, fault)


async def turn(request: Request, visitor: StaffVisit) -> Response:
    """Back to a draft, pause, resume, give up."""
    form, edition = await read_form(request), await _edition(request, visitor)
    into = trimmed(form, "into")
    fault: LetterFault | None = LetterFault.WRONG_STATE
    if into in set(EditionState):
        fault = await letter_editions.turn(
            visitor.services.database, edition.number, EditionState(into), visitor.staff.id, visitor.now
        )
    return await _after(request, visitor, edition, fault)


async def preview(request: Request, visitor: StaffVisit) -> Response:
    """The mail itself, as a frame shows it."""
    mail = _mail(visitor, await _edition(request, visitor))
    return Response(
        mail.html.replace(PUBLIC, _public(request, visitor)), media_type="text/html; charset=utf-8"
    )


async def plain(request: Request, visitor: StaffVisit) -> Response:
    mail = _mail(visitor, await _edition(request, visitor))
    return PlainTextResponse(mail.text.replace(PUBLIC, _public(request, visitor)))


async def numbers(request: Request, visitor: StaffVisit) -> Response:
    """What the open page asks for again and again while an issue is on its way."""
    edition = await _edition(request, visitor)
    return visitor.page("parts/letter_numbers.html", await _numbers(visitor, edition))


def _public(request: Request, visitor: StaffVisit) -> str:
    """What the addresses in a mail begin with."""
    return visitor.services.site.address(request.url.scheme, request.headers.get("host", ""))


def _mail(visitor: StaffVisit, edition: Edition) -> LetterMail:
    blocks = blocks_of(edition.sections)
    return letter_mail(visitor.pages, edition.number, edition.title, blocks, f"{PUBLIC}/lettre")


async def _edition(request: Request, visitor: StaffVisit) -> Edition:
    number: int = request.path_params["id"]
    known = number < _MOST_NUMBER
    found = await letter_editions.edition(visitor.services.database, number) if known else None
    if found is None:
        raise HTTPException(404)
    return found


async def _list(visitor: StaffVisit, fault: LetterFault | None = None) -> Response:
    database = visitor.services.database
    found = await letter_editions.editions(database)
    archived, _ = await sent_issues(database, 1, visitor.now)
    made_here = {one.number for one in found}
    readers, paused = await letter_deliveries.audience(database)
    context = {
        "letters": [(one, month_name(one.month), _instant(one)) for one in found],
        "others": [(one, here(one.sent_at or 0)) for one in archived if one.number not in made_here],
        "months": [(month, month_name(month)) for month in months(visitor.now)],
        "readers": readers,
        "paused": paused,
        "mail_folder": visitor.services.site.mail_folder,
        "fault": "" if fault is None else visitor.say("letter-fault", fault),
    }
    return visitor.page("letters.html", context, status=400 if fault else 200)


async def _page(
    request: Request,
    visitor: StaffVisit,
    edition: Edition,
    fault: LetterFault | None = None,
    *,
    typed: tuple[str, list[Section]] | None = None,
    when: tuple[str, str] = ("", ""),
) -> Response:
    database = visitor.services.database
    newest = await letter_editions.edition(database, edition.number) or edition
    kept = await letter_editions.versions(database, edition.number)
    title, sections = typed or (newest.title, list(newest.sections))
    context = {
        **await _numbers(visitor, newest),
        "month": month_name(edition.month),
        "title": title,
        "sections": sections,
        "versions": [(one, here(one.at)) for one in kept],
        "readers": (await letter_deliveries.audience(database))[0],
        "mail_folder": visitor.services.site.mail_folder,
        "fault": "" if fault is None else visitor.say("letter-fault", fault),
        "is_done": "fait" in request.query_params,
        "is_tried": "essai" in request.query_params,
        "op": new_op(),
        "when": when,
    }
    return visitor.page("letter.html", context, status=_STATUS.get(fault, 400) if fault else 200)


async def _numbers(visitor: StaffVisit, edition: Edition) -> dict[str, object]:
    database = visitor.services.database
    progress = await letter_deliveries.progress(database, edition.number)
    trouble = edition.trouble.split(" ")[0]
    return {
        "letter": edition,
        "instant": _instant(edition),
        "progress": progress,
        "reasons": [
            (_reason(visitor, reason), many)
            for reason, many in await letter_deliveries.reasons(database, edition.number)
        ],
        "trouble": visitor.say("letter-trouble", trouble) if trouble else "",
    }


def _reason(visitor: StaffVisit, reason: str) -> str:
    """Why a mail came back, with the server's number: of RFC 3463 where it came back later, else of RFC 5321."""
    kind, _, number = reason.partition(" ")
    section, entry = "letter-reason", kind
    if kind == letter_deliveries.RETURNED:
        section, entry = "letter-status", number.split(".")[1]
    known = visitor.pages.catalogue.sections[section]
    told = visitor.say(section, entry if entry in known else "0")
    return f"{told} ({number})" if number else told


async def _after(
    request: Request, visitor: StaffVisit, edition: Edition, fault: LetterFault | None
) -> Response:
    if fault is not None:
        return await _page(request, visitor, edition, fault)
    return go(f"{PATH}/{edition.number}?fait=1")


def _instant(edition: Edition) -> datetime:
    """When it was sent, or will be, or was last changed."""
    return here(edition.ended_at or edition.started_at or edition.scheduled_at or edition.changed_at)


def _typed(form: FormData, edition: Edition) -> list[Section]:
    """The sections as they were filled in, in the order that was asked for."""
    made = {section.key: section for section in edition.sections}
    found: list[tuple[int, int, Section]] = []
    for place, key in enumerate(str(one) for one in form.getlist("key")):
        if key not in made and not re.fullmatch(r"own-[0-9a-f]{8}", key):
            continue
        if trimmed(form, f"remove-{key}") and key.startswith("own-"):
            continue
        asked = trimmed(form, f"place-{key}")
        before = made.get(key, Section(key, "", ""))
        section = Section(
            key,
            " ".join(trimmed(form, f"heading-{key}").split()),
            typed(form, f"text-{key}").replace("\r\n", "\n").strip(),
            bool(trimmed(form, f"out-{key}")),
            before.made_heading,
            before.made_text,
        )
        found.append((int(asked) if _POSITION.fullmatch(asked) else place + 1, place, section))
    return [section for _, _, section in sorted(found, key=lambda one: one[:2])]


def _version(form: FormData) -> int:
    text = trimmed(form, "version")
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def _when(form: FormData) -> tuple[str, str]:
    return trimmed(form, "day")[:10], trimmed(form, "time")[:5]


def _moment(form: FormData) -> int | None:
    """A day and a time of the Région, in ms since 1970."""
    day, time = _when(form)
    try:
        return int(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=_HERE).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
