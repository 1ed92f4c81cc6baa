"""Accounts, sessions, the journal and marks, on both engines."""

import asyncio

import pytest
import sqlalchemy as sa

from storage import audit, marks, one_time, sessions, sign_in, staff
from storage.marks import Mark
from storage.values_audit import Action, AuditSearch, SubjectKind
from storage.values_staff import NewAccount, Role, SignedIn, SignInFault, StaffFault, Wait
from tests.storage.house import House, beside

HERE = "198.51.100.7"

ADMIN = frozenset({Role.ADMINISTRATOR})


async def added(house: House, email: str, *roles: Role, themes: str = "") -> tuple[int, str]:
    new = NewAccount(email, email, frozenset(roles), frozenset(themes.split()))
    done = await staff.add(house.database, house.keys, new, by=None, op=email, now=house.clock[0])
    assert not isinstance(done, StaffFault)
    return done


async def enrolled(house: House, email: str, *roles: Role) -> tuple[int, str]:
    """An account in service, and the token of its session."""
    staff_id, invitation = await added(house, email, *roles)
    now = house.clock[0]
    half = await sign_in.accept_invitation(house.database, house.keys, invitation, "hashed", "", now)
    assert half
    told = await sign_in.enrolment(house.database, house.keys, half, now)
    assert told
    code = one_time.code_at(told.secret, now // 30_000)
    done = await sign_in.try_code(house.database, house.keys, half, code, "", now)
    assert isinstance(done, tuple)
    return staff_id, done[0]


async def test_the_same_op_adds_one_account_and_the_same_invitation(house: House) -> None:
    first = await added(house, "a@b.fr", Role.REFERENT, themes="sport sante")
    assert await added(house, "A@b.fr".lower(), Role.REFERENT, themes="sport sante") == first
    [account] = await staff.accounts(house.database, house.keys, house.clock[0])
    assert account.staff.themes == {"sport", "sante"} and account.staff.email == "a@b.fr"
    again = NewAccount("a@B.fr", "Other", ADMIN)
    refused = await staff.add(house.database, house.keys, again, by=None, op="other", now=house.clock[0])
    assert refused is StaffFault.TAKEN
    for new, fault in (
        (NewAccount("c@b.fr", "C", frozenset({Role.REFERENT})), StaffFault.NO_THEME),
        (
            NewAccount("c@b.fr", "C", frozenset({Role.REFERENT}), frozenset({"none"})),
            StaffFault.UNKNOWN_THEME,
        ),
        (NewAccount("c@b.fr", "C", frozenset()), StaffFault.NO_ROLE),
        (NewAccount("c@b.fr", " ", ADMIN), StaffFault.NO_NAME),
    ):
        assert await staff.add(house.database, house.keys, new, by=None, op="c", now=0) is fault


async def test_neither_address_nor_secret_stands_in_the_tables(house: House) -> None:
    await enrolled(house, "someone@grandest.fr", Role.EDITOR)
    rows = str(beside(house.url, "SELECT email_key, sealed_email, sealed_totp FROM staff"))
    assert "someone" not in rows and "grandest" not in rows


async def test_of_two_administrators_who_dismiss_each_other_one_stays(house: House) -> None:
    one, _ = await enrolled(house, "one@b.fr", Role.ADMINISTRATOR)
    two, _ = await enrolled(house, "two@b.fr", Role.ADMINISTRATOR)
    never, _ = await added(house, "never@b.fr", Role.ADMINISTRATOR)
    editor = frozenset({Role.EDITOR})
    done = await asyncio.gather(
        staff.change(house.database, one, editor, frozenset(), by=two, now=house.clock[0]),
        staff.change(house.database, two, editor, frozenset(), by=one, now=house.clock[0]),
    )
    assert sorted(done, key=str) == [None, StaffFault.LAST_ADMINISTRATOR]
    left = one if done[0] else two
    assert await staff.close(house.database, left, by=None, now=0) is StaffFault.LAST_ADMINISTRATOR
    assert await staff.close(house.database, never, by=None, now=0) is None
    own = await staff.change(house.database, left, editor, frozenset(), by=left, now=0)
    assert own is StaffFault.OWN_ACCOUNT


@pytest.mark.parametrize("how", ["role", "close", "reset", "everywhere", "out", "one"])
async def test_a_session_ends_at_once_and_the_mark_rises(house: House, how: str) -> None:
    await enrolled(house, "chief@b.fr", Role.ADMINISTRATOR)
    someone, token = await enrolled(house, "a@b.fr", Role.EDITOR)
    database, keys, now = house.database, house.keys, house.clock[0]
    session = await sessions.find(database, keys, token, now)
    assert session and session.staff.id == someone
    async with database.read() as connection:
        before = await marks.read_marks(connection)
    match how:
        case "role":
            await staff.change(database, someone, frozenset({Role.MODERATOR}), frozenset(), by=None, now=now)
        case "close":
            await staff.close(database, someone, by=None, now=now)
        case "reset":
            await staff.reset(database, keys, someone, by=None, op="again", now=now)
        case "everywhere":
            await sessions.sign_out_everywhere(database, someone, by=someone, now=now)
        case "out":
            await sessions.sign_out(database, session, now)
        case "one":
            await sessions.end(database, someone, session.id, by=someone, now=now)
    assert await sessions.find(database, keys, token, now) is None
    async with database.read() as connection:
        after = await marks.read_marks(connection)
    assert after[Mark.SESSIONS] > before[Mark.SESSIONS] and after[Mark.DESK] == before[Mark.DESK]


async def test_one_code_lets_one_of_many_in(house: House) -> None:
    """The same code at the same time, from eight half sessions."""
    someone, invitation = await added(house, "a@b.fr", Role.EDITOR)
    database, keys = house.database, house.keys
    first = await sign_in.accept_invitation(database, keys, invitation, "hashed", "", house.clock[0])
    assert first
    told = await sign_in.enrolment(database, keys, first, house.clock[0])
    assert told
    code = one_time.code_at(told.secret, house.clock[0] // 30_000)
    await sign_in.try_code(database, keys, first, code, "", house.clock[0])
    house.clock[0] += 60_000
    now, halves = house.clock[0], []
    for _ in range(8):
        candidate = await sign_in.try_password(database, keys, "a@b.fr", HERE, now)
        assert isinstance(candidate, sign_in.Candidate) and candidate.staff == someone
        halves.append(await sign_in.password_right(database, keys, candidate, "", now))
    code = one_time.code_at(told.secret, now // 30_000)
    done = await asyncio.gather(*(sign_in.try_code(database, keys, h or "", code, "", now) for h in halves))
    assert len([one for one in done if isinstance(one, tuple) and isinstance(one[1], SignedIn)]) == 1


async def test_tries_at_the_same_time_are_slowed_down_too(house: House) -> None:
    tries = [
        sign_in.try_password(house.database, house.keys, "nobody@b.fr", HERE, house.clock[0])
        for _ in range(20)
    ]
    done = await asyncio.gather(*tries)
    assert len([one for one in done if isinstance(one, sign_in.Candidate)]) == 3


async def test_who_tries_from_elsewhere_has_the_owner_wait_for_nothing(house: House) -> None:
    someone, _ = await enrolled(house, "a@b.fr", Role.EDITOR)
    now, database, keys = house.clock[0], house.database, house.keys
    for number in range(40):
        await sign_in.try_password(database, keys, "a@b.fr", f"192.0.2.{number % 5}", now)
    stopped = await sign_in.try_password(database, keys, "a@b.fr", "192.0.2.1", now)
    assert isinstance(stopped, Wait)
    owner = await sign_in.try_password(database, keys, "a@b.fr", HERE, now)
    assert isinstance(owner, sign_in.Candidate) and owner.staff == someone


async def test_a_closed_account_gets_no_further_than_any_other(house: House) -> None:
    await enrolled(house, "chief@b.fr", Role.ADMINISTRATOR)
    someone, _ = await enrolled(house, "a@b.fr", Role.EDITOR)
    candidate = await sign_in.try_password(house.database, house.keys, "a@b.fr", HERE, house.clock[0])
    assert isinstance(candidate, sign_in.Candidate) and candidate.password == "hashed"
    await staff.close(house.database, someone, by=None, now=house.clock[0])
    late = await sign_in.password_right(house.database, house.keys, candidate, "", house.clock[0])
    assert late is None
    again = await sign_in.try_password(house.database, house.keys, "a@b.fr", HERE, house.clock[0])
    assert again == sign_in.Candidate(candidate.key, None, None)
    ended = await sign_in.try_code(house.database, house.keys, "nothing", "123456", "", house.clock[0])
    assert ended is SignInFault.ENDED


@pytest.mark.parametrize("verb", ["UPDATE audit SET action = 'nothing'", "DELETE FROM audit"])
async def test_a_line_of_the_journal_stays_as_it_was_written(house: House, verb: str) -> None:
    someone, _ = await added(house, "a@b.fr", Role.EDITOR)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"):
        beside(house.url, verb)
    [line] = await audit.search(house.database, AuditSearch())
    assert (line.action, line.subject_id, line.detail["roles"]) == ("account-added", str(someone), ["editor"])


async def test_the_journal_is_searched_and_read_page_by_page(house: House) -> None:
    someone, _ = await added(house, "a@b.fr", Role.EDITOR)

    def work(connection: sa.Connection) -> None:
        for number in range(120):
            audit.note(
                connection, someone, Action.SIGNED_IN, SubjectKind.STAFF, number % 3, {"n": number}, number
            )

    await house.database.write(work)
    seen: list[int] = []
    before = None
    while lines := await audit.search(house.database, AuditSearch(staff=someone, before=before)):
        seen += [int(str(line.detail["n"])) for line in lines]
        before = lines[-1].id
    assert seen == list(range(119, -1, -1))
    asked = AuditSearch(action="signed-in", subject_kind="staff", subject_id="1", since=10, until=20)
    assert [line.at for line in await audit.search(house.database, asked)] == [19, 16, 13, 10]
