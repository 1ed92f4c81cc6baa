"""The addresses of the console, and the roles that may open each."""

from starlette.routing import BaseRoute

from storage.values_staff import Role
from web.console import accounts, doors, journal, letter, profile
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
        console_route("/console/profil", profile.profile_page),
        console_route("/console/profil/mot-de-passe", profile.change_password, methods=POST),
        console_route("/console/profil/secours", profile.renew_codes, methods=POST),
        console_route("/console/profil/sessions/{id:int}", profile.end_session, methods=POST),
        *_administrators(),
        *_letter(),
    ]


def _administrators() -> list[BaseRoute]:
    admin = Role.ADMINISTRATOR
    return [
        console_route("/console/comptes", accounts.accounts_page, admin),
        console_route("/console/comptes", accounts.invite, admin, methods=POST),
        console_route("/console/comptes/{id:int}", accounts.account_page, admin),
        console_route("/console/comptes/{id:int}", accounts.change, admin, methods=POST),
        console_route("/console/comptes/{id:int}/invitation", accounts.invite_anew, admin, methods=POST),
        console_route("/console/comptes/{id:int}/sessions", accounts.sign_out, admin, methods=POST),
        console_route("/console/comptes/{id:int}/fermer", accounts.close, admin, methods=POST),
        console_route("/console/journal", journal.journal_page, admin),
        console_route("/console/journal.csv", journal.journal_csv, admin),
    ]


def _letter() -> list[BaseRoute]:
    editor, one = Role.EDITOR, "/console/lettre/{id:int}"
    return [
        console_route("/console/lettre", letter.letters_page, editor),
        console_route("/console/lettre", letter.begin, editor, methods=POST),
        console_route(one, letter.letter_page, editor),
        console_route(one, letter.save, editor, methods=POST),
        console_route(f"{one}/refaire", letter.renew, editor, methods=POST),
        console_route(f"{one}/version", letter.restore, editor, methods=POST),
        console_route(f"{one}/essai", letter.try_out, editor, methods=POST),
        console_route(f"{one}/envoi", letter.plan, editor, methods=POST),
        console_route(f"{one}/etat", letter.turn, editor, methods=POST),
        console_route(f"{one}/apercu", letter.preview, editor),
        console_route(f"{one}/texte", letter.plain, editor),
        console_route(f"{one}/chiffres", letter.numbers, editor),
    ]
