"""The addresses of the console, and the roles that may open each."""

from starlette.routing import BaseRoute

from web.console import doors
from web.console.desk import console_route, door_route
from web.console.home import home

POST = ("POST",)


def console_routes() -> list[BaseRoute]:
    return [
        door_route("/console/connexion", doors.sign_in_page),
        door_route("/console/connexion", doors.take_password, methods=POST),
        door_route("/console/code", doors.code_page),
        door_route("/console/code", doors.take_code, methods=POST),
        door_route("/console/inscription/{token}", doors.invitation_page),
        door_route("/console/inscription/{token}", doors.accept, methods=POST),
        console_route("/console/deconnexion", doors.sign_out, methods=POST),
        console_route("/console/deconnexion/partout", doors.sign_out_everywhere, methods=POST),
        console_route("/console", home),
    ]
