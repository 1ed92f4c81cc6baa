"""The addresses of the citizens' pages."""

from starlette.routing import BaseRoute, Route

from web.citizen.errors import exception_handlers
from web.citizen.home import home, how_it_works
from web.citizen.language import choose_language
from web.citizen.moments import topic_moments
from web.citizen.profile import keep_profile, profile_page
from web.citizen.search import search_page, similar_topics
from web.citizen.topic import topic_page, vote
from web.static import static_routes

__all__ = ["exception_handlers", "routes"]


def routes() -> list[BaseRoute]:
    return [
        Route("/", home),
        Route("/sujets/{id:int}", topic_page),
        Route("/sujets/{id:int}/fil", topic_moments),
        Route("/sujets/{id:int}/vote", vote, methods=["POST"]),
        Route("/profil", profile_page),
        Route("/profil", keep_profile, methods=["POST"]),
        Route("/recherche", search_page),
        Route("/similaires", similar_topics),
        Route("/comment-ca-marche", how_it_works),
        Route("/langue/{language}", choose_language),
        *static_routes(),
    ]
