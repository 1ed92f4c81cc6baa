"""The letter: subscribe, confirm, unsubscribe, and read what was sent.

Opening a link changes nothing, since programs that look for harm in mails open every link: a person presses a
button. Only a mail program's own button unsubscribes without a page (RFC 8058), by a POST.
"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from channels.names import is_op
from storage import letter
from storage.database import StorageUnavailable
from storage.letter import LinkFault
from storage.outbox import OutboxFull
from storage.values_contact import ContactFault, Issue, NewMail
from web import mails
from web.addresses import AddressFault, read_address
from web.citizen.local_time import here
from web.citizen.visit import Visit, new_op, pages_for, read_form, visit
from web.contact_forms import Fault, read_typed
from web.forms import read_page
from web.services import Services

SEE_OTHER = 303
NO_STORE = {"cache-control": "no-store"}
MOST_NUMBER = 2**31 - 1


async def letter_page(request: Request) -> Response:
    visitor = await visit(request)
    issues, _ = await letter.sent_issues(visitor.services.database, 1, visitor.now)
    return _subscribe_page(visitor, newest=[(issue, here(issue.sent_at or 0)) for issue in issues[:1]])


async def ask(request: Request) -> Response:
    """Send a link to the address; the answer is the same whoever it is."""
    form = await read_form(request)
    typed, op = read_typed(form).email, form.get("op")
    services: Services = request.state.services
    visitor = Visit(services, pages_for(request), request.state.device, None, services.now())
    address = read_address(typed)
    if isinstance(address, AddressFault):
        return _subscribe_page(visitor, typed, address, 400)
    if not isinstance(op, str) or not is_op(op):
        return _subscribe_page(visitor, typed, ContactFault.BAD_OP, 400)

    def compose(subscriber: bytes | None) -> NewMail:
        return mails.confirmation(visitor.pages, services.keys, address, subscriber, op=op, now=visitor.now)

    try:
        await letter.ask_to_subscribe(services.database, services.keys, address, compose, visitor.now)
    except (StorageUnavailable, OutboxFull):
        return _subscribe_page(visitor, typed, ContactFault.UNAVAILABLE, 503)
    return RedirectResponse("/lettre/presque", SEE_OTHER, NO_STORE)


async def almost(request: Request) -> Response:
    visitor = await visit(request)
    return _note(visitor, "almost")


async def confirm_page(request: Request) -> Response:
    """The button; opening the link confirms nothing."""
    visitor = await visit(request)
    address = _address_of(request, visitor)
    if isinstance(address, LinkFault):
        return _bad_link(visitor, address)
    return visitor.pages.page(
        "letter_confirm.html", visitor.context(address=address, action=request.url.path), headers=NO_STORE
    )


async def confirm(request: Request) -> Response:
    visitor = await visit(request)
    address = _address_of(request, visitor)
    if isinstance(address, LinkFault):
        return _bad_link(visitor, address)
    services = visitor.services

    def welcome(subscriber: bytes | None) -> NewMail:
        return mails.welcome(visitor.pages, services.keys, address, subscriber or b"")

    try:
        await letter.subscribe(services.database, services.keys, address, welcome, visitor.now)
    except OutboxFull:
        raise HTTPException(503) from None
    return RedirectResponse("/lettre/inscrit", SEE_OTHER, NO_STORE)


async def confirmed(request: Request) -> Response:
    visitor = await visit(request)
    return _note(visitor, "confirmed")


async def unsubscribe_page(request: Request) -> Response:
    """The button; opening the link ends nothing."""
    visitor = await visit(request)
    subscriber = letter.subscriber_of(visitor.services.keys, request.path_params["token"])
    if isinstance(subscriber, LinkFault):
        return _bad_link(visitor, subscriber)
    return visitor.pages.page(
        "letter_unsubscribe.html", visitor.context(action=request.url.path), headers=NO_STORE
    )


async def unsubscribe(request: Request) -> Response:
    """From the page's button or a mail program's: answered at once, since those follow no redirect (RFC 8058)."""
    services: Services = request.state.services
    visitor = Visit(services, pages_for(request), request.state.device, None, services.now())
    subscriber = letter.subscriber_of(services.keys, request.path_params["token"])
    if isinstance(subscriber, LinkFault):
        return _bad_link(visitor, subscriber)
    form = await read_form(request)
    if form.get("List-Unsubscribe") != "One-Click":
        raise HTTPException(400)
    await letter.unsubscribe(services.database, services.keys, subscriber)
    return _note(visitor, "unsubscribed")


async def archive_page(request: Request) -> Response:
    visitor = await visit(request)
    asked = read_page(request.query_params)
    issues, pages = await letter.sent_issues(visitor.services.database, asked, visitor.now)
    context = visitor.context(
        issues=[(issue, here(issue.sent_at or 0)) for issue in issues], page=min(asked, pages), pages=pages
    )
    return visitor.pages.page("letter_archive.html", context)


async def issue_page(request: Request) -> Response:
    visitor = await visit(request)
    number: int = request.path_params["number"]
    known = number <= MOST_NUMBER
    issue = await letter.sent_issue(visitor.services.database, number, visitor.now) if known else None
    if issue is None:
        raise HTTPException(404)
    context = visitor.context(issue=issue, sent=here(issue.sent_at or 0))
    return visitor.pages.page("letter_issue.html", context)


def _subscribe_page(
    visitor: Visit,
    typed: str = "",
    fault: Fault | None = None,
    status: int = 200,
    newest: list[tuple[Issue, object]] | None = None,
) -> Response:
    say = visitor.pages.catalogue.say
    section = "contact-fault" if isinstance(fault, ContactFault) else "address-fault"
    context: Mapping[str, object] = visitor.context(
        typed=typed, fault="" if fault is None else say(section, fault), op=new_op(), newest=newest or []
    )
    return visitor.pages.page("letter.html", context, status=status, headers=NO_STORE)


def _address_of(request: Request, visitor: Visit) -> str | LinkFault:
    return letter.confirmed_address(visitor.services.keys, request.path_params["token"], visitor.now)


def _note(visitor: Visit, what: str) -> Response:
    return visitor.pages.page("letter_note.html", visitor.context(what=what), headers=NO_STORE)


def _bad_link(visitor: Visit, fault: LinkFault) -> Response:
    context = visitor.context(told=visitor.pages.catalogue.say("link-fault", fault))
    return visitor.pages.page("letter_link.html", context, status=400, headers=NO_STORE)
