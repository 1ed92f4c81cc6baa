"""The home page: above the horizon the Région's subjects, below it the citizens'."""

from starlette.requests import Request
from starlette.responses import Response

from storage.listing import region_topics
from storage.topics import list_themes
from web.citizen.card_texts import Seats
from web.citizen.cards import IDEAS_A_PAGE, REGION_AT_MOST, Halves
from web.citizen.for_all import Shown, page_for_all
from web.citizen.news import invitations
from web.citizen.pages import HOW_IT_WORKS, also_to_read, introduction
from web.citizen.visit import Visit, visit
from web.forms import read_page


async def home(request: Request) -> Response:
    number = read_page(request.query_params)

    async def show(visitor: Visit) -> Shown:
        database = visitor.services.database
        async with database.one_look():
            region = await region_topics(database, visitor.now, REGION_AT_MOST)
            ideas = await visitor.services.ideas.page(visitor.now, number, IDEAS_A_PAGE)
            facts = await visitor.facts([*region, *ideas.topics])
            invited = await invitations(visitor)
            themes = await list_themes(database)
        cards = [visitor.card(each, {}) for each in facts]
        seats = Seats(visitor.services.cards, visitor.pages, ideas.page, {one.topic.id: one for one in facts})
        halves = Halves(cards[: len(region)], cards[len(region) :], ideas.page, ideas.pages)
        context = visitor.context(seats=seats, halves=halves, invitations=invited, themes=themes)
        asked = frozenset().union(*(card.topic.ballots for card in cards))
        return Shown("home.html", context, asked, seats)

    return await page_for_all(request, show, number)


async def how_it_works(request: Request) -> Response:
    visitor = await visit(request)
    context = visitor.context(
        introduction=await introduction(visitor, HOW_IT_WORKS),
        listed=await also_to_read(visitor),
    )
    return visitor.pages.page("how_it_works.html", context)
