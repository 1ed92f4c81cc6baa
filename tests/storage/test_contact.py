"""What citizens write: kept once, read by nobody else, sealed, and gone when its time is over."""

import asyncio

import pytest

from storage import contact, outbox
from storage.ballots import DAY_MS
from storage.forgetting import forget_device
from storage.values_contact import (
    ContactFault,
    ContactState,
    ContactSubject,
    ContactThread,
    NewMail,
)
from tests.storage.house import House, beside, device, open_house

ME, OTHER = device(1), device(2)
TEXT = "Mon dossier d'aide au transport n'avance pas."
EMAIL = "camille@exemple.fr"


async def begin(house: House, who: bytes = ME, op: str = "op-begin-1", email: str = EMAIL) -> int:
    done = await contact.open_thread(
        house.database,
        house.keys,
        who,
        subject=ContactSubject.SCHEME,
        text=TEXT,
        email=email,
        language="fr",
        op=op,
        now=house.clock[0],
    )
    assert isinstance(done, int), done
    return done


async def again(house: House, thread: int, who: bytes = ME, op: str = "op-again-1") -> int | ContactFault:
    return await contact.write_again(
        house.database, house.keys, who, thread, text="Encore moi.", op=op, now=house.clock[0]
    )


async def answer(house: House, thread: int, op: str = "op-answer") -> bool:
    return await contact.answer(
        house.database, house.keys, thread, text="Bonjour.", op=op, now=house.clock[0], notice=notice
    )


def notice(thread: ContactThread) -> NewMail:
    about = contact.about(thread.id)
    return NewMail(f"{about} notice", about, thread.email, "Réponse", "lisez", "<p>lisez</p>")


async def state(house: House, thread: int) -> ContactState:
    found = await contact.own_thread(house.database, house.keys, ME, thread)
    assert found is not None
    return found[0].state


async def test_a_conversation_goes_from_waiting_to_answered_and_back(house: House) -> None:
    thread = await begin(house)
    assert await state(house, thread) is ContactState.WAITING
    assert await answer(house, thread)
    assert await state(house, thread) is ContactState.ANSWERED
    assert await again(house, thread) == thread
    assert await state(house, thread) is ContactState.WAITING
    found = await contact.own_thread(house.database, house.keys, ME, thread)
    assert found is not None
    assert [(one.text, one.by_region) for one in found[1]] == [
        (TEXT, False),
        ("Bonjour.", True),
        ("Encore moi.", False),
    ]
    assert [one.id for one in await contact.open_threads(house.database, house.keys)] == [thread]
    assert await contact.close_thread(house.database, thread, house.clock[0])
    assert await contact.open_threads(house.database, house.keys) == []
    assert await again(house, thread, op="op-again-2") is ContactFault.CLOSED


async def test_a_double_tap_is_one_message_even_at_the_same_moment(house: House) -> None:
    node = await open_house(house.url, house.clock) if "postgres" in house.url else house
    first, *others = await asyncio.gather(*(begin(one) for one in (house, node) * 3))
    assert set(others) == {first}
    if node is not house:
        await node.close()
    await asyncio.gather(again(house, first), again(house, first))
    await asyncio.gather(answer(house, first), answer(house, first))
    found = await contact.own_thread(house.database, house.keys, ME, first)
    assert found is not None and len(found[1]) == 3


async def test_nobody_else_reads_it_or_writes_in_it(house: House) -> None:
    thread = await begin(house)
    assert await contact.own_thread(house.database, house.keys, OTHER, thread) is None
    assert await contact.own_threads(house.database, house.keys, OTHER) == []
    assert await again(house, thread, who=OTHER) is ContactFault.NO_THREAD
    assert await begin(house, who=OTHER) != thread, "the same op of somebody else is another message"


async def test_the_database_holds_neither_text_nor_address_nor_device(house: House) -> None:
    thread = await begin(house)
    await answer(house, thread)
    held = ""
    for table in ("contact_thread", "contact_message", "mail"):
        for row in beside(house.url, f"SELECT * FROM {table}"):
            held += "".join(
                value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row
            )
    assert "dossier" not in held and "camille" not in held and "Bonjour" not in held
    assert ME.decode("latin-1") not in held
    assert house.keys.pseudonym(ME).decode("latin-1") not in held, "no way leads to the profile"


async def test_who_left_no_address_is_sent_nothing(house: House) -> None:
    await answer(house, await begin(house, email=""))
    assert not await outbox.is_due(house.database, house.clock[0])


async def test_an_answer_to_nobody_is_told(house: House) -> None:
    assert not await answer(house, 99)
    assert not await contact.close_thread(house.database, 99, 0)


async def test_so_many_conversations_and_messages_a_day_and_no_more(house: House) -> None:
    threads = [await begin(house, op=f"op-begin-{n}") for n in range(contact.MOST_THREADS_A_DAY)]
    with pytest.raises(AssertionError, match="too-many"):
        await begin(house, op="op-one-more")
    left = contact.MOST_MESSAGES_A_DAY - contact.MOST_THREADS_A_DAY
    for n in range(left):
        assert await again(house, threads[0], op=f"op-again-{n}") == threads[0]
    assert await again(house, threads[0], op="op-again-last") is ContactFault.TOO_MANY
    assert isinstance(await begin(house, who=OTHER), int)
    house.clock[0] += DAY_MS
    assert await again(house, threads[0], op="op-tomorrow") == threads[0]


async def test_who_is_forgotten_leaves_nothing(house: House) -> None:
    thread, other = await begin(house), await begin(house, who=OTHER)
    await answer(house, thread)
    await forget_device(house.database, house.keys, ME)
    assert await contact.own_threads(house.database, house.keys, ME) == []
    assert not await outbox.is_due(house.database, house.clock[0]), "the notice is not sent any more"
    assert await contact.own_thread(house.database, house.keys, OTHER, other) is not None
    assert beside(house.url, "SELECT COUNT(*) FROM contact_message") == [(1,)]
    assert await begin(house, op="op-new") != thread, "a number is not given twice"


async def test_what_is_over_is_deleted_after_its_days_and_what_waits_is_not(house: House) -> None:
    closed, answered, waiting = [await begin(house, op=f"op-begin-{n}") for n in range(3)]
    await contact.close_thread(house.database, closed, house.clock[0])
    await answer(house, answered)
    assert await contact.forget_old_threads(house.database, house.clock[0] + 30 * DAY_MS, 30) == 0
    assert await contact.forget_old_threads(house.database, house.clock[0] + 30 * DAY_MS + 1, 30) == 2
    left = await contact.own_threads(house.database, house.keys, ME)
    assert [one.id for one in left] == [waiting]
