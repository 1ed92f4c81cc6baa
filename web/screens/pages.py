"""The pages of the screens: in French whatever the browser prefers, they are read by a whole hall."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request

from storage.halls import get_hall
from storage.values_events import HallPlace
from web.catalogue import Language
from web.frame import frame_of
from web.halls import hall_in
from web.rendering import Pages
from web.services import Services

NO_STORE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}


def screen_pages(request: Request) -> Pages:
    services: Services = request.state.services
    frame = frame_of(request, services.site, services.keys, services.notice())
    return replace(services.pages[Language.FRENCH], frame=frame)


async def asked_hall(request: Request) -> HallPlace:
    """The hall that the address names; HTTPException 404 where there is none."""
    services: Services = request.state.services
    slug = hall_in(request.path_params["hall"])
    hall = None if slug is None else await get_hall(services.database, slug)
    if hall is None:
        raise HTTPException(404)
    return hall
