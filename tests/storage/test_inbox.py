"""Letters as staff work on them, on each engine: lists that go on, claims, and one answer of two."""

import asyncio

from storage import contact, inbox, sessions, staff
from storage.contact import forget_threads
from storage.values_contact import ContactState, ContactSubject, ContactThread, NewMail
from storage.values_inbox import Conversation, Held, InboxAsked, InboxFault
from storage.values_staff import NewAccount, Role, SessionStage, Staff
from tests.storage.house import START, House, beside, device, open_house


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


async def session(house: House, of: Staff) -> int:
    """Somebody has signed in; the number of the session."""
    token = sessions.new_token()
    await house.database.write(
        lambda connection: sessions.begin(connection, token, of.id, SessionStage.OPEN, "essai", START)
    )
    found = await sessions.find(house.database, house.keys, token, START)
    assert found is not None
    return found.id


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


async def test_two_nodes_give_a_letter_to_one_of_two_and_tell_the_other(postgres_url: str) -> None:
    nodes = [await open_house(postgres_url), await open_house(postgres_url)]
    people = [await clerk(nodes[0], "Anne"), await clerk(nodes[0], "Bruno")]
    held = [await session(nodes[0], one) for one in people]
    thread = await letter(nodes[0])
    done = await asyncio.gather(
        *(
            inbox.take(node.database, thread, session=held[each], by=people[each], now=START)
            for each, node in [(0, nodes[0]), (1, nodes[1])] * 4
        )
    )
    kept = {one.name for each, one in enumerate(people) if None in done[each::2]}
    assert len(kept) == 1, done
    told = [answered for answered in done if answered is not None]
    assert len(told) == 4 and {one.name for one in told if isinstance(one, Held)} == kept, (
        "who has it, each time"
    )
    for node in nodes:
        await node.close()


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
