"""The calendar of what the Région asks, tells and sends, by month or by week."""

import re
from datetime import date, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from storage.planning import planned
from storage.values_drafts import DraftSort
from storage.values_planning import Planned, PlannedSort
from storage.values_staff import Role
from web.citizen.local_time import here
from web.console import letter
from web.console.calendar import span, weeks
from web.console.desk import StaffVisit
from web.console.draft_desk import PATHS
from web.forms import trimmed

_MONTH = re.compile(r"(20[2-9][0-9])-(0[1-9]|1[0-2])")
_WEEK = re.compile(r"(20[2-9][0-9])-W([0-5][0-9])")


async def calendar_page(request: Request, visitor: StaffVisit) -> Response:
    today = here(visitor.now).date()
    monday = _week(trimmed(request.query_params, "semaine"))
    first = monday or _month(trimmed(request.query_params, "mois")) or today.replace(day=1)
    last = first + timedelta(6) if monday else (first + timedelta(31)).replace(day=1) - timedelta(1)
    found = await planned(visitor.services.database, *span(first, last))
    before, after = first - timedelta(1), last + timedelta(1)
    context = {
        "weeks": weeks(first, last, found, today),
        "first": first,
        "last": last,
        "today": today,
        "is_week": monday is not None,
        "before": _query(before, monday is not None),
        "after": _query(after, monday is not None),
        "month": first.strftime("%Y-%m"),
        "here": here,
        "address_of": partial(_address, is_editor=visitor.staff.is_any(Role.EDITOR)),
    }
    return visitor.page("calendar.html", context)


_MAKING = {
    PlannedSort.QUESTION: PATHS[DraftSort.TOPIC],
    PlannedSort.QUESTIONNAIRE: PATHS[DraftSort.QUESTIONNAIRE],
    PlannedSort.CAMPAIGN: PATHS[DraftSort.CAMPAIGN],
    PlannedSort.LETTER: letter.PATH,
}
_PUBLIC = {
    PlannedSort.QUESTION: "/sujets",
    PlannedSort.QUESTIONNAIRE: "/questionnaires",
    PlannedSort.CAMPAIGN: "/campagnes",
}


def _address(one: Planned, *, is_editor: bool) -> str:
    """Where one reads or changes it; none of a letter for who may not open it."""
    if one.sort is PlannedSort.LETTER and not is_editor:
        return ""
    return f"{_PUBLIC[one.sort]}/{one.made}" if one.draft is None else f"{_MAKING[one.sort]}/{one.draft}"


def _query(on: date, is_week: bool) -> str:
    if not is_week:
        return f"?mois={on:%Y-%m}"
    year, number, _ = on.isocalendar()
    return f"?semaine={year}-W{number:02}"


def _month(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    return None if found is None else date(int(found[1]), int(found[2]), 1)


def _week(text: str) -> date | None:
    found = _WEEK.fullmatch(text)
    if found is None:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None
