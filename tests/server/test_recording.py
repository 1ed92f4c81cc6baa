from collections.abc import Callable
from pathlib import Path

import pytest

from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign
from server.recording import BadRecording, Recording, read_population, read_recording
from server.report import print_report

COMMENTS = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body"
VOTES = "timestamp,datetime,comment-id,voter-id,vote"

Read = Callable[[list[str], list[str]], Recording]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(comments: list[str], votes: list[str]) -> Recording:
        (tmp_path / "c.csv").write_text("\n".join([COMMENTS, *comments]) + "\n")
        (tmp_path / "v.csv").write_text("\n".join([VOTES, *votes]) + "\n")
        return read_recording(tmp_path / "v.csv", tmp_path / "c.csv")

    return of


def test_the_last_vote_by_time_counts_however_the_file_is_sorted(read: Read) -> None:
    recording = read(["1,x,0,0,9,9,1,Oui"], ["30,x,0,1,1", "10,x,0,1,-1", "20,x,0,2,-1"])
    assert [event.at for event in recording.events] == [10, 20, 30]
    assert recording.recount() == {0: Counts(1, 1)}


def test_votes_of_one_instant_keep_the_order_of_the_file(read: Read) -> None:
    recording = read(["1,x,0,0,0,0,1,Oui"], ["10,x,0,1,-1", "10,x,0,1,1"])
    assert recording.recount() == {0: Counts(1, 0)}


def test_a_pass_takes_an_earlier_vote_back(read: Read) -> None:
    recording = read(["1,x,0,0,0,0,1,Oui"], ["10,x,0,1,1", "20,x,0,1,0"])
    assert recording.events[1].sign is Sign.WITHDRAWN
    assert recording.passes == 1
    assert recording.recount() == {0: Counts(0, 0)}


def test_repeats_are_counted_and_change_nothing(read: Read) -> None:
    recording = read(["1,x,0,0,0,0,1,Oui"], ["10,x,0,1,1", "20,x,0,1,1", "30,x,0,2,1"])
    assert recording.repeats == 1
    assert recording.recount() == {0: Counts(2, 0)}


def test_long_statements_are_refused_and_votes_on_them_left_out(read: Read) -> None:
    comments = [f"1,x,0,0,0,0,1,{'a' * 140}", f"1,x,1,0,0,0,1,{'a' * 141}"]
    recording = read(comments, ["10,x,0,1,1", "10,x,1,1,1", "10,x,77,1,1"])
    assert [statement.id for statement in recording.statements] == [0]
    assert (recording.too_long, recording.strays, len(recording.events)) == (1, 2, 1)


def test_what_the_debates_moderators_rejected_is_left_out_with_its_votes(read: Read) -> None:
    comments = [
        "1,x,0,0,0,0,1,Oui",
        "1,x,1,0,0,0,-1,Spam",
        f"1,x,2,0,0,0,-1,{'a' * 141}",
        "1,x,3,0,0,0,0,Neuf",
    ]
    recording = read(comments, ["10,x,0,1,1", "10,x,1,1,1", "20,x,1,1,-1", "10,x,2,1,1", "10,x,3,1,1"])
    assert [statement.id for statement in recording.statements] == [0, 3]
    assert (recording.rejected, recording.rejected_votes) == (2, 3)
    assert (recording.too_long, recording.strays, len(recording.events)) == (0, 0, 2)


def test_without_the_column_all_are_taken_and_the_report_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.csv").write_text("comment-id,comment-body\n0,Oui\n1,Non\n")
    (tmp_path / "v.csv").write_text(VOTES + "\n10,x,0,1,1\n")
    recording = read_recording(tmp_path / "v.csv", tmp_path / "c.csv")
    assert (len(recording.statements), recording.rejected, recording.rejected_votes) == (2, None, 0)
    assert print_report(recording, {0: 7, 1: 8}, {7: Counts(1, 0), 8: Counts(0, 0)}, 0)
    assert "no column says what moderators rejected: all are taken\n" in capsys.readouterr().out


def test_a_judgement_that_is_none_is_named_by_its_line(read: Read) -> None:
    with pytest.raises(BadRecording, match=r"c\.csv, line 3: moderated is 'no', 1, 0 or -1 is needed"):
        read(["1,x,0,0,0,0,1,Oui", "1,x,1,0,0,0,no,Non"], [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("10,x,0,1,2", "vote is '2'"),
        ("10,x,0,1,", "vote is ''"),
        ("soon,x,0,1,1", "timestamp is 'soon'"),
        ("10,x,-3,1,1", "comment-id is '-3'"),
        ("10,x,0,1", "not as many fields"),
        ("10,x,0,1,1,1", "not as many fields"),
        ('10,"x"y,0,1,1', "expected after"),
    ],
)
def test_a_bad_row_is_named_by_its_line(read: Read, row: str, why: str) -> None:
    with pytest.raises(BadRecording, match=r"v\.csv, line 3: ") as error:
        read(["1,x,0,0,0,0,1,Oui"], ["10,x,0,1,1", row])
    assert why in str(error.value)


def test_a_statement_that_is_there_twice_is_refused(read: Read) -> None:
    with pytest.raises(BadRecording, match=r"c\.csv, line 3: comment-id 0 is there twice"):
        read(["1,x,0,0,0,0,1,Oui", "1,x,0,0,0,0,1,Non"], [])


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"nowhere\.csv"):
        read_population(tmp_path / "nowhere.csv")
    (tmp_path / "p.csv").write_text("departement,nom\n08,Ardennes\n")
    with pytest.raises(BadRecording, match="column sexe is missing"):
        read_population(tmp_path / "p.csv")


def test_a_quarter_of_those_under_20_is_taken_to_be_15_or_older(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("departement,nom,sexe,age,population\n57,Moselle,F,0-19,400\n57,Moselle,F,75+,300\n")
    population = read_population(path)
    moselle = Departement.MOSELLE
    assert population.cells == (
        Cell(moselle, Sex.WOMAN, AgeBand.FROM_15),
        Cell(moselle, Sex.WOMAN, AgeBand("75+")),
    )
    assert population.residents == (100, 300)


def test_profiles_are_drawn_by_weight_and_equal_for_equal_seeds(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("departement,nom,sexe,age,population\n57,Moselle,F,75+,1\n08,Ardennes,H,75+,0\n")
    population = read_population(path)
    assert {cell.departement for cell in population.draw(50, 1)} == {Departement.MOSELLE}
    assert population.draw(50, 1) == population.draw(50, 1)


@pytest.mark.parametrize(
    "row", ["75,Paris,F,75+,1", "57,Moselle,Z,75+,1", "57,Moselle,F,20-29,1", "57,M,F,75+,1.5"]
)
def test_a_population_that_is_not_ours_is_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"departement,nom,sexe,age,population\n{row}\n")
    with pytest.raises(BadRecording, match="line 2"):
        read_population(path)
