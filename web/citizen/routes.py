"""The addresses of the citizens' pages."""

from starlette.routing import BaseRoute, Route

from web.citizen.embedding import embed_script, embedded_topic
from web.citizen.errors import exception_handlers
from web.citizen.home import home, how_it_works
from web.citizen.kiosk import begin_visit, end_visit, kiosk
from web.citizen.language import choose_language
from web.citizen.legal import accessibility, credits_page, legal_notice, personal_data
from web.citizen.moments import topic_moments
from web.citizen.profile import keep_profile, profile_page
from web.citizen.sharing import qr_code, share_page, short_address
from web.citizen.topic import topic_page, vote
from web.citizen.type_size import choose_type_size
from web.static import static_routes

__all__ = ["exception_handlers", "routes"]


def routes() -> list[BaseRoute]:
    return [
        Route("/", home),
        Route("/sujets/{id:int}", topic_page),
        Route("/sujets/{id:int}/fil", topic_moments),
        Route("/sujets/{id:int}/vote", vote, methods=["POST"]),
        Route("/sujets/{id:int}/partager", share_page),
        Route("/sujets/{id:int}/qr.svg", qr_code),
        Route("/s/{id:int}", short_address),
        Route("/integrer/{id:int}", embedded_topic),
        Route("/integrer.js", embed_script),
        Route("/profil", profile_page),
        Route("/profil", keep_profile, methods=["POST"]),
        Route("/comment-ca-marche", how_it_works),
        Route("/borne", kiosk),
        Route("/borne/commencer", begin_visit, methods=["POST"]),
        Route("/borne/terminer", end_visit, methods=["POST"]),
        Route("/mentions-legales", legal_notice),
        Route("/donnees-personnelles", personal_data),
        Route("/accessibilite", accessibility),
        Route("/credits", credits_page),
        Route("/langue/{language}", choose_language),
        Route("/caracteres/{size}", choose_type_size),
        *static_routes(),
    ]
