"""The journal of what staff did: searched, read page by page, and taken away as a table."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from storage import audit, staff
from storage.values_audit import Action, AuditLine, AuditSearch, SubjectKind
from web.citizen.local_time import here
from web.console.desk import StaffVisit
from web.csv_text import csv_bytes
from web.forms import trimmed

MOST_EXPORTED = 20_000
_HERE = ZoneInfo("Europe/Paris")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_INSTANTS = frozenset({"at", "opens", "starts", "until"})
"""Details that are an instant, in ms since 1970."""

_ASKED = ("personne", "action", "sorte", "objet", "du", "au")


async def journal_page(request: Request, visitor: StaffVisit) -> Response:
    asked = {name: trimmed(request.query_params, name)[:80] for name in _ASKED}
    search = read_search(request.query_params)
    lines = await audit.search(visitor.services.database, search)
    older = ""
    if len(lines) == audit.MOST_LINES:
        older = "?" + urlencode({**_filled(asked), "avant": lines[-1].id})
    context = {
        "asked": asked,
        "lines": [(line, here(line.at), detail_of(visitor, line)) for line in lines],
        "people": await staff.names(visitor.services.database),
        "actions": sorted(Action, key=lambda action: visitor.say("action", action)),
        "kinds": list(SubjectKind),
        "older": older,
        "is_first": search.before is None,
        "query": urlencode(_filled(asked)),
        "names": visitor.pages.catalogue.sections["action"],
    }
    return visitor.page("journal.html", context)


async def journal_csv(request: Request, visitor: StaffVisit) -> Response:
    """The same lines as a table, at most MOST_EXPORTED; taking it is itself in the journal."""
    search = read_search(request.query_params)
    database = visitor.services.database
    lines = await audit.search(database, search, MOST_EXPORTED)
    await audit.note_alone(
        database,
        visitor.staff.id,
        Action.JOURNAL_EXPORTED,
        SubjectKind.JOURNAL,
        {"lines": len(lines)},
        visitor.now,
    )
    head = ("numero", "date", "personne", "action", "sorte", "objet", "detail")
    rows = [
        (
            line.id,
            here(line.at).isoformat(timespec="seconds"),
            line.name,
            line.action,
            line.subject_kind,
            line.subject_id,
            json.dumps(line.detail, ensure_ascii=False, sort_keys=True) if line.detail else "",
        )
        for line in lines
    ]
    headers = {"content-disposition": 'attachment; filename="journal.csv"'}
    return Response(csv_bytes(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


def read_search(query: Mapping[str, str]) -> AuditSearch:
    """What is asked for; what cannot be read is not asked."""
    action, kind = trimmed(query, "action"), trimmed(query, "sorte")
    return AuditSearch(
        staff=_number(query, "personne"),
        action=action if action in set(Action) else "",
        subject_kind=kind if kind in set(SubjectKind) else "",
        subject_id=trimmed(query, "objet")[:80],
        since=_midnight(query, "du"),
        until=_midnight(query, "au", after=True),
        before=_number(query, "avant"),
    )


def detail_of(visitor: StaffVisit, line: AuditLine) -> str:
    """What a line tells beside who, what and when, in one line of text."""
    parts = []
    for name, value in line.detail.items():
        if name in {"roles", "before"} and isinstance(value, list):
            value = [visitor.say("role", role) for role in value]
        if name in _INSTANTS and isinstance(value, int):
            value = visitor.pages.catalogue.moment(here(value))
        told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        known = visitor.pages.catalogue.sections["audit-detail"]
        if told:
            parts.append(f"{known.get(name, name)} : {told}")
    return " ; ".join(parts)


def _filled(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in asked.items() if text}


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = trimmed(query, name)
    return int(text) if _NUMBER.fullmatch(text) else None


def _midnight(query: Mapping[str, str], name: str, *, after: bool = False) -> int | None:
    """When a day of the Région begins, or ends, in ms since 1970."""
    try:
        day = date.fromisoformat(trimmed(query, name)) + timedelta(days=1 if after else 0)
        return int(datetime(day.year, day.month, day.day, tzinfo=_HERE).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
