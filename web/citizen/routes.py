"""The addresses of the citizens' pages."""

from starlette.routing import BaseRoute, Route

from web.citizen.arguments import arguments_page, take_argument
from web.citizen.errors import exception_handlers
from web.citizen.home import home, how_it_works
from web.citizen.language import choose_language
from web.citizen.moments import topic_moments
from web.citizen.my_posts import my_post, my_posts, withdraw_post
from web.citizen.posting import poster_page, take_post
from web.citizen.profile import keep_profile, profile_page
from web.citizen.reports import report_page, take_report
from web.citizen.similar import similar_ideas
from web.citizen.topic import topic_page, vote
from web.static import static_routes

__all__ = ["exception_handlers", "routes"]


def routes() -> list[BaseRoute]:
    return [
        Route("/", home),
        Route("/sujets/{id:int}", topic_page),
        Route("/sujets/{id:int}/fil", topic_moments),
        Route("/sujets/{id:int}/vote", vote, methods=["POST"]),
        Route("/sujets/{id:int}/arguments", arguments_page),
        Route("/sujets/{id:int}/arguments", take_argument, methods=["POST"]),
        Route("/sujets/{id:int}/signaler", report_page),
        Route("/sujets/{id:int}/signaler", take_report, methods=["POST"]),
        Route("/profil", profile_page),
        Route("/profil", keep_profile, methods=["POST"]),
        Route("/proposer", poster_page),
        Route("/proposer", take_post, methods=["POST"]),
        Route("/similaires", similar_ideas),
        Route("/mes-idees", my_posts),
        Route("/mes-idees/{id:int}", my_post),
        Route("/mes-idees/{id:int}/retirer", withdraw_post, methods=["POST"]),
        Route("/comment-ca-marche", how_it_works),
        Route("/langue/{language}", choose_language),
        *static_routes(),
    ]
