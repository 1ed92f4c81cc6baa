"""The outbox: one claim at a time, a lease that ends, and nothing left of what was sent."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from storage import outbox
from storage.values_contact import ClaimedMail, NewMail
from tests.storage.house import House, beside, open_house

MAIL = NewMail("op 1", "letter", "camille@exemple.fr", "Sujet", "texte", "<p>texte</p>", {"X-One": "1"})


async def put(house: House, mail: NewMail = MAIL) -> bool:
    return await house.database.write(
        lambda connection: outbox.put(connection, house.keys, mail, house.clock[0])
    )


async def test_a_mail_is_claimed_whole_and_by_one_of_many(house: House) -> None:
    assert await put(house)
    node = await open_house(house.url, house.clock) if "postgres" in house.url else house
    claims = await asyncio.gather(
        *(outbox.claim(one.database, one.keys, house.clock[0]) for one in (house, node) * 3)
    )
    assert [one.mail for one in claims if one is not None] == [MAIL]
    if node is not house:
        await node.close()


async def test_the_same_op_is_one_mail(house: House) -> None:
    assert await put(house) and not await put(house, replace(MAIL, subject="Autre"))
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(1,)]


async def test_a_mail_whose_cause_failed_is_not_there(house: House) -> None:
    def work(connection: sa.Connection) -> None:
        outbox.put(connection, house.keys, MAIL, house.clock[0])
        raise KeyError("its cause")

    with pytest.raises(KeyError):
        await house.database.write(work)
    assert not await outbox.is_due(house.database, house.clock[0])


async def test_a_claimer_that_ends_loses_the_mail_and_cannot_mark_it_any_more(house: House) -> None:
    await put(house)
    lost = await outbox.claim(house.database, house.keys, house.clock[0])
    assert lost is not None
    house.clock[0] += outbox.LEASE_MS - 1
    assert await outbox.claim(house.database, house.keys, house.clock[0]) is None
    house.clock[0] += 1
    again = await outbox.claim(house.database, house.keys, house.clock[0])
    assert again is not None and (again.id, again.tries) == (lost.id, 2)
    await outbox.mark_failed(house.database, lost, "late")
    await outbox.mark_sent(house.database, again, house.clock[0])
    assert beside(house.url, "SELECT sent_at, failed_reason FROM mail") == [(house.clock[0], None)]


async def test_of_what_was_sent_or_has_failed_no_word_is_left(house: House) -> None:
    for op in ("op 1", "op 2"):
        await put(house, replace(MAIL, op=op))
    await outbox.mark_sent(house.database, await claimed(house), house.clock[0])
    await outbox.mark_failed(house.database, await claimed(house), "refused 550")
    assert beside(house.url, "SELECT sealed, send_after FROM mail") == [(None, None)] * 2
    await outbox.forget_old(house.database, house.clock[0] + outbox.KEEP_MS)
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(2,)]
    await outbox.forget_old(house.database, house.clock[0] + outbox.KEEP_MS + 1)
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(0,)]


async def test_a_mail_that_cannot_be_opened_stands_in_nobodys_way(house: House) -> None:
    await put(house)
    beside(house.url, "UPDATE mail SET op = 'moved'")
    await put(house, replace(MAIL, op="op 2"))
    assert (await claimed(house)).mail.op == "op 2"
    assert beside(house.url, "SELECT failed_reason FROM mail WHERE op = 'moved'") == [(outbox.UNREADABLE,)]


async def claimed(house: House) -> ClaimedMail:
    found = await outbox.claim(house.database, house.keys, house.clock[0])
    assert found is not None
    return found
