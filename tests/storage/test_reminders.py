"""Reminders: each idea once a kind, in one mail a day, however many nodes look."""

import asyncio

from storage import outbox, staff
from storage.database import Database
from storage.follow_up import tell_follow_up
from storage.referents import assign
from storage.reminders import remind
from storage.values import DAY_MS
from storage.values_contact import NewMail
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_referents import Digest, ReminderKind
from tests.storage.house import START, House, beside
from tests.storage.test_referents import SPORT, idea_of, person

FIVE, TWO, OVERDUE = ReminderKind.FIVE, ReminderKind.TWO, ReminderKind.OVERDUE
HOUR_MS = 3_600_000


def notice(digest: Digest) -> NewMail:
    """A mail whose text names what it tells."""
    told = " ".join(f"{one.topic}:{one.kind}" for one in digest.reminders)
    return NewMail(f"reminder {digest.staff} {digest.day}", "reminder", digest.email, "Délais", told, "")


async def mails(house: House) -> list[tuple[str, str]]:
    """Whom a mail was written for, and what it tells, since this was asked last."""
    found = []
    now = START + 1000 * DAY_MS
    while (claimed := await outbox.claim(house.database, house.keys, now)) is not None:
        found.append((claimed.mail.recipient.split("@")[0], claimed.mail.text))
        await outbox.mark_sent(house.database, claimed, now)
    return sorted(found)


async def pass_day(house: House, day: int, *, hour: int = 0) -> None:
    await remind(house.database, house.keys, START + day * DAY_MS + hour * HOUR_MS, notice)


async def test_each_kind_is_told_once_and_nothing_after_an_answer(house: House) -> None:
    await person(house, "Anne", "sport")  # START is 08:00 UTC, 09:00 at the Région
    one = await idea_of(house, "sport")
    told = {}
    for day in range(20):
        await pass_day(house, day, hour=-2)  # before eight: nothing
        assert await mails(house) == []
        for _ in range(2):
            await pass_day(house, day)
        told[day] = await mails(house)
        if day == 14:
            await tell_follow_up(house.database, FollowUp(one, FollowUpStep.ANSWERED, START, "Oui"))
    assert {day: mail for day, mail in told.items() if mail} == {
        7: [("Anne", f"{one}:{FIVE}")],
        10: [("Anne", f"{one}:{TWO}")],
        13: [("Anne", f"{one}:{OVERDUE}")],
    }


async def test_one_mail_tells_all_and_what_nobody_has_is_told_to_everybody_of_the_theme(house: House) -> None:
    anne, bruno = await person(house, "Anne", "sport"), await person(house, "Bruno", "sport")
    chloe = await person(house, "Chloe", "sante")
    mine, nobodys, old = [await idea_of(house, "sport", START - n * DAY_MS) for n in (0, 0, 9)]
    await assign(house.database, mine, anne, by=anne, themes=SPORT, now=START)
    await pass_day(house, 7)
    assert await mails(house) == [
        ("Anne", f"{old}:{OVERDUE} {mine}:{FIVE} {nobodys}:{FIVE}"),
        ("Bruno", f"{old}:{OVERDUE} {nobodys}:{FIVE}"),
    ]
    await staff.close(house.database, anne, by=None, now=START)
    await pass_day(house, 8)
    assert await mails(house) == [("Bruno", f"{mine}:{FIVE}")], "who has left has nothing any more"
    assert bruno and chloe


async def test_two_nodes_that_look_at_once_write_one_mail(house: House) -> None:
    for name in ("Anne", "Bruno"):
        await person(house, name, "sport")
    for _ in range(5):
        await idea_of(house, "sport")
    other = Database(house.url)
    await other.open()
    now = START + 7 * DAY_MS
    try:
        nodes = [remind(database, house.keys, now, notice) for database in (house.database, other) * 3]
        assert sum(await asyncio.gather(*nodes)) == 2
    finally:
        await other.close()
    assert [name for name, _ in await mails(house)] == ["Anne", "Bruno"]
    assert beside(house.url, "SELECT count(*) FROM reminded") == [(10,)]
