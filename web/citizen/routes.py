"""The addresses of the citizens' pages."""

from starlette.routing import BaseRoute, Route

from web.citizen import letter
from web.citizen.arguments import arguments_page, arguments_state, new_arguments, take_argument
from web.citizen.contact import begin_thread, contact_page, thread_page, thread_state, write_in_thread
from web.citizen.embedding import embed_script, embedded_topic
from web.citizen.erase import erase, erase_page, erased_page
from web.citizen.errors import exception_handlers
from web.citizen.event import (
    enter_hall,
    event_chart,
    event_course,
    event_figures,
    event_page,
    event_press,
    event_scene,
)
from web.citizen.follow_up import answers_page, steps_part
from web.citizen.home import home, how_it_works
from web.citizen.kiosk import begin_visit, end_visit, kiosk
from web.citizen.language import choose_language
from web.citizen.legal import accessibility, credits_page, legal_notice, personal_data
from web.citizen.mine import my_rows, my_signs, my_votes
from web.citizen.moments import topic_moments
from web.citizen.my_posts import my_post, my_posts, my_states, withdraw_post
from web.citizen.news import campaign_page, image
from web.citizen.offline import offline_page
from web.citizen.pages import free_page
from web.citizen.posting import poster_page, take_post
from web.citizen.profile import keep_profile, profile_page
from web.citizen.questionnaire import answer, participation, questionnaire_page
from web.citizen.reports import report_page, take_report
from web.citizen.representativeness import (
    topic_representativeness,
    topic_representativeness_csv,
    topic_representativeness_json,
)
from web.citizen.search import search_page, similar_topics
from web.citizen.sharing import qr_code, share_page, short_address
from web.citizen.statistics import (
    pooled_representativeness,
    statistics_csv,
    statistics_json,
    statistics_live,
    statistics_page,
)
from web.citizen.topic import topic_page, vote
from web.citizen.type_size import choose_type_size
from web.films import film, film_captions, film_poster
from web.installable import installable_routes
from web.screens.routes import screen_routes
from web.static import static_routes

__all__ = ["exception_handlers", "routes"]


def routes() -> list[BaseRoute]:
    return [
        Route("/", home),
        Route("/sujets/{id:int}", topic_page),
        Route("/sujets/{id:int}/fil", topic_moments),
        Route("/sujets/{id:int}/suivi", steps_part),
        Route("/sujets/{id:int}/vote", vote, methods=["POST"]),
        Route("/sujets/{id:int}/arguments", arguments_page),
        Route("/sujets/{id:int}/arguments", take_argument, methods=["POST"]),
        Route("/sujets/{id:int}/arguments/etat", arguments_state),
        Route("/sujets/{id:int}/arguments/nouveaux", new_arguments),
        Route("/sujets/{id:int}/signaler", report_page),
        Route("/sujets/{id:int}/signaler", take_report, methods=["POST"]),
        Route("/sujets/{id:int}/representativite", topic_representativeness),
        Route("/sujets/{id:int}/representativite.csv", topic_representativeness_csv),
        Route("/sujets/{id:int}/representativite.json", topic_representativeness_json),
        Route("/statistiques", statistics_page),
        Route("/statistiques/direct", statistics_live),
        Route("/statistiques/representativite", pooled_representativeness),
        Route("/statistiques/{name}.csv", statistics_csv),
        Route("/statistiques/{name}.json", statistics_json),
        Route("/sujets/{id:int}/partager", share_page),
        Route("/sujets/{id:int}/qr.svg", qr_code),
        Route("/s/{id:int}", short_address),
        Route("/integrer/{id:int}", embedded_topic),
        Route("/integrer.js", embed_script),
        Route("/profil", profile_page),
        Route("/profil", keep_profile, methods=["POST"]),
        Route("/proposer", poster_page),
        Route("/proposer", take_post, methods=["POST"]),
        Route("/mes-idees", my_posts),
        Route("/mes-idees/etat", my_states),
        Route("/mes-idees/{id:int}", my_post),
        Route("/mes-idees/{id:int}/retirer", withdraw_post, methods=["POST"]),
        Route("/recherche", search_page),
        Route("/similaires", similar_topics),
        Route("/comment-ca-marche", how_it_works),
        Route("/pages/{slug}", free_page),
        Route("/borne", kiosk),
        Route("/borne/commencer", begin_visit, methods=["POST"]),
        Route("/borne/terminer", end_visit, methods=["POST"]),
        Route("/mentions-legales", legal_notice),
        Route("/donnees-personnelles", personal_data),
        Route("/accessibilite", accessibility),
        Route("/credits", credits_page),
        Route("/langue/{language}", choose_language),
        Route("/contact", contact_page),
        Route("/contact", begin_thread, methods=["POST"]),
        Route("/contact/{id:int}", thread_page),
        Route("/contact/{id:int}", write_in_thread, methods=["POST"]),
        Route("/contact/{id:int}/etat", thread_state),
        Route("/lettre", letter.letter_page),
        Route("/lettre", letter.ask, methods=["POST"]),
        Route("/lettre/presque", letter.almost),
        Route("/lettre/confirmation/{token}", letter.confirm_page),
        Route("/lettre/confirmation/{token}", letter.confirm, methods=["POST"]),
        Route("/lettre/inscrit", letter.confirmed),
        Route("/lettre/desabonnement/{token}", letter.unsubscribe_page),
        Route("/lettre/desabonnement/{token}", letter.unsubscribe, methods=["POST"]),
        Route("/lettre/archives", letter.archive_page),
        Route("/lettre/{number:int}", letter.issue_page),
        Route("/mes-votes", my_votes),
        Route("/mes-votes/lignes", my_rows, methods=["POST"]),
        Route("/mes-votes/signes", my_signs, methods=["POST"]),
        Route("/effacer", erase_page),
        Route("/effacer", erase, methods=["POST"]),
        Route("/efface", erased_page),
        Route("/hors-connexion", offline_page),
        *installable_routes(),
        Route("/questionnaires/{id:int}", questionnaire_page),
        Route("/questionnaires/{id:int}", answer, methods=["POST"]),
        Route("/questionnaires/{id:int}/participation", participation),
        Route("/campagnes/{id:int}", campaign_page),
        Route("/salle/{hall}", enter_hall),
        Route("/evenements/{id:int}", event_page),
        Route("/films/{id:int}", film),
        Route("/films/{id:int}/sous-titres", film_captions),
        Route("/films/{id:int}/affiche", film_poster),
        Route("/evenements/{id:int}/scene", event_scene),
        Route("/evenements/{id:int}/deroule.json", event_course),
        Route("/evenements/{id:int}/presse", event_press),
        Route("/evenements/{id:int}/presse/resultats.csv", event_figures),
        Route("/evenements/{id:int}/presse/{topic:int}.svg", event_chart),
        Route("/images/{hash}", image),
        Route("/reponses", answers_page),
        Route("/caracteres/{size}", choose_type_size),
        *screen_routes(),
        *static_routes(),
    ]
