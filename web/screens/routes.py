"""The addresses of the big screens."""

from starlette.routing import BaseRoute, Route

from web.installable import screen_worker
from web.screens.door import halls_page, screen_page, screen_said, screen_state
from web.screens.program import program


def screen_routes() -> list[BaseRoute]:
    return [
        Route("/ecran", halls_page),
        Route("/ecran/sw.js", screen_worker),
        Route("/ecran/{hall}", screen_page),
        Route("/ecran/{hall}/etat", screen_state),
        Route("/ecran/{hall}/etat", screen_said, methods=["POST"]),
        Route("/ecran/{hall}/programme", program),
    ]
