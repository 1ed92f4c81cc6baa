"""Letters as staff work on them, on each engine: lists that go on, claims, and one answer of two."""

import asyncio

from storage import contact, inbox, staff
from storage.contact import forget_threads
from storage.values_contact import ContactState, ContactSubject, ContactThread, NewMail
from storage.values_inbox import Conversation, Held, InboxAsked, InboxFault
from storage.values_staff import NewAccount, Role, Staff
from tests.storage.house import START, House, beside, device


def notice(thread: ContactThread) -> NewMail:
    return NewMail(f"mail {thread.id}", contact.about(thread.id), thread.email, "Réponse", "Réponse", "")


async def clerk(house: House, name: str, role: Role = Role.MODERATOR, *themes: str) -> Staff:
    new = NewAccount(f"{name}@grandest.fr", name, frozenset({role}), frozenset(themes))
    done = await staff.add(house.database, house.keys, new, by=None, op=name, now=START)
    assert isinstance(done, tuple)
    return Staff(done[0], name, new.email, new.roles, new.themes)


async def letter(house: House, number: int = 1, at: int = START) -> int:
    made = await contact.open_thread(
        house.database,
        house.keys,
        device(number),
        subject=ContactSubject.OTHER,
        text="Bonjour",
        email="camille@exemple.fr",
        language="fr",
        op=f"op-{number:08}",
        now=at,
    )
    assert isinstance(made, int)
    return made


async def answer(house: House, thread: int, by: Staff, op: str) -> Held | InboxFault | None:
    return await inbox.answer(
        house.database, house.keys, thread, text=by.name, last=1, op=op, by=by, now=START, notice=notice
    )


async def test_a_list_goes_on_after_its_last_line_in_both_directions(house: House) -> None:
    anne = await clerk(house, "Anne")
    threads = [await letter(house, number, START + number // 2) for number in range(1, 8)]
    for state, expected in ((ContactState.WAITING, threads), (None, threads[::-1])):
        found: list[int] = []
        after = None
        while True:
            asked = InboxAsked(state=state, after=after)
            page = await inbox.threads(house.database, asked, anne, START, most=3)
            if not page:
                break
            found += [line.id for line in page]
            after = (page[-1].moved_at, page[-1].id)
        assert found == expected


async def test_of_two_answers_in_the_same_instant_one_is_sent(house: House) -> None:
    anne, bruno = await clerk(house, "Anne"), await clerk(house, "Bruno")
    thread = await letter(house)
    done = await asyncio.gather(answer(house, thread, anne, "op-a"), answer(house, thread, bruno, "op-b"))
    assert sorted(map(str, done)) == ["None", "answered"]
    found = await inbox.conversation(house.database, house.keys, thread, anne, START)
    assert isinstance(found, Conversation) and len(found.messages) == 2
    assert beside(house.url, "SELECT count(*) FROM mail") == [(1,)]


async def test_what_is_filed_and_noted_goes_with_what_a_citizen_erases(house: House) -> None:
    anne, chloe = await clerk(house, "Anne"), await clerk(house, "Chloe", Role.REFERENT, "sport")
    thread = await letter(house)
    await inbox.file(house.database, thread, theme="sport", assignee=chloe.id, by=anne, now=START)
    await inbox.add_note(house.database, house.keys, thread, text="Note", op="op-n", by=chloe, now=START)
    outsider = await clerk(house, "Denis", Role.REFERENT, "sante")
    seen = await inbox.conversation(house.database, house.keys, thread, outsider, START)
    assert seen is InboxFault.OUTSIDE
    await house.database.write(lambda connection: forget_threads(connection, house.keys, device(1)))
    for table in ("contact_thread", "contact_note", "contact_care"):
        assert beside(house.url, f"SELECT count(*) FROM {table}") == [(0,)]
