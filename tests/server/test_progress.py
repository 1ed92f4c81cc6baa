"""How far a long command is, on every kind of output."""

import io

import pytest

from server.progress import LINES, Progress, bar, counted, duration


@pytest.mark.parametrize("columns", [24, 30, 40, 59, 79, 200])
def test_a_bar_keeps_within_the_columns_and_its_width_from_start_to_end(columns: int) -> None:
    drawn = [bar(done, 12345, "vote", columns) for done in (0, 9, 999, 1000, 12344, 12345)]
    assert {len(line) for line in drawn} == {len(drawn[0])}
    assert len(drawn[0]) <= columns


def test_only_what_is_done_is_full_and_a_hundred_percent() -> None:
    assert "·" in bar(12344, 12345, "vote", 80) and " 99 %" in bar(12344, 12345, "vote", 80)
    assert "·" not in bar(12345, 12345, "vote", 80) and "100 %" in bar(12345, 12345, "vote", 80)
    assert "█" not in bar(0, 12345, "vote", 80)


def test_a_bar_without_room_gives_way_to_its_numbers_and_these_to_the_percentage() -> None:
    assert bar(600, 1200, "vote", 33) == " 50 %    600 of 1,200 votes"
    assert bar(600, 1200, "vote", 12) == " 50 %"


def test_nothing_to_do_is_done() -> None:
    assert "100 %  0 of 0 votes" in bar(0, 0, "vote", 80)
    with Progress(0, "vote", io.StringIO()):
        pass


@pytest.mark.parametrize("total", [1, 3, 10, 1237])
def test_a_file_is_told_in_few_lines_of_which_the_last_says_all(total: int) -> None:
    file = io.StringIO()
    with Progress(total, "vote", file) as progress:
        for _ in range(total):
            progress.step()
    lines = file.getvalue().splitlines()
    assert len(lines) == min(total, LINES)
    assert lines[-1] == f"100 %  {total:,} of {counted(total, 'vote')}"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (725, "12 min 5 s"), (11220, "3 h 7 min")]
)
def test_a_duration_is_said_as_a_person_would(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_one_is_singular() -> None:
    assert (counted(1, "vote"), counted(0, "vote")) == ("1 vote", "0 votes")
    assert (counted(1, "pass", "passes"), counted(1000, "pass", "passes")) == ("1 pass", "1,000 passes")
