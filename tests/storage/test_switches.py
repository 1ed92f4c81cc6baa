"""What staff switch for everybody: whether it holds in the transaction, and what is kept of it."""

import pytest

from realtime.notice import Banner, Notice, Severity
from realtime.refusals import Refusal
from realtime.tally import Sign
from storage import audit, staff
from storage.marks import Mark, read_marks
from storage.posts import submit
from storage.switches import current_notice, switch_history, switched_on, turn_off, turn_on
from storage.values import Receipt
from storage.values_audit import Action, AuditSearch
from storage.values_posts import NewPost, Post, PostingRules, PostKind, PostRefusal
from storage.values_staff import NewAccount, Role, StaffFault
from storage.values_switches import MOST_PAUSED, NewSwitch, SwitchKind, SwitchRefusal
from tests.storage.house import House, device

WHY = "un moment"


async def colleague(house: House) -> int:
    new = NewAccount("a@grandest.fr", "Ada", frozenset({Role.MODERATOR}))
    made = await staff.add(house.database, house.keys, new, by=None, op="a", now=house.clock[0])
    assert not isinstance(made, StaffFault)
    return made[0]


async def on(house: House, by: int, new: NewSwitch) -> int:
    made = await turn_on(house.database, new, by, house.clock[0])
    assert isinstance(made, int)
    return made


def pause(topic: int, op: str = "op-pause") -> NewSwitch:
    return NewSwitch(SwitchKind.VOTING, WHY, "rafale", op, topic)


def idea(op: str) -> NewPost:
    return NewPost(PostKind.IDEA, "Une idée", bytes(16), op, "sport")


async def number(house: House) -> int:
    async with house.database.read() as connection:
        return (await read_marks(connection))[Mark.SWITCHES]


async def test_a_paused_topic_takes_no_votes_keeps_those_it_has_and_takes_them_again(house: House) -> None:
    by, topic, other = await colleague(house), await house.topic(), await house.topic()
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS, "before-1"), Receipt)
    row = await on(house, by, pause(topic))
    assert await house.vote(topic, device(1), Sign.MINUS) is Refusal.PAUSED
    assert await house.vote(topic, device(2), Sign.PLUS, "during-1") is Refusal.PAUSED
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS, "before-1"), Receipt)  # counted before
    assert isinstance(await house.vote(other, device(2), Sign.PLUS), Receipt)
    assert (await house.standing(topic)).tally.voters == 1
    assert await turn_off(house.database, row, by, "fini", house.clock[0]) is None
    assert isinstance(await house.vote(topic, device(2), Sign.PLUS, "during-1"), Receipt)


async def test_while_posting_is_paused_only_what_was_kept_before_is_answered(house: House) -> None:
    by = await colleague(house)

    async def post(op: str) -> Post | PostRefusal:
        return await submit(house.database, house.keys, idea(op), PostingRules(), house.clock[0])

    kept = await post("before-12")
    assert isinstance(kept, Post)
    row = await on(house, by, NewSwitch(SwitchKind.POSTING, WHY, "trop", "op-posting"))
    assert await post("during-12") is PostRefusal.PAUSED
    assert await post("before-12") == kept
    await turn_off(house.database, row, by, "fini", house.clock[0])
    assert isinstance(await post("during-12"), Post)


async def test_a_double_tap_switches_once_and_a_new_one_takes_the_place(house: House) -> None:
    by = await colleague(house)
    banner = NewSwitch(SwitchKind.BANNER, "Bonsoir", "essai", "op-banner", severity=Severity.INFO)
    first = await on(house, by, banner)
    assert await on(house, by, banner) == first
    later = house.clock[0] + 1000
    second = await on(
        house,
        by,
        NewSwitch(
            SwitchKind.BANNER, "À 20 h", "essai", "op-banner-2", severity=Severity.WARNING, until=later
        ),
    )
    assert [one.id for one in await switched_on(house.database, house.clock[0])] == [second]
    told = await current_notice(house.database, house.clock[0])
    assert told == Notice(2, None, Banner("À 20 h", Severity.WARNING, later), {})
    assert (await current_notice(house.database, later)).is_quiet
    assert not await switched_on(house.database, later)
    past = await switch_history(house.database)
    assert [(one.id, one.by, one.ended_by) for one in past] == [(second, "Ada", ""), (first, "Ada", "Ada")]


async def test_each_switch_leaves_a_line_and_raises_the_mark(house: House) -> None:
    by, topic = await colleague(house), await house.topic()
    before = await number(house)
    row = await on(house, by, pause(topic))
    assert await number(house) == before + 1
    assert await turn_off(house.database, row, by, "fini", house.clock[0]) is None
    assert await turn_off(house.database, row, by, "fini", house.clock[0]) is SwitchRefusal.ALREADY_OFF
    assert await number(house) == before + 2
    lines = await audit.search(house.database, AuditSearch(staff=by))
    assert [line.action for line in lines] == [Action.VOTES_RESUMED, Action.VOTES_PAUSED]
    assert lines[1].subject_id == str(topic) and lines[1].detail["reason"] == "rafale"


async def test_only_so_many_topics_are_paused_and_only_those_there_are(house: House) -> None:
    by = await colleague(house)
    assert await turn_on(house.database, pause(999), by, 0) is SwitchRefusal.UNKNOWN_TOPIC
    topics = [await house.topic() for _ in range(MOST_PAUSED + 1)]
    made = [
        await turn_on(house.database, pause(topic, f"op-{topic}-pause"), by, house.clock[0])
        for topic in topics
    ]
    assert made[-1] is SwitchRefusal.TOO_MANY_PAUSED and all(isinstance(one, int) for one in made[:-1])


@pytest.mark.parametrize("sign", list(Sign))
async def test_a_pause_says_no_whatever_the_sign(house: House, sign: Sign) -> None:
    by, topic = await colleague(house), await house.topic()
    await on(house, by, pause(topic))
    assert await house.vote(topic, device(1), sign) is Refusal.PAUSED
