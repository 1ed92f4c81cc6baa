"""The addresses of the console, and the roles that may open each."""

from starlette.routing import BaseRoute

from storage.values_staff import Role
from web.console import accounts, doors, draft_preview, drafts, journal, planning, profile
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
        *_editors(),
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


def _editors() -> list[BaseRoute]:
    editor, one = Role.EDITOR, "/console/redaction/{id:int}"
    return [
        console_route("/console/redaction", drafts.drafts_page, editor),
        console_route("/console/redaction", drafts.begin_draft, editor, methods=POST),
        console_route("/console/redaction/nouveau", drafts.new_draft_page, editor),
        console_route("/console/redaction/calendrier", planning.calendar_page, editor),
        console_route(one, drafts.draft_page, editor),
        console_route(one, drafts.save_draft, editor, methods=POST),
        console_route(f"{one}/version", drafts.restore, editor, methods=POST),
        console_route(f"{one}/programmer", drafts.schedule, editor, methods=POST),
        console_route(f"{one}/reprendre", drafts.unschedule, editor, methods=POST),
        console_route(f"{one}/publier", drafts.publish, editor, methods=POST),
        console_route(f"{one}/abandonner", drafts.discard, editor, methods=POST),
        console_route(f"{one}/corriger", drafts.correct, editor, methods=POST),
        console_route(f"{one}/arreter", drafts.end, editor, methods=POST),
        console_route(f"{one}/apercu", draft_preview.preview_page, editor),
        console_route(f"{one}/apercu/page", draft_preview.previewed_page, editor),
    ]
