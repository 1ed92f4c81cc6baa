import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from server.replay import run
from server.settings import Settings
from storage.database import Database
from storage.topics import list_topics
from storage.values import Provenance
from tests.running import DEADLINE, ROOT, running
from tests.terminal import on_a_terminal

COMMENTS = f"""timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,x,0,0,5,5,1,"Oui, plus de trains"
1,x,1,0,5,5,1,Moins de bruit
1,x,2,0,5,5,1,{"a" * 141}
1,x,3,0,5,5,-1,Une insulte
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
1600,x,3,1,1
1700,x,3,2,1
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


async def provenances(data: Path) -> set[Provenance]:
    database = Database(Settings(data=data).database)
    try:
        return {topic.provenance for topic in await list_topics(database)}
    finally:
        await database.close()


def check_report(printed: str) -> None:
    lines = [line.split() for line in printed.splitlines()]
    assert ["1", "1", "2", "+1", "−1", "yes"] in [line[1:7] for line in lines]
    assert ["0", "2", "2", "+0", "−2", "yes"] in [line[1:7] for line in lines]
    assert "8 votes played, 1 repeat and 1 pass among them\n0 votes refused by the server\n" in printed
    assert "1 statement rejected by moderators left out\n2 votes on rejected statements left out\n" in printed
    assert "Une insulte" not in printed
    assert (
        "1 statement over 140 signs refused\n1 vote on too long or unknown statements left out\n" in printed
    )


def test_a_replay_that_serves_itself_ends_equal_to_the_recount(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, profiles = files
    assert run(Settings(data=tmp_path / "data", port=0), votes, comments, profiles, None) == 0
    printed = capsys.readouterr().out
    check_report(printed)
    assert "the time lines tell this haste" in printed
    assert asyncio.run(provenances(tmp_path / "data")) == {Provenance.RECORDED}


def test_a_replay_that_stays_keeps_its_pages_open_until_it_is_ended(
    tmp_path: Path, files: tuple[Path, Path, Path]
) -> None:
    votes, comments, _ = files
    command = [sys.executable, "-m", "server.cli", "--data", str(tmp_path / "data"), "replay", "--stay"]
    command += ["--port", "0", "--votes", str(votes), "--comments", str(comments)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    ) as process:
        assert process.stdout is not None
        staying = next(line for line in process.stdout if "the pages stay at" in line)
        url = staying.split()[4]
        with urlopen(url) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0


def test_a_replay_at_speed_goes_to_the_server_that_runs_and_cuts_silences(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, _ = files
    with running(tmp_path / "data") as server:
        assert run(Settings(data=tmp_path / "data", port=0), votes, comments, None, 100.0) == 0
        printed = capsys.readouterr().out
        assert server.url in printed
    check_report(printed)
    assert "1 silence longer than 2 s cut" in printed
    assert asyncio.run(provenances(tmp_path / "data")) == {Provenance.RECORDED_VOTES}  # no profiles are drawn


def test_a_recording_that_cannot_be_read_is_said_and_starts_nothing(
    tmp_path: Path, files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    votes, comments, _ = files
    votes.write_text(VOTES + "1800,x,0,2,maybe\n")
    assert run(Settings(data=tmp_path / "data", port=0), votes, comments, None, None) == 1
    assert "line 13: vote is 'maybe'" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("language", ["C", "fr_FR.UTF-8"])
def test_on_a_terminal_both_bars_end_full_on_a_line_of_their_own_and_the_table_follows(
    tmp_path: Path, files: tuple[Path, Path, Path], columns: int, language: str
) -> None:
    votes, comments, _ = files
    comments.write_text(COMMENTS.replace("Moins de bruit", "Moins de bruit" + " la nuit surtout" * 7))
    command = [sys.executable, "-m", "server.cli", "--data", str(tmp_path / "data"), "replay", "--port", "0"]
    session = on_a_terminal(
        [*command, "--votes", str(votes), "--comments", str(comments)],
        columns=columns,
        environment=os.environ | {"LC_ALL": language},
    )
    assert session.status == 0, session.written
    screen = session.screen
    bars = [number for number, line in enumerate(screen) if "%" in line]
    connected, voted = (screen[number] for number in bars)
    assert connected.startswith("[█") and connected.endswith("█] 100 %  3 of 3 voters")
    assert voted.startswith("[█") and voted.endswith("█] 100 %  8 of 8 votes")
    assert screen[bars[1] + 1].split() == ["topic", "+", "−", "voters", "recount", "equal"]
    after = screen[bars[0] :]
    assert all(len(line) < columns for line in after), after
    assert screen[bars[1] + 3].endswith("…")
    assert screen[-2] == "every topic equals the recount"


def test_an_output_that_lacks_our_letters_is_no_reason_to_fail(
    tmp_path: Path, files: tuple[Path, Path, Path]
) -> None:
    votes, comments, _ = files
    command = [sys.executable, "-m", "server.cli", "--data", str(tmp_path / "data"), "replay", "--port", "0"]
    session = on_a_terminal(
        [*command, "--votes", str(votes), "--comments", str(comments)],
        columns=80,
        environment=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert session.status == 0, session.written
    assert "100 %  8 of 8 votes" in session.written
