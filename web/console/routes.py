"""The addresses of the console, and the roles that may open each."""

from starlette.routing import BaseRoute

from storage.values_staff import Role
from web.console import (
    accounts,
    answers,
    campaigns,
    canned,
    deciding,
    doors,
    draft_preview,
    drafts,
    event_photos,
    event_remote,
    event_screens,
    event_steps,
    events,
    hall_picture,
    halls,
    inbox,
    journal,
    letter,
    pages,
    planning,
    profile,
    quarantine,
    questionnaire_preview,
    questionnaires,
    queue,
    reasons,
    switches,
    themes,
    unusual,
    watch,
)
from web.console.desk import console_route, door_route
from web.console.draft_desk import DraftDesk
from web.console.films import film_routes
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
        *_switches(),
        *_quarantines(),
        *_referents(),
        *_correspondence(),
        *_watch_room(),
        *_administrators(),
        *_moderators(),
        *_editors(),
        *film_routes(),
        *_events(),
        *_letter(),
    ]


def _switches() -> list[BaseRoute]:
    hands = (Role.MODERATOR, Role.ADMINISTRATOR)
    return [
        console_route("/console/commandes", switches.switches_page, *hands),
        console_route("/console/commandes", switches.switch, *hands, methods=POST),
        console_route("/console/commandes/{id:int}/arreter", switches.switch_off_page, *hands),
        console_route("/console/commandes/{id:int}/arreter", switches.switch_off, *hands, methods=POST),
    ]


def _quarantines() -> list[BaseRoute]:
    hands, one = (Role.MODERATOR, Role.ADMINISTRATOR), "/console/mises-de-cote/sujets/{id:int}"
    again = "/console/mises-de-cote/{id:int}/remettre"
    return [
        console_route("/console/mises-de-cote", quarantine.quarantines_page, *hands),
        console_route(one, quarantine.quarantine_page, *hands),
        console_route(one, quarantine.quarantine, *hands, methods=POST),
        console_route(again, quarantine.back_page, *hands),
        console_route(again, quarantine.back, *hands, methods=POST),
    ]


def _referents() -> list[BaseRoute]:
    referent = Role.REFERENT
    return [
        console_route("/console/reponses", answers.ideas_page, referent, polled=True),
        console_route("/console/reponses/{id:int}", answers.idea_page, referent, polled=True),
        console_route("/console/reponses/{id:int}/confier", answers.assign, referent, methods=POST),
        console_route("/console/reponses/{id:int}/reponse", answers.answer, referent, methods=POST),
    ]


def _correspondence() -> list[BaseRoute]:
    clerks = (Role.MODERATOR, Role.REFERENT)
    return [
        console_route("/console/courrier", inbox.inbox_page, *clerks, polled=True),
        console_route("/console/courrier/modeles", canned.canned_page, *clerks),
        console_route("/console/courrier/modeles", canned.save, *clerks, methods=POST),
        console_route("/console/courrier/{id:int}", inbox.thread_page, *clerks, polled=True),
        console_route("/console/courrier/{id:int}/classer", inbox.file, *clerks, methods=POST),
        console_route("/console/courrier/{id:int}/prendre", inbox.take, *clerks, methods=POST, polled=True),
        console_route("/console/courrier/{id:int}/reponse", inbox.answer, *clerks, methods=POST),
        console_route("/console/courrier/{id:int}/etat", inbox.end, *clerks, methods=POST),
        console_route("/console/courrier/{id:int}/note", inbox.note, *clerks, methods=POST),
    ]


def _watch_room() -> list[BaseRoute]:
    roles = (Role.MODERATOR, Role.EDITOR, Role.ADMINISTRATOR)
    return [
        console_route("/console/veille", watch.watch_page, *roles),
        console_route("/console/veille/etat", watch.watch_state, *roles, polled=True),
        console_route("/console/veille/sujets/{id:int}", unusual.course_page, *roles),
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


def _moderators() -> list[BaseRoute]:
    moderator = Role.MODERATOR
    return [
        console_route("/console/file", queue.queue_page, moderator),
        console_route("/console/file/liste", queue.list_part, moderator, polled=True),
        console_route("/console/file/motifs", reasons.reasons_page, moderator),
        console_route("/console/file/motifs", reasons.add_reason, moderator, methods=POST),
        console_route("/console/file/motifs/{id:int}", reasons.change_reason, moderator, methods=POST),
        console_route(
            "/console/file/motifs/{id:int}/retrait", reasons.switch_reason, moderator, methods=POST
        ),
        console_route("/console/file/posts/{id:int}", queue.post_page, moderator),
        console_route("/console/file/posts/{id:int}", deciding.decide_post, moderator, methods=POST),
        console_route("/console/file/posts/{id:int}/fiche", queue.post_part, moderator),
        console_route("/console/file/posts/{id:int}/tenue", queue.hold_post, moderator, polled=True),
        console_route("/console/file/sujets/{id:int}", queue.topic_page, moderator),
        console_route("/console/file/sujets/{id:int}", deciding.decide_topic, moderator, methods=POST),
        console_route("/console/file/sujets/{id:int}/fiche", queue.topic_part, moderator),
        console_route("/console/file/sujets/{id:int}/tenue", queue.hold_topic, moderator, polled=True),
        console_route(
            "/console/file/decisions/{id:int}/defaire", deciding.undo_decision, moderator, methods=POST
        ),
    ]


EDITORS = (Role.EDITOR, Role.ADMINISTRATOR)


def _editors() -> list[BaseRoute]:
    one, several = "/console/redaction/{id:int}", "/console/redaction/questionnaires"
    return [
        console_route("/console/redaction", drafts.drafts_page, *EDITORS),
        console_route("/console/redaction", drafts.begin_draft, *EDITORS, methods=POST),
        console_route("/console/redaction/nouveau", drafts.new_draft_page, *EDITORS),
        console_route("/console/redaction/calendrier", planning.calendar_page, *EDITORS),
        console_route(one, drafts.draft_page, *EDITORS),
        console_route(one, drafts.save_draft, *EDITORS, methods=POST),
        console_route(f"{one}/corriger", drafts.correct, *EDITORS, methods=POST),
        console_route(f"{one}/apercu", draft_preview.preview_page, *EDITORS),
        console_route(f"{one}/apercu/page", draft_preview.previewed_page, *EDITORS),
        *_draft_steps(drafts.TOPICS),
        console_route(several, questionnaires.begin, *EDITORS, methods=POST),
        console_route(f"{several}/nouveau", questionnaires.new_page, *EDITORS),
        console_route(f"{several}/{{id:int}}", questionnaires.draft_page, *EDITORS),
        console_route(f"{several}/{{id:int}}", questionnaires.save, *EDITORS, methods=POST),
        console_route(f"{several}/{{id:int}}/corriger", questionnaires.correct, *EDITORS, methods=POST),
        console_route(f"{several}/{{id:int}}/apercu", questionnaire_preview.preview_page, *EDITORS),
        console_route(f"{several}/{{id:int}}/apercu/page", questionnaire_preview.previewed_page, *EDITORS),
        *_draft_steps(questionnaires.QUESTIONNAIRES),
        *_campaigns(),
        *_themes(),
        *_pages(),
    ]


def _events() -> list[BaseRoute]:
    one = f"{events.PATH}/{{id:int}}"
    step, screens, remote = f"{one}/etapes/{{step:int}}", f"{one}/ecrans", f"{one}/regie"
    return [
        console_route(events.PATH, events.events_page, *EDITORS),
        console_route(events.PATH, events.begin, *EDITORS, methods=POST),
        console_route(f"{events.PATH}/nouveau", events.new_event_page, *EDITORS),
        console_route(halls.PATH, halls.halls_page, *EDITORS),
        console_route(halls.PATH, halls.add, *EDITORS, methods=POST),
        console_route(halls.PATH + "/{hall}/retirer", halls.retire, *EDITORS, methods=POST),
        console_route(halls.PATH + "/{hall}/image", hall_picture.picture_page, *EDITORS, polled=True),
        console_route(halls.PATH + "/{hall}/programme", hall_picture.picture_program, *EDITORS, polled=True),
        console_route(one, events.event_page, *EDITORS),
        console_route(one, events.save, *EDITORS, methods=POST),
        console_route(f"{one}/etapes", event_steps.add, *EDITORS, methods=POST),
        console_route(f"{one}/etapes/nouvelle", event_steps.new_step_page, *EDITORS),
        console_route(step, event_steps.step_page, *EDITORS),
        console_route(step, event_steps.change, *EDITORS, methods=POST),
        console_route(f"{step}/rang", event_steps.move, *EDITORS, methods=POST),
        console_route(f"{step}/retrait", event_steps.remove, *EDITORS, methods=POST),
        console_route(screens, event_screens.screens_page, *EDITORS),
        console_route(screens, event_screens.pair, *EDITORS, methods=POST),
        console_route(f"{screens}/etat", event_screens.screens_state, *EDITORS, polled=True),
        console_route(f"{screens}/absents", event_screens.send_away_absent, *EDITORS, methods=POST),
        console_route(f"{screens}/{{screen:int}}/retrait", event_screens.unpair, *EDITORS, methods=POST),
        console_route(remote, event_remote.remote_page, *EDITORS),
        console_route(remote, event_remote.press, *EDITORS, methods=POST),
        console_route(f"{remote}/etat", event_remote.remote_state, *EDITORS, polled=True),
        console_route(f"{one}/photos", event_photos.photos_page, *EDITORS),
        console_route(f"{one}/photos", event_photos.hang, *EDITORS, methods=POST),
        console_route(f"{one}/photos/{{photo:int}}/retirer", event_photos.take_down, *EDITORS, methods=POST),
    ]


def _campaigns() -> list[BaseRoute]:
    several = campaigns.PATH
    one = f"{several}/{{id:int}}"
    return [
        console_route(several, campaigns.begin, *EDITORS, methods=POST),
        console_route(f"{several}/nouveau", campaigns.new_page, *EDITORS),
        console_route(one, campaigns.draft_page, *EDITORS),
        console_route(one, campaigns.save, *EDITORS, methods=POST),
        console_route(f"{one}/corriger", campaigns.change, *EDITORS, methods=POST),
        console_route(f"{one}/apercu", campaigns.preview_page, *EDITORS),
        console_route(f"{one}/apercu/page", campaigns.previewed_page, *EDITORS),
        *_draft_steps(campaigns.CAMPAIGNS),
    ]


def _pages() -> list[BaseRoute]:
    each = f"{pages.PATH}/{{id:int}}"
    return [
        console_route(pages.PATH, pages.pages_page, *EDITORS),
        console_route(pages.PATH, pages.begin, *EDITORS, methods=POST),
        console_route(f"{pages.PATH}/nouveau", pages.new_page, *EDITORS),
        console_route(each, pages.page_page, *EDITORS),
        console_route(each, pages.save, *EDITORS, methods=POST),
        console_route(f"{each}/version", pages.restore, *EDITORS, methods=POST),
        console_route(f"{each}/publier", pages.publish, *EDITORS, methods=POST),
        console_route(f"{each}/retirer", pages.withdraw, *EDITORS, methods=POST),
        console_route(f"{each}/comparer", pages.compare_page, *EDITORS),
        console_route(f"{each}/apercu", pages.preview_page, *EDITORS),
        console_route(f"{each}/apercu/page", pages.previewed_page, *EDITORS),
    ]


def _themes() -> list[BaseRoute]:
    each, offices, admin = f"{themes.PATH}/{{id:int}}", themes.DIRECTIONS, Role.ADMINISTRATOR
    return [
        console_route(themes.PATH, themes.themes_page, *EDITORS),
        console_route(themes.PATH, themes.add_theme, *EDITORS, methods=POST),
        console_route(each, themes.theme_page, *EDITORS),
        console_route(each, themes.change_theme, *EDITORS, methods=POST),
        console_route(f"{each}/retrait", themes.retire_theme, *EDITORS, methods=POST),
        console_route(f"{each}/rang", themes.move_theme, *EDITORS, methods=POST),
        console_route(f"{each}/referents", themes.give_theme, admin, methods=POST),
        console_route(offices, themes.directions_page, *EDITORS),
        console_route(offices, themes.add_direction, *EDITORS, methods=POST),
        console_route(f"{offices}/{{id:int}}", themes.change_direction, *EDITORS, methods=POST),
        console_route(f"{offices}/{{id:int}}/retrait", themes.retire_direction, *EDITORS, methods=POST),
    ]


def _draft_steps(desk: DraftDesk) -> list[BaseRoute]:
    """What leads a draft of any sort to publication, and from there to its end."""
    one = f"{desk.path}/{{id:int}}"
    return [
        console_route(f"{one}/version", desk.restore, *EDITORS, methods=POST),
        console_route(f"{one}/programmer", desk.schedule, *EDITORS, methods=POST),
        console_route(f"{one}/reprendre", desk.unschedule, *EDITORS, methods=POST),
        console_route(f"{one}/publier", desk.publish, *EDITORS, methods=POST),
        console_route(f"{one}/abandonner", desk.discard, *EDITORS, methods=POST),
        console_route(f"{one}/arreter", desk.end, *EDITORS, methods=POST),
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
        console_route(f"{one}/chiffres", letter.numbers, editor, polled=True),
    ]
