"""What ends by itself, as the legal page promises it, and what a forgotten device leaves in any table."""

import sqlalchemy as sa

from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from storage import contact
from storage.attendance import Attendance
from storage.ballots import DAY_MS
from storage.contact import LONGEST_WAITING_DAYS, forget_old_threads
from storage.forgetting import FORGOTTEN, LEFT, NOBODYS, forget_device
from storage.posts import publish, refuse, submit
from storage.profiles import LONGEST_UNUSED_DAYS, profile_of, save_profile
from storage.questionnaires import destroy_expired_visitors, engagement, note_stages
from storage.reports import report
from storage.retention import AUTHOR_DAYS, POST_DAYS, REPORT_DAYS, forget_citizens
from storage.tables import METADATA
from storage.values import Profile
from storage.values_contact import ContactSubject
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from storage.values_questionnaires import Stage
from storage.values_reports import NewReport, ReportReason
from tests.storage.house import START, House, beside, device
from tests.storage.test_questionnaires import END, questionnaire

ME, OTHER = device(1), device(2)
CELL = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)
RULES = PostingRules(idea_days=30)


async def post(house: House, op: str, who: bytes = ME) -> Post:
    new = NewPost(PostKind.IDEA, f"Une idée {op}", house.keys.author(who), op, "transports")
    made = await submit(house.database, house.keys, new, RULES, house.clock[0])
    assert isinstance(made, Post)
    return made


async def published(house: House, op: str) -> int:
    made = await post(house, op)
    done = await publish(house.database, house.keys, made.id, RULES, house.clock[0])
    assert isinstance(done, Post) and done.topic is not None
    return done.topic


async def write(house: House, who: bytes = ME) -> None:
    done = await contact.open_thread(
        house.database,
        house.keys,
        who,
        subject=ContactSubject.OTHER,
        text="Bonjour",
        email="",
        language="fr",
        op="op-contact-1",
        now=house.clock[0],
    )
    assert isinstance(done, int)


async def test_a_profile_that_nobody_used_for_25_months_goes_with_its_voter(house: House) -> None:
    for who in (ME, OTHER):
        await house.tell(who, CELL)
    attendance = Attendance(house.keys)
    house.clock[0] += LONGEST_UNUSED_DAYS * DAY_MS
    await forget_citizens(house.database, house.clock[0])
    known = await profile_of(house.database, house.keys, OTHER)
    assert known is not None, "not before its time"
    attendance.note_profile(OTHER, known, house.clock[0])
    await attendance.flush(house.database, house.clock[0])
    await forget_citizens(house.database, house.clock[0] + DAY_MS)
    assert await profile_of(house.database, house.keys, ME) is None
    assert await profile_of(house.database, house.keys, OTHER) is not None
    assert len(beside(house.url, "SELECT * FROM voter")) == 1


async def test_the_day_of_use_is_written_once_a_day(house: House) -> None:
    await house.tell(ME, CELL)
    attendance = Attendance(house.keys)
    profile = await profile_of(house.database, house.keys, ME)
    assert profile == Profile(CELL) and profile is not None and profile.used == START // DAY_MS
    attendance.note_profile(ME, profile, START)
    beside(house.url, "UPDATE profile SET used = 1")
    await attendance.flush(house.database, START)
    assert beside(house.url, "SELECT used FROM profile") == [(1,)], "nothing was to be written"
    attendance.note_profile(ME, Profile(CELL, used=1), START)
    await attendance.flush(house.database, START)
    assert beside(house.url, "SELECT used FROM profile") == [(START // DAY_MS,)]


async def test_first_answers_that_come_late_change_nothing_that_was_told(house: House) -> None:
    late = Cell(Departement.AUBE, None, None)
    await save_profile(house.database, house.keys, OTHER, late, START, first=True)
    assert await profile_of(house.database, house.keys, OTHER) == Profile(late)
    await house.tell(ME, CELL)
    await save_profile(house.database, house.keys, ME, late, START, first=True)
    assert await profile_of(house.database, house.keys, ME) == Profile(CELL)


async def test_texts_that_nobody_saw_go_after_a_year_and_the_others_lose_their_author(house: House) -> None:
    seen, refused = await published(house, "op-seen-1"), await post(house, "op-refused")
    await refuse(house.database, refused.id, "Hors sujet", house.clock[0])
    await forget_citizens(house.database, START + POST_DAYS * DAY_MS)
    assert len(beside(house.url, "SELECT * FROM post")) == 2
    await forget_citizens(house.database, START + POST_DAYS * DAY_MS + 1)
    assert beside(house.url, "SELECT topic_id FROM post WHERE author IS NOT NULL") == [(seen,)]
    assert len(beside(house.url, "SELECT * FROM post")) == 1
    await forget_citizens(house.database, START + AUTHOR_DAYS * DAY_MS + 1)
    assert beside(house.url, "SELECT topic_id, author FROM post") == [(seen, None)]


async def test_reports_go_after_a_year_and_messages_do_not_wait_for_ever(house: House) -> None:
    topic = await published(house, "op-reported")
    new = NewReport(topic, house.keys.reporter(ME), ReportReason.INSULT, "Une ligne")
    assert await report(house.database, new, START) is None
    await write(house)
    await forget_citizens(house.database, START + REPORT_DAYS * DAY_MS)
    await forget_old_threads(house.database, START + LONGEST_WAITING_DAYS * DAY_MS, 30)
    assert len(beside(house.url, "SELECT * FROM report")) == 1
    assert len(beside(house.url, "SELECT * FROM contact_thread")) == 1
    await forget_citizens(house.database, START + REPORT_DAYS * DAY_MS + 1)
    await forget_old_threads(house.database, START + LONGEST_WAITING_DAYS * DAY_MS + 1, 30)
    assert beside(house.url, "SELECT * FROM report") == []
    assert beside(house.url, "SELECT * FROM contact_message") == []


def test_every_column_of_bytes_is_known_to_forgetting() -> None:
    """A pseudonym is bytes: who adds a table says whether it leads from a device to a row."""
    columns = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert columns == FORGOTTEN | LEFT | NOBODYS
    assert len(FORGOTTEN) + len(LEFT) + len(NOBODYS) == len(columns)


async def test_nothing_that_leads_to_a_forgotten_device_is_left_in_any_table(house: House) -> None:
    topic = await published(house, "op-theirs")
    await post(house, "op-waiting")
    await house.tell(ME, CELL)
    await house.vote(topic, ME, Sign.PLUS)
    new = NewReport(topic, house.keys.reporter(ME), ReportReason.INSULT, "Une ligne")
    assert await report(house.database, new, START) is None
    await write(house)
    asked = await questionnaire(house)
    stages = {Stage.STARTED, Stage.VOTED}
    await note_stages(house.database, house.keys, asked, ME, stages, START)
    counted = await engagement(house.database, asked)

    def values(column: str) -> set[bytes]:
        table, name = column.split(".")
        found = beside(house.url, f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL")
        return {bytes(row[0]) for row in found}

    before = {column: values(column) for column in FORGOTTEN}
    assert all(before.values()), "each of them is tried"
    for _ in range(2):  # a second time changes nothing
        await forget_device(house.database, house.keys, ME)
    assert {column for column in FORGOTTEN if values(column) & before[column]} == set()
    assert await engagement(house.database, asked) == counted, "what was published stays"
    await destroy_expired_visitors(house.database, END + 1, 0)
    assert values("questionnaire_visitor.pseudonym") == set()
