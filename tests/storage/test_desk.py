"""What waits for staff, in numbers, and the mark that rises with it."""

from storage.contact import open_thread
from storage.desk import desk_load
from storage.forgetting import forget_device
from storage.inbox import file
from storage.marks import Mark, read_marks
from storage.posts import publish, submit
from storage.reports import report, settle
from storage.values_contact import ContactSubject
from storage.values_desk import DeskLoad
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from storage.values_reports import NewReport, ReportReason
from storage.values_staff import Role, Staff
from tests.storage.house import START, House, device
from tests.storage.test_inbox import clerk, letter


async def mark(house: House) -> int:
    async with house.database.read() as connection:
        return (await read_marks(connection))[Mark.DESK]


async def test_an_empty_desk_has_nothing(house: House) -> None:
    assert await desk_load(house.database) == DeskLoad(0, 0, None, {}, 0, 0)


async def test_what_comes_in_and_what_is_decided_is_counted_and_raises_the_mark(house: House) -> None:
    """One step after the other, the mark rises by at least one with each."""
    rules, seen = PostingRules(), [await mark(house)]

    async def load() -> DeskLoad:
        found = await desk_load(house.database)
        assert found.mark > seen[-1]
        seen.append(found.mark)
        return found

    author = house.keys.author(device(1))
    new = NewPost(PostKind.IDEA, "Plus de trains", author, "op-1-idea", "transports")
    post = await submit(house.database, house.keys, new, rules, house.clock[0])
    assert isinstance(post, Post)
    house.clock[0] += 60_000
    await submit(
        house.database,
        house.keys,
        NewPost(PostKind.IDEA, "Du sport", author, "op-2-idea", "sport"),
        rules,
        house.clock[0],
    )
    found = await load()
    assert (found.waiting, found.oldest, found.themes) == (2, START, {"sport": 1, "transports": 1})

    published = await publish(house.database, house.keys, post.id, rules, house.clock[0])
    assert isinstance(published, Post) and published.topic is not None
    found = await load()
    assert (found.waiting, found.oldest) == (1, START + 60_000)

    theirs = NewReport(published.topic, house.keys.reporter(device(2)), ReportReason.INSULT)
    assert await report(house.database, theirs, house.clock[0]) is None
    assert (await load()).reports == 1
    await settle(house.database, published.topic)
    assert (await load()).reports == 0

    made = await open_thread(
        house.database,
        house.keys,
        device(3),
        subject=next(iter(ContactSubject)),
        text="Bonjour",
        email="",
        language="fr",
        op="op-3-contact",
        now=house.clock[0],
    )
    assert isinstance(made, int)
    assert (await load()).contact == 1
    await forget_device(house.database, house.keys, device(3))
    assert (await load()).contact == 0


async def test_each_role_sees_of_it_what_it_may_open(house: House) -> None:
    anne = await clerk(house, "anne")
    karim = await clerk(house, "karim", Role.REFERENT, "sport", "culture")
    author = house.keys.author(device(1))
    new = NewPost(PostKind.IDEA, "Plus de trains", author, "op-1-idea", "transports")
    await submit(house.database, house.keys, new, PostingRules(), START)
    for number, (theme, assignee) in enumerate(
        [("sport", None), ("transports", None), ("", None), ("sport", anne.id), ("culture", karim.id)]
    ):
        made = await letter(house, number)
        filed = await file(house.database, made, theme=theme, assignee=assignee, by=anne, now=START)
        assert filed is None
    load = await desk_load(house.database)
    assert load.contact == 5 and load.seen_by(anne) == load
    assert load.seen_by(karim) == DeskLoad(load.mark, 0, None, {}, 0, 3)
    given = Staff(karim.id, "Karim", "", frozenset({Role.REFERENT}), frozenset({"sante"}))
    assert load.seen_by(given).contact == 1, "one was given to him"
    for role in (Role.EDITOR, Role.ADMINISTRATOR):
        assert load.seen_by(Staff(99, "", "", frozenset({role}))) == DeskLoad(load.mark, 0, None, {}, 0, 0)
