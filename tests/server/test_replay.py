from pathlib import Path

import pytest

from server.replay import run
from server.settings import Settings
from tests.running import running

COMMENTS = f"""timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,x,0,0,5,5,1,"Oui, plus de trains"
1,x,1,0,5,5,1,Moins de bruit
1,x,2,0,5,5,1,{"a" * 141}
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
3000,x,0,1,-1
1000,x,0,1,1
1000,x,0,2,1
1100,x,0,2,1
1200,x,0,3,1
9999000,x,0,3,0
1300,x,1,1,-1
1400,x,1,2,-1
1500,x,2,2,-1
"""
POPULATION = """departement,nom,sexe,age,population
57,Moselle,F,0-19,400
67,Bas-Rhin,H,75+,300
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    paths = tmp_path / "v.csv", tmp_path / "c.csv", tmp_path / "p.csv"
    for path, text in zip(paths, (VOTES, COMMENTS, POPULATION), strict=True):
        path.write_text(text)
    return paths


def check_report(printed: str) -> None:
    lines = [line.split() for line in printed.splitlines()]
    assert ["1", "1", "2", "+1", "−1", "yes"] in [line[1:7] for line in lines]
    assert ["0", "2", "2", "+0", "−2", "yes"] in [line[1:7] for line in lines]
    assert "1 statements over 140 signs refused, 1 votes" in printed
    assert "8 votes played, 1 of them repeats, 1 passes; 0 refused" in printed


def test_a_replay_that_serves_itself_ends_equal_to_the_recount(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, profiles = files
    assert run(Settings(data=tmp_path / "data", port=0), votes, comments, profiles, None) == 0
    check_report(capsys.readouterr().out)


def test_a_replay_at_speed_goes_to_the_server_that_runs_and_cuts_silences(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, _ = files
    with running(tmp_path / "data") as server:
        assert run(Settings(data=tmp_path / "data", port=0), votes, comments, None, 100.0) == 0
        printed = capsys.readouterr().out
        assert server.url in printed
    check_report(printed)
    assert "1 silences longer than 2 s are cut" in printed


def test_a_recording_that_cannot_be_read_is_said_and_starts_nothing(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, _ = files
    votes.write_text(VOTES + "1600,x,0,2,maybe\n")
    assert run(Settings(data=tmp_path / "data", port=0), votes, comments, None, None) == 1
    assert "line 11: vote is 'maybe'" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
