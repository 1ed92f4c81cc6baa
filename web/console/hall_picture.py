"""What a hall's big screen shows, as a small picture that the remote frames.

It is laid out by the same templates and moved by the same script as the screen, but it is none: nobody pairs it,
it says nothing of itself, it is not counted, and it loads neither a film nor anything of another site.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.console.desk import StaffVisit
from web.console.halls import PATH
from web.screens.pages import NO_STORE, asked_hall, screen_pages
from web.screens.program import asked_stage, laid_out


def picture_of(hall: str) -> str:
    """The address of a hall's picture."""
    return f"{PATH}/{hall}/image"


async def picture_page(request: Request, visitor: StaffVisit) -> Response:
    hall = await asked_hall(request)
    context = {"hall": hall, "program": f"{PATH}/{hall.hall}/programme"}
    return screen_pages(request).page("screens/picture.html", context, headers=NO_STORE)


async def picture_program(request: Request, visitor: StaffVisit) -> Response:
    """The steps of the event ``evenement``, as this hall's screens have them, without what is heavy."""
    hall = await asked_hall(request)
    stage = await asked_stage(request, hall)
    told = await laid_out(visitor.services, screen_pages(request), stage, hall, is_small=True)
    return JSONResponse(told, headers=NO_STORE)
