"""Coming in to the console, and what keeps everybody else out."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from starlette.routing import Route

from storage import audit, staff
from storage.moderation import decide
from storage.photos import keep_photo, photos_of
from storage.queue import get_post
from storage.screens import begin_screen, pair
from storage.sign_in import MOST_WRONG_CODES
from storage.switches import turn_on
from storage.themes import save_direction
from storage.values_audit import Action, AuditSearch
from storage.values_drafts import DraftState
from storage.values_moderation import Choice, Decision, NewDecision, Sort, Subject
from storage.values_news import Picture
from storage.values_posts import PostingRules
from storage.values_screens import ABSENT_MS
from storage.values_staff import Role
from storage.values_switches import NewSwitch, SwitchKind
from tests.shows import METZ, launch
from tests.storage.test_quarantine import attacked, made, one
from tests.storage.test_referents import idea_of
from tests.web.conftest import ORIGIN, Site
from tests.web.drafted import drafted, drafted_campaign, drafted_questionnaire, written_page
from tests.web.moderated import waiting_post
from tests.web.staffed import PASSWORD, Colleague, colleague, invite, secret_shown
from tests.web.test_films import brought, drawn_picture
from web.catalogue import Language
from web.console.areas import AREAS
from web.console.desk import COOKIE, ConsoleRoute
from web.console.routes import console_routes

OP = "aaaaaaaaaaaaaaaa"
NEW = "une autre phrase assez longue"

SHOWN = {"results": "after-vote", "headline": "live"}

PLAN = {
    **{"title": "Vos trajets", "steps": "1", "step-1-title": "En train ?", "step-1-theme": "transports"},
    **{"step-1-plus": "end", "step-1-minus": "end", "step-1-skip": "next", **SHOWN},
}

FORMS: dict[str, dict[str, str]] = {
    "/console/deconnexion": {},
    "/console/deconnexion/partout": {},
    "/console/profil/mot-de-passe": {"current": PASSWORD, "password": NEW, "again": NEW},
    "/console/profil/secours": {"password": PASSWORD},
    "/console/profil/sessions/{id:int}": {},
    "/console/commandes": {
        **{"kind": "banner", "text": "Bonsoir", "severity": "info", "reason": "essai"},
        **{"op": OP, "step": "confirm"},
    },
    "/console/commandes/{id:int}/arreter": {"reason": "essai"},
    "/console/mises-de-cote/sujets/{id:int}": {
        **{"since": "", "until": "", "reason": "Votes automatiques"},
        **{"op": OP, "step": "confirm"},
    },
    "/console/mises-de-cote/{id:int}/remettre": {"reason": "Une classe votait."},
    "/console/comptes": {"email": "n@grandest.fr", "name": "N", "role": "editor", "op": OP},
    "/console/comptes/{id:int}": {"role": "editor"},
    "/console/comptes/{id:int}/invitation": {"op": OP},
    "/console/comptes/{id:int}/sessions": {},
    "/console/comptes/{id:int}/fermer": {},
    "/console/file/motifs": {"label": "Hors Région", "sentence": "Cela relève de l'État.", "op": OP},
    "/console/file/motifs/{id:int}": {"label": "Insulte", "sentence": "Restons polis.", "op": OP},
    "/console/file/motifs/{id:int}/retrait": {},
    "/console/file/posts/{id:int}": {"choice": "approve", "op": OP},
    "/console/file/sujets/{id:int}": {"choice": "hide", "reason": "insult", "op": OP},
    "/console/file/decisions/{id:int}/defaire": {},
    "/console/reponses/{id:int}/confier": {"staff": "0"},
    "/console/reponses/{id:int}/reponse": {
        **{"do": "publish", "step": "answered", "text": "Oui.", "number": "0", "op": OP},
    },
    "/console/courrier/modeles": {"title": "Merci", "text": "Merci.", "op": OP},
    "/console/courrier/{id:int}/classer": {"theme": "sport", "staff": "0"},
    "/console/courrier/{id:int}/prendre": {},
    "/console/courrier/{id:int}/reponse": {"text": "Bonjour.", "last": "1", "op": OP},
    "/console/courrier/{id:int}/etat": {},
    "/console/courrier/{id:int}/note": {"note": "Rappeler.", "op": OP},
    "/console/redaction": {
        "kind": "news",
        "title": "Une ligne rouvre",
        "theme": "transports",
        "op": OP,
        **SHOWN,
    },
    "/console/redaction/{id:int}": {
        "kind": "news",
        "title": "Autrement",
        "theme": "sport",
        "number": "1",
        **SHOWN,
    },
    "/console/redaction/{id:int}/version": {"version": "1", "number": "1"},
    "/console/redaction/{id:int}/programmer": {"number": "1"},
    "/console/redaction/{id:int}/reprendre": {},
    "/console/redaction/{id:int}/publier": {"number": "1"},
    "/console/redaction/{id:int}/abandonner": {},
    "/console/redaction/{id:int}/corriger": {"title": "Corrigé", "body": "", "number": "1"},
    "/console/redaction/{id:int}/arreter": {"reason": "Déjà décidé."},
    "/console/redaction/questionnaires": {**PLAN, "op": OP},
    "/console/redaction/questionnaires/{id:int}": {**PLAN, "number": "1"},
    "/console/redaction/questionnaires/{id:int}/version": {"version": "1", "number": "1"},
    "/console/redaction/questionnaires/{id:int}/programmer": {"number": "1"},
    "/console/redaction/questionnaires/{id:int}/reprendre": {},
    "/console/redaction/questionnaires/{id:int}/publier": {"number": "1"},
    "/console/redaction/questionnaires/{id:int}/abandonner": {},
    "/console/redaction/questionnaires/{id:int}/corriger": {
        **{"title": "Corrigé", "steps": "2", "step-1-title": "Un ?", "step-2-title": "Deux ?", "number": "1"},
    },
    "/console/redaction/questionnaires/{id:int}/arreter": {"reason": "Déjà décidé."},
    "/console/redaction/campagnes": {"title": "Le mois du train", "op": OP},
    "/console/redaction/campagnes/{id:int}": {"title": "Autrement", "number": "1"},
    "/console/redaction/campagnes/{id:int}/version": {"version": "1", "number": "1"},
    "/console/redaction/campagnes/{id:int}/programmer": {"number": "1"},
    "/console/redaction/campagnes/{id:int}/reprendre": {},
    "/console/redaction/campagnes/{id:int}/publier": {"number": "1"},
    "/console/redaction/campagnes/{id:int}/abandonner": {},
    "/console/redaction/campagnes/{id:int}/corriger": {"title": "Corrigé", "number": "1"},
    "/console/redaction/campagnes/{id:int}/arreter": {"reason": "Fini plus tôt."},
    "/console/redaction/pages": {"title": "Nos engagements", "text": "Un texte.", "op": OP},
    "/console/redaction/pages/{id:int}": {"title": "Autrement", "text": "Un texte.", "number": "2"},
    "/console/redaction/pages/{id:int}/version": {"version": "1", "number": "2"},
    "/console/redaction/pages/{id:int}/publier": {"number": "2"},
    "/console/redaction/pages/{id:int}/retirer": {},
    "/console/redaction/thematiques": {"name": "Énergie", "op": OP},
    "/console/redaction/thematiques/{id:int}": {"name": "Autrement", "number": "0"},
    "/console/redaction/thematiques/{id:int}/retrait": {"into": "retired"},
    "/console/redaction/thematiques/{id:int}/rang": {"into": "down"},
    "/console/redaction/thematiques/{id:int}/referents": {"staff": "4", "into": "in"},
    "/console/redaction/directions": {"name": "Climat", "op": OP},
    "/console/redaction/directions/{id:int}": {"name": "Climat et eau", "op": OP},
    "/console/redaction/directions/{id:int}/retrait": {"into": "retired"},
    "/console/evenements": {"name": "Le lancement", "starts": "2099-03-31T18:00", "hall": "metz", "op": OP},
    "/console/evenements/{id:int}": {"name": "La fête", "starts": "2099-03-31T18:00", "hall": "metz"},
    "/console/evenements/{id:int}/etapes": {"kind": "black", "op": OP},
    "/console/evenements/{id:int}/etapes/{step:int}": {"title": "Bonsoir", "palette": "sun"},
    "/console/evenements/{id:int}/etapes/{step:int}/rang": {"into": "down"},
    "/console/evenements/{id:int}/etapes/{step:int}/retrait": {},
    "/console/evenements/{id:int}/ecrans": {"hall": "metz"},
    "/console/evenements/{id:int}/ecrans/{screen:int}/retrait": {},
    "/console/evenements/{id:int}/ecrans/absents": {"hall": "metz"},
    "/console/evenements/{id:int}/regie": {"gesture": "rehearse", "upon": "0", "op": OP},
    "/console/evenements/{id:int}/photos": {"alt": "La salle, debout", "op": OP},
    "/console/evenements/{id:int}/photos/{photo:int}/retirer": {},
    "/console/evenements/salles": {"name": "Nancy"},
    "/console/evenements/salles/{hall}/retirer": {},
    "/console/films": {"op": OP, "name": "Le film", "size": "1000"},
    "/console/films/{id:int}/fin": {},
    "/console/films/{id:int}/habits": {},
    "/console/films/{id:int}/supprimer": {},
    "/console/lettre": {"mois": "2027-01"},
    "/console/lettre/{id:int}": {"title": "Une lettre", "version": "1"},
    "/console/lettre/{id:int}/refaire": {"version": "1"},
    "/console/lettre/{id:int}/version": {"version": "1", "wanted": "1"},
    "/console/lettre/{id:int}/essai": {"op": OP},
    "/console/lettre/{id:int}/envoi": {"now": "1"},
    "/console/lettre/{id:int}/etat": {"into": "cancelled"},
}
"""What makes each form of the console do what it does; ``id`` is that of a colleague, or one's other session."""

FILES = {
    "/console/evenements/{id:int}/photos": {"picture": ("salle.png", drawn_picture())},
    "/console/films/{id:int}/habits": {
        "captions": ("film.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nBonjour\n")
    },
}
"""What some of them bring along."""

_DRAFT_STATES = {
    "reprendre": DraftState.SCHEDULED,
    "corriger": DraftState.PUBLISHED,
    "arreter": DraftState.PUBLISHED,
}
"""By the last word of the address."""

POSTS = [
    route
    for route in console_routes()
    if isinstance(route, ConsoleRoute) and "POST" in (route.methods or ()) and not route.is_door
]


def posts(route: Route) -> str:
    return route.path


async def actions(site: Site, staff_id: int | None = None) -> list[str]:
    return [line.action for line in await audit.search(site.house.database, AuditSearch(staff=staff_id))]


def test_every_page_of_the_console_is_admitted_by_its_route() -> None:
    assert all(isinstance(route, ConsoleRoute) for route in console_routes())
    assert {posts(route) for route in POSTS} == set(FORMS)


@pytest.mark.parametrize("route", POSTS, ids=posts)
async def test_a_form_is_for_who_may_and_leaves_a_line(site: Site, route: ConsoleRoute) -> None:
    """No other site's page, nobody without a session, nobody of another role; and then it is in the journal."""
    roles = route.roles or {Role.MODERATOR}
    someone = await colleague(
        site, *roles, email="one@grandest.fr", themes="sport" if Role.REFERENT in roles else ""
    )
    wrong = await colleague(site, *(set(Role) - route.roles - {Role.REFERENT}), email="wrong@grandest.fr")
    subject = (await invite(site, Role.MODERATOR, email="subject@grandest.fr"))[0]
    if "sessions/{id" in route.path:
        subject = await other_session(someone)
    if "/file/" in route.path:
        subject = await queue_subject(site, route.path, someone)
    if "commandes/{id" in route.path:
        subject = await something_on(site, someone.id)
    minute = 0
    if "mises-de-cote" in route.path:
        topic, minute = await attacked(site.house)
        subject = topic
        if "remettre" in route.path:
            subject = (await made(site.house, one(topic, minute), staff=someone.id)).id
    if "reponses/{id" in route.path:
        subject = await idea_of(site.house, "sport")
    if "courrier/{id" in route.path:
        subject = await letter(site)
    state = _DRAFT_STATES.get(route.path.rpartition("/")[2], DraftState.WRITING)
    if route.path.startswith("/console/redaction/{id"):
        subject = await drafted(site, someone.id, state)
    if "questionnaires/{id" in route.path:
        subject = await drafted_questionnaire(site, someone.id, state)
    if "campagnes/{id" in route.path:
        subject = await drafted_campaign(site, someone.id, state)
    if "/pages/{id" in route.path:
        subject = await written_page(site, someone.id)
    if "thematiques/{id" in route.path:
        subject = 1
        await invite(site, Role.REFERENT, email="referent@grandest.fr", themes="sport")
    if "directions/{id" in route.path:
        subject = 1
        house = site.house
        await save_direction(house.database, None, "Mobilités", OP, by=someone.id, now=house.clock[0])
    if "/lettre/{id" in route.path:
        subject = await draft_of_the_letter(site, someone.id)
    path, form = route.path.replace("{id:int}", str(subject)).replace("{hall}", "reims"), FORMS[route.path]
    if "/evenements/{id" in route.path:
        path, form = await at_an_event(site, route.path, form, someone)
    if "/films/{id" in route.path:
        film = await brought(site, someone.id, finished="/fin" not in route.path)
        path = route.path.replace("{id:int}", str(film))
    if "since" in form:
        form = form | {"since": _local(minute), "until": _local(minute + 1)}
    before, own = await actions(site), await actions(site, someone.id)

    foreign = await someone.browser.post(path, data=form, headers={"origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert (await site.browser().post(path, data=form)).status_code == 403
    if route.roles:
        assert (await wrong.browser.post(path, data=form)).status_code == 403
    assert await actions(site) == before

    answer = await someone.browser.post(path, data=form, files=FILES.get(route.path))
    assert answer.status_code in {200, 303}, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert len(await actions(site, someone.id)) == len(own) + 1
    [line] = await audit.search(site.house.database, AuditSearch(staff=someone.id), 1)
    words = site.services[0].pages[Language.FRENCH].catalogue.sections["audit-detail"]
    assert line.detail.keys() <= words.keys(), "each detail has a name on the page"


async def at_an_event(
    site: Site, path: str, form: dict[str, str], someone: Colleague
) -> tuple[str, dict[str, str]]:
    """The address of an event, of its first step, or of a screen, which is paired where the address names one."""
    database, now = site.house.database, site.house.clock[0]
    show = await launch(database, site.house.keys, now)
    opened = now - ABSENT_MS if path.endswith("/absents") else now
    screen = await begin_screen(database, METZ, "t" * 16, opened)
    if "{screen" in path or opened < now:
        await pair(database, METZ, screen.code or "", by=show.by, now=now)
    elif path.endswith("/ecrans"):
        form = form | {"code": screen.code or ""}
    photo = 0
    if "{photo" in path:
        picture = Picture("a" * 64, "La salle", 640, 360)
        await keep_photo(database, show.event, picture, b"RIFF", op=OP, by=show.by, now=now)
        photo = (await photos_of(database, show.event))[0].id
    numbers = {
        "{id:int}": show.event,
        "{step:int}": show.steps[0],
        "{screen:int}": screen.id,
        "{photo:int}": photo,
    }
    for name, number in numbers.items():
        path = path.replace(name, str(number))
    return path, form


def _local(minute: int) -> str:
    """Minutes since 1970 as a field of a form has them, in Paris."""
    return datetime.fromtimestamp(minute * 60, ZoneInfo("Europe/Paris")).strftime("%Y-%m-%dT%H:%M")


async def queue_subject(site: Site, path: str, someone: Colleague) -> int:
    """The number of a reason, of a waiting post, of a topic in view, or of a decision made just now."""
    if "/motifs" in path:
        return 1
    post = await waiting_post(site)
    if "/posts/" in path:
        return post
    house = site.house
    approve = NewDecision(Subject(Sort.POST, post), Choice.APPROVE, someone.id, "b" * 16)
    made = await decide(house.database, house.keys, approve, PostingRules(), house.clock[0])
    assert isinstance(made, Decision)
    found = await get_post(house.database, post)
    assert found is not None and found.topic is not None
    return made.id if "/decisions/" in path else found.topic


async def something_on(site: Site, staff_id: int) -> int:
    """A switch that is on."""
    new = NewSwitch(SwitchKind.POSTING, "Un moment.", "essai", OP)
    made = await turn_on(site.house.database, new, staff_id, site.house.clock[0])
    assert isinstance(made, int)
    return made


async def letter(site: Site) -> int:
    """A conversation that a citizen has begun."""
    form = {"subject": "scheme", "text": "Bonjour", "email": "", "op": OP}
    answer = await site.browser(1).post("/contact", data=form)
    return int(answer.headers["location"].rpartition("/")[2])


async def draft_of_the_letter(site: Site, staff_id: int) -> int:
    """A draft of the letter."""
    from storage.letter_editions import create
    from storage.values_letter import Section

    made = [Section("intro", "Ce mois-ci", "Bonjour.")]
    house = site.house
    return await create(house.database, "2026-12", "Une lettre", made, staff_id, house.clock[0])


async def other_session(someone: Colleague) -> int:
    """One's own session in another browser."""
    from storage.sessions import own_sessions

    again = Colleague(someone.site, someone.id, someone.email, someone.site.browser(), someone.secret)
    await again.sign_in()
    house = someone.site.house
    return (await own_sessions(house.database, house.keys, someone.id, house.clock[0]))[0].id


async def test_somebody_who_was_invited_comes_in(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    home = await someone.browser.get("/console")
    assert home.status_code == 200 and "modération" in home.text and "Comptes" not in home.text
    assert home.headers["cache-control"] == "no-store" and "noindex" in home.headers["x-robots-tag"]
    await someone.browser.post("/console/deconnexion")
    assert (await someone.browser.get("/console")).headers["location"] == "/console/connexion"
    await someone.sign_in()
    assert (await someone.browser.get("/console")).status_code == 200


async def test_a_code_counts_once_and_a_clock_may_be_half_a_minute_off(site: Site) -> None:
    someone = await colleague(site, Role.EDITOR)
    code = someone.code()
    await someone.browser.post("/console/deconnexion")
    await someone.password()
    assert (await someone.browser.post("/console/code", data={"code": code})).status_code == 403
    site.house.clock[0] += 60_000
    for drift, comes_in in ((-2, False), (2, False), (-1, True)):
        site.house.clock[0] += 30_000
        answer = await someone.browser.post("/console/code", data={"code": someone.code(drift)})
        assert (answer.status_code == 303) is comes_in, drift
    await someone.browser.post("/console/deconnexion")
    await someone.password()
    late = someone.code(1)
    assert (await someone.browser.post("/console/code", data={"code": late})).status_code == 303
    site.house.clock[0] += 30_000
    await someone.browser.post("/console/deconnexion")
    await someone.password()
    again = await someone.browser.post("/console/code", data={"code": late})
    assert again.status_code == 403, (
        "the step after, of which it is the code at the right time, has been used"
    )


async def test_a_recovery_code_counts_once(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    page = await someone.browser.post("/console/profil/secours", data={"password": PASSWORD})
    codes = [part.split("<")[0] for part in page.text.split("<li><code>")[1:]]
    first, *others = codes
    assert len(set(codes)) == len(codes) >= 8
    for code, status in ((first, 303), (first, 403), *((other, 303) for other in others), (others[-1], 403)):
        await someone.browser.post("/console/deconnexion")
        await someone.password()
        answer = await someone.browser.post("/console/code", data={"code": code.upper()})
        assert answer.status_code == status
    assert "recovery-used" in await actions(site, someone.id)


async def test_each_step_has_a_token_of_its_own(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    tokens = [someone.browser.cookies[COOKIE]]
    await someone.browser.post("/console/deconnexion")
    someone.browser.cookies.set(COOKIE, "put-there-by-somebody-else")
    answer = await someone.password()
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=strict" in answer.headers["set-cookie"]
    half = answer.cookies[COOKIE]
    thief = site.browser()
    thief.cookies.set(COOKIE, half)
    assert (await thief.get("/console")).status_code == 303, "a password alone shows nothing"
    site.house.clock[0] += 30_000
    answer = await someone.browser.post("/console/code", data={"code": someone.code()})
    tokens += [half, answer.cookies[COOKIE]]
    assert len(set(tokens)) == 3
    assert (await thief.get("/console")).status_code == 303


async def test_no_word_tells_whether_there_is_an_account(site: Site) -> None:
    known = await colleague(site, Role.MODERATOR)
    closed = await colleague(site, Role.MODERATOR, email="closed@grandest.fr")
    await staff.close(site.house.database, closed.id, by=None, now=site.house.clock[0])
    invited = (await invite(site, Role.MODERATOR, email="invited@grandest.fr"))[0]
    assert invited
    told = set()
    for email in (known.email, closed.email, "invited@grandest.fr", "nobody@grandest.fr", "x"):
        answers = []
        for _ in range(5):  # also how it is slowed down
            answer = await site.browser().post("/console/connexion", data={"email": email, "password": "no"})
            answers.append((answer.status_code, answer.text.replace(f'value="{email}"', "")))
        told.add(tuple(answers))
        site.house.clock[0] += 7_200_000  # an address is slowed down as well
    assert len(told) == 1


async def test_who_fails_waits_longer_each_time_and_is_never_locked_out(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    await someone.browser.post("/console/deconnexion")
    clock, waits = site.house.clock, []
    for _ in range(9):
        answer = await someone.password("wrong")
        while answer.status_code == 429:
            clock[0] += 1000
            answer = await someone.password("wrong")
            waits.append(1)
        waits.append(0)
    assert 1 in waits
    assert (await someone.password()).status_code == 429, "the right one waits too"
    clock[0] += 60_000
    assert (await someone.password()).status_code == 303


async def test_five_wrong_codes_lead_back_to_the_password(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    await someone.browser.post("/console/deconnexion")
    await someone.password()
    for n in range(MOST_WRONG_CODES):
        site.house.clock[0] += 60_000
        answer = await someone.browser.post("/console/code", data={"code": "12345"})
        assert ("mot de passe" in answer.text) is (n == MOST_WRONG_CODES - 1)
    assert (await someone.browser.get("/console/code")).headers["location"] == "/console/connexion"


async def test_an_invitation_leads_somewhere_once_and_for_seven_days(site: Site) -> None:
    _, path = await invite(site, Role.EDITOR)
    form = {"password": PASSWORD, "again": PASSWORD}
    first, second = site.browser(), site.browser()
    short = await first.post(path, data={"password": "court", "again": "court"})
    assert short.status_code == 400 and "douze signes" in short.text
    email = await first.post(path, data={"password": "A@grandest.fr", "again": "A@grandest.fr"})
    assert "autre chose que votre adresse" in email.text
    assert (await first.post(path, data=form)).status_code == 303
    assert (await second.post(path, data=form)).status_code == 410
    assert (await second.get(path)).status_code == 410
    _, late = await invite(site, Role.EDITOR, email="late@grandest.fr")
    site.house.clock[0] += 7 * 86_400_000
    assert (await second.post(late, data=form)).status_code == 410


async def test_a_session_ends_by_itself(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    for hours, is_open in ((1.9, True), (1.9, True), (2.1, False)):
        site.house.clock[0] += int(hours * 3_600_000)
        assert ((await someone.browser.get("/console")).status_code == 200) is is_open
    await someone.sign_in()
    for hour in range(13):
        site.house.clock[0] += 3_600_000
        assert ((await someone.browser.get("/console")).status_code == 200) is (hour < 11)


POLLED = (
    ("GET", "/console/file/liste"),
    ("GET", "/console/file/posts/{post}/tenue"),
    ("GET", "/console/veille/etat"),
    ("GET", "/console/lettre/{letter}/chiffres"),
    ("GET", "/console/courrier"),
    ("POST", "/console/courrier/{thread}/prendre"),
    ("GET", "/console/reponses"),
    ("GET", "/console/evenements/{event}/regie/etat"),
    ("GET", "/console/evenements/{event}/ecrans/etat"),
    ("GET", "/console/evenements/salles/metz/image"),
    ("GET", "/console/evenements/salles/metz/programme?evenement={event}"),
)


async def test_what_an_open_page_asks_for_by_itself_keeps_nobody_signed_in(site: Site) -> None:
    everything = (Role.MODERATOR, Role.EDITOR, Role.REFERENT)
    someone = await colleague(site, *everything, themes="sport")
    numbers = {"post": await waiting_post(site), "thread": await letter(site)}
    numbers["letter"] = await draft_of_the_letter(site, someone.id)
    numbers["event"] = (await launch(site.house.database, site.house.keys, site.house.clock[0])).event

    async def two_hours(accept: str) -> list[int]:
        """What is answered, a request every seven minutes."""
        told = []
        for step in range(18):
            site.house.clock[0] += 7 * 60_000
            method, path = POLLED[step % len(POLLED)]
            answer = await someone.browser.request(method, path.format(**numbers), headers={"accept": accept})
            told.append(answer.status_code)
        return told

    statuses = await two_hours("*/*")
    assert {*statuses[:16]} <= {200, 303}
    assert (await someone.browser.get("/console")).headers["location"] == "/console/connexion"
    await someone.sign_in()
    await two_hours("text/html,application/xhtml+xml,*/*;q=0.8")
    assert (await someone.browser.get("/console")).status_code == 200, "somebody opens these pages"


async def test_no_area_stands_twice_in_the_menu(site: Site) -> None:
    someone = await colleague(site, *Role, themes="sport")
    page = (await someone.browser.get("/console/redaction")).text
    menu = page.partition('class="desk-areas"')[2].partition("</nav>")[0]
    assert menu.count('aria-current="page"') == 1
    addresses = [area.path for area in AREAS]
    assert sorted(addresses) == sorted({*addresses})


async def test_a_role_that_is_taken_away_is_gone_from_the_open_page(site: Site) -> None:
    chief = await colleague(site, Role.ADMINISTRATOR, email="chief@grandest.fr")
    other = await colleague(site, Role.ADMINISTRATOR, email="other@grandest.fr")
    await chief.browser.post(f"/console/comptes/{other.id}", data={"role": "editor"})
    form = {"role": "moderator"}
    assert (await other.browser.post(f"/console/comptes/{chief.id}", data=form)).status_code == 403
    await other.sign_in()
    assert (await other.browser.get("/console/comptes")).status_code == 403
    assert (await other.browser.post(f"/console/comptes/{chief.id}", data=form)).status_code == 403


async def test_a_password_that_changes_ends_the_other_sessions(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    elsewhere = Colleague(site, someone.id, someone.email, site.browser(), someone.secret)
    await elsewhere.sign_in()
    answer = await someone.browser.post(
        "/console/profil/mot-de-passe", data={"current": PASSWORD, "password": NEW, "again": NEW}
    )
    assert answer.status_code == 303
    assert (await someone.browser.get("/console")).status_code == 200
    assert (await elsewhere.browser.get("/console")).status_code == 303


async def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    await someone.browser.post("/console/deconnexion")
    site.house.clock[0] += 30_000
    led = (await someone.browser.get("/console/profil?x=1")).headers["location"]
    assert led == "/console/connexion?suite=%2Fconsole%2Fprofil%3Fx%3D1"
    for wanted, reached in (
        ("/console/profil?x=1", "/console/profil?x=1"),
        ("https://evil.example/", "/console"),
        ("//evil.example/console", "/console"),
        ("/profil", "/console"),
    ):
        await someone.password()
        form = {"code": someone.code(), "suite": wanted}
        assert (await someone.browser.post("/console/code", data=form)).headers["location"] == reached
        await someone.browser.post("/console/deconnexion")
        site.house.clock[0] += 30_000


async def test_who_enrols_again_has_a_new_secret(site: Site) -> None:
    chief = await colleague(site, Role.ADMINISTRATOR, email="chief@grandest.fr")
    someone = await colleague(site, Role.MODERATOR)
    page = await chief.browser.post(f"/console/comptes/{someone.id}/invitation", data={"op": OP})
    path = page.text.split(f"{ORIGIN}")[1].split("<")[0]
    assert (await someone.browser.get("/console")).status_code == 303
    await someone.browser.post(path, data={"password": PASSWORD, "again": PASSWORD})
    assert await secret_shown(someone.browser) != someone.secret
    assert Action.ACCOUNT_RESET in await actions(site, chief.id)
