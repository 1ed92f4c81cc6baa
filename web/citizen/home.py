"""The home page: above the horizon the Région's subjects, below it the citizens'."""

from starlette.requests import Request
from starlette.responses import Response

from storage.listing import region_topics
from storage.topics import list_themes
from web.citizen.cards import IDEAS_A_PAGE, REGION_AT_MOST, Halves
from web.citizen.news import invitations
from web.citizen.pages import HOW_IT_WORKS, also_to_read, introduction
from web.citizen.visit import visit
from web.forms import read_page


async def home(request: Request) -> Response:
    visitor = await visit(request)
    database = visitor.services.database
    region = await region_topics(database, visitor.now, REGION_AT_MOST)
    ideas = await visitor.services.ideas.page(visitor.now, read_page(request.query_params), IDEAS_A_PAGE)
    cards = await visitor.cards([*region, *ideas.topics])
    context = visitor.context(
        halves=Halves(cards[: len(region)], cards[len(region) :], ideas.page, ideas.pages),
        invitations=await invitations(visitor),
        themes=await list_themes(database),
    )
    return visitor.pages.page("home.html", context)


async def how_it_works(request: Request) -> Response:
    visitor = await visit(request)
    context = visitor.context(
        introduction=await introduction(visitor, HOW_IT_WORKS),
        listed=await also_to_read(visitor),
    )
    return visitor.pages.page("how_it_works.html", context)
