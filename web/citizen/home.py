"""The home page: above the horizon the Région's subjects, below it the citizens'."""

from starlette.requests import Request
from starlette.responses import Response

from storage.topics import list_topics
from web.citizen.cards import halves
from web.citizen.news import invitations
from web.citizen.visit import visit
from web.forms import read_page


async def home(request: Request) -> Response:
    visitor = await visit(request)
    invited = await invitations(visitor)
    topics = [t for t in await list_topics(visitor.services.database) if t.id not in invited.asked]
    shown = halves(await visitor.cards(topics), read_page(request.query_params))
    return visitor.pages.page("home.html", visitor.context(halves=shown, invitations=invited))


async def how_it_works(request: Request) -> Response:
    visitor = await visit(request)
    return visitor.pages.page("how_it_works.html", visitor.context())
