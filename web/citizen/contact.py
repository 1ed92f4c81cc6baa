"""A citizen writes to the Région, and reads its answer: pages that are shown to nobody else and kept nowhere."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage import contact
from storage.database import StorageUnavailable
from storage.values_contact import ContactFault, ContactMessage, ContactState, ContactSubject, ContactThread
from web.citizen.again import in_words, retry_after
from web.citizen.local_time import here
from web.citizen.statistics import tagged
from web.citizen.visit import Visit, new_op, pages_for, read_long_form, visit
from web.contact_forms import LONGEST_TEXT, Fault, Message, Typed, read_message, read_typed
from web.services import Services
from web.statistics.downloads import plain_json

SEE_OTHER = 303
NO_STORE = {"cache-control": "no-store"}
MOST_FIELD_BYTES = 128 * 1024
"""Far more than is taken, so that a text that is too long comes back to who wrote it."""

MOST_ID = 2**31 - 1

_STATUS: Mapping[ContactFault, int] = {
    ContactFault.TOO_MANY: 429,
    ContactFault.CLOSED: 409,
    ContactFault.FULL: 503,
    ContactFault.UNAVAILABLE: 503,
}


async def contact_page(request: Request) -> Response:
    visitor = await visit(request)
    return _write(visitor, await _own_threads(request, visitor), Typed())


async def begin_thread(request: Request) -> Response:
    """Keep the message and show its conversation; what is wrong is said beside what was typed."""
    form = await _read_form(request)
    try:
        visitor = await visit(request)
        wrong = await _begin(request, visitor, form)
    except StorageUnavailable:
        visitor, wrong = _visit_blind(request), {"form": ContactFault.UNAVAILABLE}
    if isinstance(wrong, int):
        return RedirectResponse(f"/contact/{wrong}", SEE_OTHER, NO_STORE)
    again = await _again(visitor, wrong, begins=True)
    return _write(visitor, [], read_typed(form), wrong, again=again)


async def _again(visitor: Visit, wrong: Mapping[str, Fault], *, begins: bool) -> int | None:
    """When somebody who has written too much may go on."""
    if ContactFault.TOO_MANY not in wrong.values():
        return None
    services = visitor.services
    return await contact.may_write_again(services.database, services.keys, visitor.device, begins=begins)


async def _begin(request: Request, visitor: Visit, form: FormData) -> int | Mapping[str, Fault]:
    message = read_message(form, begins=True)
    if not isinstance(message, Message):
        return message
    if not request.state.has_cookie:
        return {"form": ContactFault.NO_COOKIE}
    done = await contact.open_thread(
        visitor.services.database,
        visitor.services.keys,
        visitor.device,
        subject=message.subject or ContactSubject.OTHER,
        text=message.text,
        email=message.email,
        language=str(request.state.language),
        op=message.op,
        now=visitor.now,
    )
    return {"form": done} if isinstance(done, ContactFault) else done


async def thread_page(request: Request) -> Response:
    visitor = await visit(request)
    found = await _own_thread(request, visitor)
    if found is None:
        return _no_thread(visitor)
    return _thread(visitor, *found, Typed())


async def thread_state(request: Request) -> Response:
    """How far a conversation is, for a page that stays open; nothing where nothing moved."""
    visitor = await visit(request)
    found = await _own_thread(request, visitor)
    if found is None:
        return _no_thread(visitor)
    thread, messages = found
    body = plain_json({"state": str(thread.state), "last": messages[-1].id})
    return tagged(request, body, "application/json", cache="no-store")


async def write_in_thread(request: Request) -> Response:
    form = await _read_form(request)
    found: tuple[ContactThread, list[ContactMessage]] | None = None
    try:
        visitor = await visit(request)
        found = await _own_thread(request, visitor)
        if found is None:
            return _no_thread(visitor)
        wrong = await _write_again(request, visitor, form)
    except StorageUnavailable:
        visitor, wrong = _visit_blind(request), {"form": ContactFault.UNAVAILABLE}
    if wrong is None:
        return RedirectResponse(f"{request.url.path}#dernier", SEE_OTHER, NO_STORE)
    if found is None:
        return _write(visitor, [], read_typed(form), wrong, action=request.url.path)
    again = await _again(visitor, wrong, begins=False)
    return _thread(visitor, *found, read_typed(form), wrong, again)


async def _write_again(request: Request, visitor: Visit, form: FormData) -> Mapping[str, Fault] | None:
    message = read_message(form, begins=False)
    if not isinstance(message, Message):
        return message
    thread_id: int = request.path_params["id"]
    services = visitor.services
    done = await contact.write_again(
        services.database,
        services.keys,
        visitor.device,
        thread_id,
        text=message.text,
        op=message.op,
        now=visitor.now,
    )
    return {"form": done} if isinstance(done, ContactFault) else None


async def _own_threads(request: Request, visitor: Visit) -> list[ContactThread]:
    if not request.state.has_cookie:
        return []
    return await contact.own_threads(visitor.services.database, visitor.services.keys, visitor.device)


async def _own_thread(request: Request, visitor: Visit) -> tuple[ContactThread, list[ContactMessage]] | None:
    thread_id: int = request.path_params["id"]
    if not request.state.has_cookie or thread_id > MOST_ID:
        return None
    services = visitor.services
    return await contact.own_thread(services.database, services.keys, visitor.device, thread_id)


def _visit_blind(request: Request) -> Visit:
    """The visitor while the database does not answer: enough to give their words back."""
    services: Services = request.state.services
    return Visit(services, pages_for(request), request.state.device, None, services.now())


async def _read_form(request: Request) -> FormData:
    return await read_long_form(request, MOST_FIELD_BYTES, 10)


def _write(
    visitor: Visit,
    threads: list[ContactThread],
    typed: Typed,
    wrong: Mapping[str, Fault] | None = None,
    action: str = "/contact",
    again: int | None = None,
) -> Response:
    context = _form(visitor, typed, wrong, action, again)
    context["threads"] = [(thread, here(thread.moved_at)) for thread in threads]
    context["days"] = visitor.services.site.contact_days
    context["subjects"] = [str(subject) for subject in ContactSubject]
    return _page(visitor, "contact.html", context, wrong, again)


def _thread(
    visitor: Visit,
    thread: ContactThread,
    messages: list[ContactMessage],
    typed: Typed,
    wrong: Mapping[str, Fault] | None = None,
    again: int | None = None,
) -> Response:
    context = _form(visitor, typed, wrong, f"/contact/{thread.id}", again)
    context["thread"] = thread
    context["messages"] = [(message, here(message.at)) for message in messages]
    context["is_closed"] = thread.state is ContactState.CLOSED
    return _page(visitor, "contact_thread.html", context, wrong, again)


def _form(
    visitor: Visit, typed: Typed, wrong: Mapping[str, Fault] | None, action: str, again: int | None
) -> dict[str, Any]:
    say, when = visitor.pages.catalogue.say, in_words(visitor, again)
    faults = {name: say(_section(fault), fault, when=when) for name, fault in (wrong or {}).items()}
    return visitor.context(typed=typed, faults=faults, action=action, op=new_op(), most=LONGEST_TEXT)


def _section(fault: Fault) -> str:
    return "contact-fault" if isinstance(fault, ContactFault) else "address-fault"


def _page(
    visitor: Visit,
    template: str,
    context: Mapping[str, Any],
    wrong: Mapping[str, Fault] | None,
    again: int | None,
) -> Response:
    codes = [fault for fault in (wrong or {}).values() if isinstance(fault, ContactFault)]
    status = 200 if not wrong else max((_STATUS.get(fault, 400) for fault in codes), default=400)
    return visitor.pages.page(
        template, context, status=status, headers={**NO_STORE, **retry_after(again, visitor.now)}
    )


def _no_thread(visitor: Visit) -> Response:
    """The same for what does not exist and for what is somebody else's."""
    told = visitor.pages.catalogue.say("contact-fault", ContactFault.NO_THREAD)
    context = visitor.context(told=told)
    return visitor.pages.page("contact_missing.html", context, status=404, headers=NO_STORE)
