"""A page that is made for all who have nothing of their own on it."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from storage.returning import Known
from web.citizen.card_texts import Seats
from web.citizen.shared_page import SharedPage
from web.citizen.visit import Visit, nobody, note_presence, pages_for, profile_state, visit
from web.services import Services


@dataclass(frozen=True, slots=True)
class Shown:
    """A page before it is written down; who has a ballot on one of the topics ``asked`` has something of their own.

    That is the whole page, or where it has ``seats`` the cards of these topics: it is always made for nobody then.
    """

    template: str
    context: Mapping[str, Any]
    asked: frozenset[int]
    seats: Seats | None = None


Show = Callable[[Visit], Awaitable[Shown]]

_PROFILE = f' data-profile="{profile_state(None)}"'
"""What the page's body says first; what anybody wrote has no such signs."""


async def page_for_all(request: Request, show: Show, *told: Hashable, holds: bool = False) -> Response:
    """What ``show`` shows somebody of whom nothing is known is for all who ask alike and have not voted on it.

    ``told`` is what ``show`` reads of the request beside its path, language and frame. What is shown ``holds`` for
    a moment, or is given to those who wait for it together. Of whoever comes back only their ballots and their
    profile are asked for.
    """
    services: Services = request.state.services
    pages = pages_for(request)
    frame = pages.frame
    around = (frame.path, frame.base, frame.is_large, frame.kiosk, frame.notice.number)
    alike = (*around, request.state.language, *told)

    async def make() -> SharedPage:
        visitor = nobody(request)
        shown = await show(visitor)
        body = bytes(visitor.pages.page(shown.template, shown.context).body).decode()
        seats = None if shown.seats is None else shown.seats.found(body)
        return SharedPage(body, shown.asked, seats)

    if holds:
        page = await services.shared.get(alike, services.now(), make)
    else:
        page = await services.together.get(alike, make)
    if not request.state.has_cookie:
        return pages.answer(page.body)
    device: bytes = request.state.device
    known = await services.returning.known(device, page.asked)
    note_presence(services, device, known.profile)
    if known.voted and page.seats is None:
        visitor = await visit(request)
        shown = await show(visitor)
        return visitor.pages.page(shown.template, shown.context)
    body = _with_own_cards(request, page, known) if known.voted else page.body
    return pages.answer(body.replace(_PROFILE, f' data-profile="{profile_state(known.profile)}"', 1))


def _with_own_cards(request: Request, page: SharedPage, known: Known) -> str:
    """The page with the cards of the topics on which this visitor has a ballot as they are for them."""
    visitor = replace(nobody(request), device=request.state.device, profile=known.profile, is_new=False)
    write = visitor.services.cards.text
    parts: list[str] = []
    end = 0
    for seat in page.seats or ():
        if seat.facts.topic.ballots & known.voted:
            own = visitor.card(seat.facts, known.ballots)
            parts += page.body[end : seat.start], write(visitor.pages, own, lead=seat.lead, page=seat.page)
            end = seat.end
    return "".join([*parts, page.body[end:]])
