"""A page that is made once, a moment long, for all who have nothing of their own on it."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.citizen.visit import Visit, nobody, note_presence, pages_for, profile_state, visit
from web.made_once import SharedPage
from web.services import Services


@dataclass(frozen=True, slots=True)
class Shown:
    """A page before it is written down; who has a ballot on one of the topics ``asked`` has a page of their own."""

    template: str
    context: Mapping[str, Any]
    asked: frozenset[int]


Show = Callable[[Visit], Awaitable[Shown]]


async def page_for_all(request: Request, show: Show, *told: Hashable) -> Response:
    """What ``show`` shows somebody of whom nothing is known is for all who ask alike and have not voted on it.

    ``told`` is what ``show`` reads of the request beside its path, language and frame. Of whoever comes back only
    their ballots and their profile are asked for.
    """
    services: Services = request.state.services
    pages = pages_for(request)
    frame = pages.frame
    alike = (
        frame.path,
        frame.base,
        frame.is_large,
        frame.kiosk,
        frame.notice.number,
        request.state.language,
        *told,
    )

    async def made(state: str) -> SharedPage:
        async def make() -> SharedPage:
            visitor = nobody(request)
            shown = await show(visitor)
            answer = visitor.pages.page(shown.template, {**shown.context, "profile": state})
            return SharedPage(bytes(answer.body).decode(), shown.asked)

        return await services.shared.get((*alike, state), services.now(), make)

    page = first = await made(profile_state(None))
    if request.state.has_cookie:
        device: bytes = request.state.device
        known = await services.returning.known(device, first.asked)
        note_presence(services, device, known.profile)
        if known.profile is not None:
            page = await made(profile_state(known.profile))
        if known.voted or page.asked != first.asked:
            return await _own(request, show)
    return pages.answer(page.body)


async def _own(request: Request, show: Show) -> Response:
    visitor = await visit(request)
    shown = await show(visitor)
    return visitor.pages.page(shown.template, shown.context)
