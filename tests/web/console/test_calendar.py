"""The calendar of the Région's questions, and instants as editors type them (pure)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from storage.values_drafts import DraftFault, DraftState
from storage.values_planning import Planned, PlannedSort
from web.console.calendar import Holiday, Warn, easter, holidays, span, weeks
from web.console.local_instant import read_instant, write_instant

TODAY = date(2027, 3, 1)
MONDAY = date(2027, 3, 22)


def at(text: str) -> int:
    read = read_instant(text)
    assert isinstance(read, int)
    return read


def question(opens: str, closes: str | None = None, sort: PlannedSort = PlannedSort.QUESTION) -> Planned:
    ends = None if closes is None else at(closes)
    return Planned(sort, DraftState.SCHEDULED, "Une question ?", at(opens), ends)


def warned(*planned: Planned, first: date = MONDAY, today: date = TODAY) -> set[Warn]:
    (week,) = weeks(first, first + timedelta(6), planned, today)
    return {*week.warnings, *(warning for day in week.days for warning in day.warnings)}


def test_one_or_two_questions_a_week_are_as_they_should_be() -> None:
    assert warned(question("2027-03-22T09:00", "2027-03-25T18:00")) == set()
    assert warned(question("2027-03-22T09:00"), question("2027-03-28T23:59")) == set()


def test_a_week_without_a_question_is_told_before_it_is_over() -> None:
    assert warned() == {Warn.EMPTY_WEEK}
    assert warned(question("2027-03-21T23:59"), question("2027-03-29T00:00")) == {Warn.EMPTY_WEEK}
    assert warned(today=date(2027, 3, 29)) == set()


def test_more_than_two_in_a_week_and_two_on_a_day() -> None:
    three = [question(f"2027-03-2{day}T09:00") for day in (2, 3, 4)]
    assert warned(*three) == {Warn.FULL_WEEK}
    assert warned(question("2027-03-22T00:00"), question("2027-03-22T23:59")) == {Warn.SAME_DAY}


def test_a_questionnaire_counts_as_a_question_and_a_campaign_or_a_letter_does_not() -> None:
    asked = question("2027-03-22T09:00", sort=PlannedSort.QUESTIONNAIRE)
    assert warned(asked) == set()
    assert warned(asked, question("2027-03-22T10:00")) == {Warn.SAME_DAY}
    for sort in (PlannedSort.CAMPAIGN, PlannedSort.LETTER):
        other = question("2027-03-22T10:00", sort=sort)
        assert warned(other) == {Warn.EMPTY_WEEK} and warned(asked, other) == set()


@pytest.mark.parametrize(
    ("sort", "opens", "warning"),
    [
        (PlannedSort.LETTER, ["2027-03-25T23:00"], Warn.LETTER_AT_NIGHT),
        (PlannedSort.LETTER, ["2027-03-26T12:00"], Warn.LETTER_ON_HOLIDAY),
        (PlannedSort.LETTER, ["2027-03-25T12:00", "2027-03-25T13:00"], Warn.LETTERS_TOGETHER),
        (PlannedSort.CAMPAIGN, ["2027-03-25T12:00", "2027-03-25T13:00"], Warn.CAMPAIGNS_TOGETHER),
        (PlannedSort.CAMPAIGN, ["2027-03-26T23:00"], None),
    ],
)
def test_what_a_letter_and_campaigns_are_warned_of(
    sort: PlannedSort, opens: list[str], warning: Warn | None
) -> None:
    found = warned(question("2027-03-22T09:00"), *(question(one, sort=sort) for one in opens))
    assert found == ({warning} if warning else set())


@pytest.mark.parametrize(
    ("closes", "warning"),
    [
        ("2027-03-25T21:59", None),
        ("2027-03-25T22:00", Warn.ENDS_AT_NIGHT),
        ("2027-03-25T06:59", Warn.ENDS_AT_NIGHT),
        ("2027-03-25T07:00", None),
        ("2027-03-26T12:00", Warn.ENDS_ON_HOLIDAY),  # Good Friday, in Alsace and Moselle
    ],
)
def test_a_vote_that_ends_while_nobody_looks(closes: str, warning: Warn | None) -> None:
    assert warned(question("2027-03-22T09:00", closes)) == ({warning} if warning else set())


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1961, 4, 2), (2000, 4, 23), (2024, 3, 31), (2027, 3, 28), (2038, 4, 25)]
)
def test_easter_is_when_it_was_and_will_be(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


def test_holidays_are_those_of_alsace_and_moselle_too() -> None:
    days = holidays(2027)
    assert len(days) == 13
    assert days[date(2027, 5, 6)] is Holiday.ASCENSION and days[date(2027, 5, 17)] is Holiday.WHIT_MONDAY
    assert days[date(2027, 12, 26)] is Holiday.SAINT_STEPHEN


def test_weeks_are_whole_and_their_days_those_of_the_regions_clocks() -> None:
    shown = weeks(date(2027, 3, 1), date(2027, 3, 31), [], TODAY)
    assert [week.number for week in shown] == [9, 10, 11, 12, 13]
    assert span(date(2027, 3, 1), date(2027, 3, 31)) == (at("2027-03-01T00:00"), at("2027-04-05T00:00"))


def test_an_instant_is_read_by_the_clocks_of_paris_in_winter_and_summer() -> None:
    def utc(text: str) -> datetime:
        return datetime.fromtimestamp(at(text) / 1000, UTC)

    assert utc("2027-01-15T18:00") == datetime(2027, 1, 15, 17, tzinfo=UTC)
    assert utc("2027-07-15T18:00") == datetime(2027, 7, 15, 16, tzinfo=UTC)
    assert utc("15/07/2027 18:00") == datetime(2027, 7, 15, 16, tzinfo=UTC)
    assert utc("2027-10-31T02:30") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first of two
    assert read_instant("") is None
    for text in ("2027-07-15T18:00", "2027-07-15T18:00:07"):
        assert write_instant(at(text)) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2027-03-28T02:30", DraftFault.SKIPPED_TIME),
        ("demain", DraftFault.BAD_TIME),
        ("2027-02-30T10:00", DraftFault.BAD_TIME),
        ("0001-01-01T00:00", DraftFault.BAD_YEAR),
        ("1999-03-31T18:00", DraftFault.BAD_YEAR),
        ("20270-03-31T18:00", DraftFault.BAD_YEAR),
        ("9999-12-31T23:59", DraftFault.BAD_YEAR),
    ],
)
def test_a_time_that_no_clock_shows_is_a_fault(text: str, fault: DraftFault) -> None:
    assert read_instant(text) is fault
