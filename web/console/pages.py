"""Pages that editors write: free ones, and introductions of the program's own; versions, compared and restored."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import pages
from storage.values_pages import LONGEST_TITLE, Page, PageContent, PageFault, PageKind
from storage.versions import Version, Versioned, versions_of
from web.citizen.local_time import here
from web.citizen.pages import HOW_IT_WORKS
from web.citizen.visit import new_op
from web.console.comparing import compare
from web.console.desk import StaffVisit, go, read_form
from web.forms import trimmed, typed
from web.frame import frame_of
from web.post_text import clean
from web.services import Services

PATH = "/console/redaction/pages"
MOST_BYTES = 128 * 1024

_STATUS = {PageFault.UNKNOWN: 404, PageFault.CHANGED: 409}
_DONE = ("enregistre", "repris", "publie", "retire")


async def pages_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def new_page(request: Request, visitor: StaffVisit) -> Response:
    return await _form(visitor, None, PageContent(is_listed=True))


async def page_page(request: Request, visitor: StaffVisit) -> Response:
    return await _page(request, visitor)


async def begin(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request, MOST_BYTES)
    told, op = read_content(form), trimmed(form, "op")
    if not is_op(op):
        return await _form(visitor, None, told, PageFault.BAD_OP)
    database, by = visitor.services.database, visitor.staff.id
    made = await pages.begin_page(database, told, op, by=by, now=visitor.now)
    if isinstance(made, PageFault):
        return await _form(visitor, None, told, made, op=op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def save(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request, MOST_BYTES)
    page = await _asked(request, visitor)
    if page is None:
        return await _list(visitor, PageFault.UNKNOWN)
    told = read_content(form)
    if page.kind is PageKind.INTRODUCTION:
        told = replace(told, title="", is_listed=False)
    fault = await pages.save_page(
        visitor.services.database,
        page.id,
        told,
        upon=_number(form, "number"),
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault, "enregistre", told)


async def restore(request: Request, visitor: StaffVisit) -> Response:
    """Make an older version the newest one, as a new version."""
    form = await read_form(request)
    old = await _version(request, visitor, _number(form, "version"))
    if old is None:
        return await _list(visitor, PageFault.UNKNOWN)
    fault = await pages.save_page(
        visitor.services.database,
        _id(request),
        PageContent.read(old.content),
        upon=_number(form, "number"),
        by=visitor.staff.id,
        now=visitor.now,
        restored=old.number,
    )
    return await _after(request, visitor, fault, "repris")


async def publish(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    upon = _number(form, "number")
    fault = await pages.publish_page(
        visitor.services.database, _id(request), upon=upon, by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault, "publie")


async def withdraw(request: Request, visitor: StaffVisit) -> Response:
    fault = await pages.withdraw_page(
        visitor.services.database, _id(request), by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault, "retire")


async def compare_page(request: Request, visitor: StaffVisit) -> Response:
    """Two versions beside each other: ``de`` and ``a``."""
    page = await _asked(request, visitor)
    query = request.query_params
    before, after = [await _version(request, visitor, _number(query, name)) for name in ("de", "a")]
    if page is None or before is None or after is None:
        return await _list(visitor, PageFault.UNKNOWN)
    texts = [_whole(version.content) for version in (before, after)]
    context = {
        "page": page,
        "name": _name(visitor, page),
        "before": before,
        "after": after,
        "before_at": here(before.at),
        "after_at": here(after.at),
        "lines": compare(*texts),
    }
    return visitor.page("page_compared.html", context)


async def preview_page(request: Request, visitor: StaffVisit) -> Response:
    page = await _asked(request, visitor)
    if page is None:
        return visitor.pages.error(404)
    return visitor.page("draft_preview.html", {"draft": page, "base": PATH})


async def previewed_page(request: Request, visitor: StaffVisit) -> Response:
    """The newest version, where citizens will read it."""
    page = await _asked(request, visitor)
    if page is None:
        return visitor.pages.error(404)
    services: Services = request.state.services
    shown = replace(visitor.pages, frame=frame_of(request, services.site, services.keys, services.notice()))
    if page.kind is PageKind.FREE:
        return shown.page("page.html", {"profile": "none", "page": page.content})
    context = {"profile": "none", "introduction": page.content.blocks, "listed": [], "site": services.site}
    return shown.page("how_it_works.html" if page.slug == HOW_IT_WORKS else "legal_notice.html", context)


# --- what a form brings


def read_content(form: Mapping[str, object]) -> PageContent:
    """Line breaks of any system are one; spaces at their ends and around the whole are not kept."""
    plain = unicodedata.normalize("NFC", typed(form, "text").replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(line.rstrip() for line in plain.split("\n")).strip()
    return PageContent(clean(typed(form, "title")), text, bool(form.get("listed")))


def _number(form: Mapping[str, object], name: str) -> int:
    text = trimmed(form, name)
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _id(request: Request) -> int:
    asked: int = request.path_params["id"]
    return asked if asked <= MAX_INTEGER else 0


async def _asked(request: Request, visitor: StaffVisit) -> Page | None:
    return await pages.get_page(visitor.services.database, _id(request))


async def _version(request: Request, visitor: StaffVisit, number: int) -> Version | None:
    found = await versions_of(visitor.services.database, Versioned.PAGE, _id(request))
    return next((version for version in found if version.number == number), None)


def _whole(content: Mapping[str, Any]) -> str:
    return f"{content['title']}\n\n{content['text']}" if content["title"] else str(content["text"])


# --- pages


async def _after(
    request: Request,
    visitor: StaffVisit,
    fault: PageFault | None,
    done: str,
    told: PageContent | None = None,
) -> Response:
    if fault is not None:
        return await _page(request, visitor, fault, told)
    return go(f"{PATH}/{_id(request)}?fait={done}")


async def _list(visitor: StaffVisit, fault: PageFault | None = None) -> Response:
    found = await pages.list_pages(visitor.services.database)
    context = {
        "pages": [
            (page, _name(visitor, page), None if page.changed_at is None else here(page.changed_at))
            for page in found
        ],
        "fault": "" if fault is None else visitor.say("page-fault", fault),
    }
    return visitor.page("pages.html", context, status=_status(fault))


def _name(visitor: StaffVisit, page: Page) -> str:
    return page.content.title if page.kind is PageKind.FREE else visitor.say("page-introduction", page.slug)


async def _page(
    request: Request, visitor: StaffVisit, fault: PageFault | None = None, told: PageContent | None = None
) -> Response:
    page = await _asked(request, visitor)
    if page is None:
        return await _list(visitor, PageFault.UNKNOWN)
    done = request.query_params.get("fait", "")
    return await _form(
        visitor, page, told or page.content, fault, done=done if done in _DONE and fault is None else ""
    )


async def _form(
    visitor: StaffVisit,
    page: Page | None,
    told: PageContent,
    fault: PageFault | None = None,
    *,
    op: str = "",
    done: str = "",
) -> Response:
    database = visitor.services.database
    found = [] if page is None else await versions_of(database, Versioned.PAGE, page.id)
    context = {
        "page": page,
        "name": "" if page is None else _name(visitor, page),
        "is_free": page is None or page.kind is PageKind.FREE,
        "told": told,
        "fault": "" if fault is None else visitor.say("page-fault", fault),
        "done": done,
        "op": op if is_op(op) else new_op(),
        "versions": [(version, here(version.at)) for version in found],
        "longest_title": LONGEST_TITLE,
    }
    return visitor.page("page.html", context, status=_status(fault))


def _status(fault: PageFault | None) -> int:
    return 200 if fault is None else _STATUS.get(fault, 400)
