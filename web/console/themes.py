"""Themes and directions, kept in order by editors; who answers for a theme is an administrator's to say."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import themes
from storage.staff import put_in_charge
from storage.values_follow_up import LONGEST_DIRECTION
from storage.values_staff import Role, StaffFault
from storage.values_themes import LONGEST_THEME, ThemeEntry, ThemeFault
from storage.versions import Versioned, versions_of
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.forms import trimmed

PATH = "/console/redaction/thematiques"
DIRECTIONS = "/console/redaction/directions"

_STATUS = {ThemeFault.UNKNOWN: 404, ThemeFault.CHANGED: 409, ThemeFault.TAKEN: 409, ThemeFault.LAST: 409}


_OF_THEMES: Mapping[StaffFault, ThemeFault] = {
    StaffFault.NO_THEME: ThemeFault.ONLY_THEME,
    StaffFault.NO_ROLE: ThemeFault.NOT_A_REFERENT,
}
"""What is said otherwise here than where an account's roles are chosen."""


async def themes_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def add_theme(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    name, op = _name(form), trimmed(form, "op")
    direction = _number(form, "direction")
    if not is_op(op):
        return await _list(visitor, ThemeFault.BAD_OP, name)
    database, by = visitor.services.database, visitor.staff.id
    made = await themes.add_theme(database, name, direction or None, op, by=by, now=visitor.now)
    if isinstance(made, ThemeFault):
        return await _list(visitor, made, name)
    return go(f"{PATH}/{made}?fait=1")


async def theme_page(request: Request, visitor: StaffVisit) -> Response:
    return await _theme(request, visitor)


async def change_theme(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    name, direction = _name(form), _number(form, "direction")
    fault = await themes.change_theme(
        visitor.services.database,
        _id(request),
        name,
        direction or None,
        upon=_number(form, "number"),
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault, name)


async def retire_theme(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    fault = await themes.retire_theme(
        visitor.services.database,
        _id(request),
        retired=trimmed(form, "into") != "offered",
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault)


async def move_theme(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    theme, up = _id(request), trimmed(form, "into") == "up"
    fault = await themes.move_theme(
        visitor.services.database, theme, up=up, by=visitor.staff.id, now=visitor.now
    )
    return await _list(visitor, fault) if fault else go(f"{PATH}?rang={theme}#theme-{theme}")


async def give_theme(request: Request, visitor: StaffVisit) -> Response:
    """Have a referent answer for it, or no more."""
    form = await read_form(request)
    database = visitor.services.database
    entry = await _entry(visitor, _id(request))
    if entry is None:
        return await _list(visitor, ThemeFault.UNKNOWN)
    answers = trimmed(form, "into") != "out"
    fault = await put_in_charge(
        database,
        _number(form, "staff"),
        entry.slug,
        answers=answers,
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault and _OF_THEMES.get(fault, fault))


# --- directions


async def directions_page(request: Request, visitor: StaffVisit) -> Response:
    return await _directions(visitor)


async def add_direction(request: Request, visitor: StaffVisit) -> Response:
    return await _save_direction(request, visitor, None)


async def change_direction(request: Request, visitor: StaffVisit) -> Response:
    return await _save_direction(request, visitor, _id(request))


async def retire_direction(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    fault = await themes.retire_direction(
        visitor.services.database,
        _id(request),
        retired=trimmed(form, "into") != "offered",
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _directions(visitor, fault) if fault else go(DIRECTIONS)


async def _save_direction(request: Request, visitor: StaffVisit, direction: int | None) -> Response:
    form = await read_form(request)
    name, op = _name(form), trimmed(form, "op")
    typed = {"id": direction, "name": name}
    if not is_op(op):
        return await _directions(visitor, ThemeFault.BAD_OP, typed)
    fault = await themes.save_direction(
        visitor.services.database, direction, name, op, by=visitor.staff.id, now=visitor.now
    )
    return await _directions(visitor, fault, typed) if fault else go(DIRECTIONS)


# --- what a form brings


def _name(form: Any) -> str:
    return " ".join(trimmed(form, "name").split())


def _number(form: Any, name: str) -> int:
    text = trimmed(form, name)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _id(request: Request) -> int:
    asked: int = request.path_params["id"]
    return asked if asked <= MAX_INTEGER else 0


# --- pages


async def _after(
    request: Request, visitor: StaffVisit, fault: ThemeFault | StaffFault | None, name: str | None = None
) -> Response:
    if fault is None:
        return go(f"{PATH}/{_id(request)}?fait=1")
    return await _theme(request, visitor, fault, name)


async def _entry(visitor: StaffVisit, theme: int) -> ThemeEntry | None:
    found = await themes.theme_entries(visitor.services.database)
    return next((entry for entry in found if entry.id == theme), None)


async def _list(visitor: StaffVisit, fault: ThemeFault | None = None, name: str = "") -> Response:
    database = visitor.services.database
    entries = await themes.theme_entries(database)
    orders = await versions_of(database, Versioned.THEMES, themes.ALL_THEMES)
    context = {
        "offered": [entry for entry in entries if entry.retired_at is None],
        "retired": [entry for entry in entries if entry.retired_at is not None],
        "directions": await _offered_directions(visitor),
        "orders": [(version, here(version.at)) for version in orders],
        "name": name,
        "fault": _told(visitor, fault),
        "op": new_op(),
        "longest": LONGEST_THEME,
    }
    return visitor.page("themes.html", context, status=_status(fault))


async def _theme(
    request: Request,
    visitor: StaffVisit,
    fault: ThemeFault | StaffFault | None = None,
    name: str | None = None,
) -> Response:
    database = visitor.services.database
    entry = await _entry(visitor, _id(request))
    if entry is None:
        return await _list(visitor, ThemeFault.UNKNOWN)
    is_administrator = visitor.staff.is_any(Role.ADMINISTRATOR)
    theirs = {staff_id for staff_id, _ in entry.referents}
    possible = await themes.possible_referents(database) if is_administrator else []
    versions = await versions_of(database, Versioned.THEME, entry.id)
    context = {
        "entry": entry,
        "name": entry.name if name is None else name,
        "directions": await _offered_directions(visitor, entry),
        "versions": [(version, here(version.at)) for version in versions],
        "is_administrator": is_administrator,
        "others": [one for one in possible if one[0] not in theirs],
        "fault": _told(visitor, fault),
        "is_done": fault is None and "fait" in request.query_params,
        "longest": LONGEST_THEME,
    }
    return visitor.page("theme.html", context, status=_status(fault))


async def _offered_directions(visitor: StaffVisit, entry: ThemeEntry | None = None) -> list[tuple[int, str]]:
    """Those that a theme may be given to, and the one that it has."""
    found = await themes.list_directions(visitor.services.database)
    own = entry.direction.id if entry is not None and entry.direction is not None else None
    return [(one.id, one.name) for one in found if one.retired_at is None or one.id == own]


async def _directions(
    visitor: StaffVisit, fault: ThemeFault | None = None, typed: Mapping[str, object] | None = None
) -> Response:
    database = visitor.services.database
    found = await themes.list_directions(database)
    versions = [await versions_of(database, Versioned.DIRECTION, one.id) for one in found]
    context = {
        "directions": [
            (one, [(version, here(version.at)) for version in of_it])
            for one, of_it in zip(found, versions, strict=True)
        ],
        "typed": typed or {"id": None, "name": ""},
        "fault": _told(visitor, fault),
        "op": new_op(),
        "longest": LONGEST_DIRECTION,
    }
    return visitor.page("directions.html", context, status=_status(fault))


def _told(visitor: StaffVisit, fault: ThemeFault | StaffFault | None) -> str:
    if fault is None:
        return ""
    return visitor.say("staff-fault" if isinstance(fault, StaffFault) else "theme-fault", fault)


def _status(fault: ThemeFault | StaffFault | None) -> int:
    if fault is None:
        return 200
    return _STATUS.get(fault, 400) if isinstance(fault, ThemeFault) else 409
