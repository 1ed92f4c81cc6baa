"""A site with something of everything that citizens and the Région write, all of it in French."""

from dataclasses import replace

from realtime.disclosure import ResultPolicy
from realtime.tally import ONLINE, AgeBand, Cell, Departement, Sex, Sign
from storage import contact, letter, pages, staff
from storage.follow_up import tell_follow_up
from storage.news import create_campaign, create_news
from storage.posts import publish, refuse, submit, withdraw
from storage.questionnaires import create_questionnaire
from storage.tallies import SETTLING_MS
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_contact import PUBLIC, Block, BlockKind, ContactSubject, Issue
from storage.values_events import StepContent, StepKind
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_news import NewCampaign, NewNews, NewPicture
from storage.values_pages import PageContent
from storage.values_posts import NewPost, Post, PostingRules, PostKind, PostReason
from storage.values_questionnaires import NewQuestionnaire, NewStep, Ways
from storage.values_show import Gesture
from storage.values_staff import NewAccount, Role, StaffFault
from tests.shows import METZ, STRASBOURG, launch
from tests.storage.house import House, device
from tests.storage.images import PNG
from tests.web.conftest import Site
from web.mails import answer_notice
from web.rendering import load_pages
from web.site import Site as Deployment

ME = 1
WRITTEN = "Ouvrir les musées et les lycées pour nous ?"
DAY_MS = 86_400_000
ALWAYS = TopicRules(0, None, results=ResultPolicy.ALWAYS)
CELL = Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40)


async def furnish(site: Site) -> dict[str, list[str]]:
    """By the path of a route, the addresses where device ``ME`` finds something."""
    site.deploy(Deployment("https://imaginest.example"))
    found = await furnish_house(site.house, WRITTEN, "Guten Tag")
    form = {"step": "1", "op": "operation-1", "sign": "1"}
    finished = found["/questionnaires/{id:int}"][1]
    assert (await site.browser(ME).post(finished, data=form)).status_code == 303
    return found


async def furnish_house(house: House, written: str, letter_to_us: str) -> dict[str, list[str]]:
    """The same where nothing is served yet, with what everybody writes, and what ``ME`` writes to the Région.

    The second questionnaire is still to be answered.
    """
    await house.tell(device(ME), CELL)
    campaigns, news = await _campaigns(house, written)
    posts = await _posts(house, written)
    topics = [*await _topics(house, written), news, *(post.topic for post in posts if post.topic is not None)]
    questionnaires = await _questionnaires(house, written)
    letters = await _letters(house, written)
    events = await _events(house, written)
    threads = await _threads(house, letter_to_us)
    house.clock[0] += 2 * SETTLING_MS
    found = {
        "/questionnaires/{id:int}": [f"/questionnaires/{one}" for one in questionnaires],
        "/campagnes/{id:int}": [f"/campagnes/{one}" for one in campaigns],
        "/mes-idees/{id:int}": [f"/mes-idees/{post.id}" for post in posts],
        "/contact/{id:int}": [f"/contact/{one}" for one in threads],
        "/sujets/{id:int}/signaler": [
            f"/sujets/{topics[0]}/signaler",
            f"/sujets/{topics[0]}/signaler?merci=1",
        ],
        "/recherche": [
            "/recherche",
            "/recherche?mots=%2B",
            "/recherche?mots=xyz&tri=closing&etat=open",
            "/recherche?mots=mus%C3%A9es&tri=divided&theme=sport&qui=citizens&departement=55",
        ],
        "/borne": ["/borne", f"/borne?code={house.keys.kiosk_code('agence-metz')}", "/borne?"],
        "/evenements/{id:int}": [f"/evenements/{event}" for event in events],
        "/evenements/{id:int}/presse": [f"/evenements/{events[-1]}/presse"],
        "/salle/{hall}": ["/salle/reims", "/salle/nulle-part", "/salle/metz"],
        "/pages/{slug}": [await _page(house, written)],
        **letters,
    }
    for path in ("", "/arguments", "/partager", "/representativite"):
        found["/sujets/{id:int}" + path] = [f"/sujets/{topic}{path}" for topic in topics]
    found["/integrer/{id:int}"] = [f"/integrer/{topic}" for topic in topics]
    return found


async def _events(house: House, written: str) -> list[int]:
    """One to come, one in whose hall a vote is open, and one that is over."""
    question = StepContent(StepKind.TOPIC, written, written, theme="sport")
    ids = []
    for number, gestures in enumerate(((), (Gesture.LAUNCH,), (Gesture.LAUNCH, Gesture.STOP))):
        hall = (METZ, STRASBOURG, ONLINE)[number]
        show = await launch(
            house.database,
            house.keys,
            house.clock[0],
            question,
            halls=(hall,),
            name=f"{written}"[:130] + str(number),
        )
        for upon, gesture in enumerate(gestures):
            house.clock[0] = (await show.goes(gesture, house.clock[0], upon=upon)).at
        ids.append(show.event)
    return ids


async def _topics(house: House, written: str) -> list[int]:
    """An idea in every step of its way, one answered and simulated, and arguments on the first."""
    idea = NewTopic(TopicKind.IDEA, written, "sport", ALWAYS, written, departement=Departement.MEUSE)
    simulated = replace(idea, theme="economie", provenance=Provenance.SIMULATED)
    first, second = await create_topics(house.database, house.keys, [idea, simulated], house.clock[0])
    arguments = [
        NewTopic(TopicKind.ARGUMENT, written, "sport", ALWAYS, parent=first, side=side)
        for side in (Sign.PLUS, Sign.MINUS)
    ]
    ids = await create_topics(house.database, house.keys, arguments, house.clock[0])
    for voter in range(ME, ME + 12):
        await house.vote(first, device(voter), Sign.PLUS)
    for at, step in enumerate(set(FollowUpStep) - {FollowUpStep.ASKED}):
        text = "" if step is FollowUpStep.HANDED else written
        await tell_follow_up(house.database, FollowUp(first, step, house.clock[0] + at, text, "Sports"))
    await tell_follow_up(house.database, FollowUp(second, FollowUpStep.ANSWERED, house.clock[0], written))
    return [*ids, first, second]


async def _campaigns(house: House, written: str) -> tuple[list[int], int]:
    """One with a topic and a picture, one still empty, one that has ended; and that topic."""
    now = house.clock[0]
    times = [(now, now + DAY_MS), (now, now + DAY_MS), (now - 1, now + 1)]
    ids = [
        await create_campaign(
            house.database, NewCampaign(written, written, *time, Provenance.DEMONSTRATION), now
        )
        for time in times
    ]
    topic = NewTopic(TopicKind.NEWS, written, "transports", ALWAYS, written)
    news = NewNews(topic, NewPicture(PNG, written), ids[0])
    return ids, await create_news(house.database, house.keys, news, now)


async def _questionnaires(house: House, written: str) -> list[int]:
    """Two to be answered, one planned, one closed."""
    now = house.clock[0]
    times = [(now, now + DAY_MS), (now, now + DAY_MS), (now + DAY_MS, now + 2 * DAY_MS), (now - 1, now + 1)]
    ids = []
    for opens, closes in times:
        topic = NewTopic(TopicKind.QUESTION, written, "transports", TopicRules(opens, closes), written)
        step = NewStep(topic, Ways(None, None, None))
        new = NewQuestionnaire(written, opens, closes, (step,), written)
        ids.append(await create_questionnaire(house.database, house.keys, new, now))
    return ids


async def _posts(house: House, written: str) -> list[Post]:
    """One that waits, one published, two refused (one with a moderator's own words), one withdrawn."""
    now, author = house.clock[0], house.keys.author(device(ME))
    rules = PostingRules()
    posts = []
    for number in range(5):
        post = NewPost(PostKind.IDEA, written, author, f"operation-{number}", theme="sport")
        made = await submit(house.database, house.keys, post, rules, now + number * DAY_MS)
        assert isinstance(made, Post)
        posts.append(made)
    decided = [
        posts[0],
        await publish(house.database, house.keys, posts[1].id, rules, now),
        await refuse(house.database, posts[2].id, PostReason.INSULT, now),
        await refuse(house.database, posts[3].id, written, now),
        await withdraw(house.database, posts[4].id, author, now),
    ]
    return [post for post in decided if isinstance(post, Post)]


async def _threads(house: House, text: str) -> list[int]:
    """One that waits, one answered, one closed; the words of both sides are of any language."""
    now = house.clock[0]
    pages = next(iter(load_pages().values()))
    ids = []
    for number in range(3):
        made = await contact.open_thread(
            house.database, house.keys, device(ME), subject=ContactSubject.OTHER, text=text,
            email="camille@exemple.fr", language="de", op=f"operation-{number}", now=now,
        )  # fmt: skip
        assert isinstance(made, int)
        ids.append(made)
    await contact.answer(
        house.database, house.keys, ids[1], text=text, op="operation-9", now=now,
        notice=lambda thread: answer_notice(pages, thread, "operation-9"),
    )  # fmt: skip
    await contact.close_thread(house.database, ids[2], now)
    return ids


async def _page(house: House, written: str) -> str:
    """A page that an editor has written, and an introduction above « Comment ça marche »."""
    database, now = house.database, house.clock[0]
    new = NewAccount("elodie@grandest.fr", "Élodie", frozenset({Role.EDITOR}), frozenset())
    done = await staff.add(database, house.keys, new, by=None, op="elodie", now=now)
    assert not isinstance(done, StaffFault)
    by, text = done[0], f"# {written}\n{written}\n\n- {written}\n[{written}](/recherche)"
    page = await pages.begin_page(database, PageContent("TER 2030", text, True), "page", by=by, now=now)
    assert isinstance(page, int)
    assert await pages.publish_page(database, page, upon=1, by=by, now=now) is None
    assert await pages.save_page(database, 1, PageContent("", text), upon=0, by=by, now=now) is None
    assert await pages.publish_page(database, 1, upon=1, by=by, now=now) is None
    found = await pages.get_page(database, page)
    assert found is not None
    return found.path


async def _letters(house: House, written: str) -> dict[str, list[str]]:
    """An issue with every kind of block, and the links of somebody's mails."""
    now = house.clock[0]
    blocks = [Block(kind, written) for kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)]
    blocks += [Block(BlockKind.ITEMS, items=(written,)), Block(BlockKind.LINK, written, href=f"{PUBLIC}/")]
    await letter.store_issue(house.database, Issue(1, written, tuple(blocks), now))
    confirm = letter.confirmation_token(house.keys, "camille@exemple.fr", now)
    leave = letter.unsubscribe_token(house.keys, bytes(16))
    return {
        "/lettre/{number:int}": ["/lettre/1"],
        "/lettre/confirmation/{token}": [f"/lettre/confirmation/{confirm}"],
        "/lettre/desabonnement/{token}": [f"/lettre/desabonnement/{leave}"],
    }
