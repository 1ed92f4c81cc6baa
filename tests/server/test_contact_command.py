"""``imaginest contact`` while no server runs, and what it refuses."""

import asyncio
from pathlib import Path

import pytest

from server.app import open_keys
from server.cli import main
from server.settings import Settings
from storage import contact, outbox
from storage.keys import read_master
from storage.values_contact import ContactSubject
from tests.storage.house import House, device, open_house


async def open_here(folder: Path) -> House:
    open_keys(Settings(data=folder))
    return await open_house(folder, master=read_master((folder / "secret").read_text()))


async def begin(folder: Path) -> int:
    house = await open_here(folder)
    done = await contact.open_thread(
        house.database,
        house.keys,
        device(1),
        subject=ContactSubject.PRESS,
        text="Bonjour \x1b[2J\u202e",
        email="camille@exemple.fr",
        language="fr",
        op="op-begin-1",
        now=house.clock[0],
    )
    assert isinstance(done, int)
    await house.close()
    return done


async def notice_waits(folder: Path) -> bool:
    house = await open_here(folder)
    waits = await outbox.is_due(house.database, 2**42)
    await house.close()
    return waits


def test_it_lists_shows_answers_and_closes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(asyncio.run(begin(tmp_path)))

    def run(*arguments: str) -> str:
        assert main(["--data", str(tmp_path), "contact", *arguments]) == 0
        return capsys.readouterr().out

    assert "  waiting  press (will be told by e-mail)" in run()
    shown = run("show", number)
    assert "Bonjour" in shown and "\x1b" not in shown and "\u202e" not in shown
    assert not asyncio.run(notice_waits(tmp_path))
    run("answer", number, "--text", "Merci.")
    assert "the Région:\nMerci." in run("show", number)
    assert asyncio.run(notice_waits(tmp_path))
    run("close", number)
    assert run() == "nobody waits for an answer\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["answer", "1", "--text", "a" * 2001], "too-long"),
        (["answer", "9", "--text", "a"], "there is no conversation 9"),
        (["close", str(2**40)], "the number of a conversation"),
        (["show", "9"], "there is no conversation 9"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    asyncio.run(begin(tmp_path))
    assert main(["--data", str(tmp_path), "contact", *arguments]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show"], "as in “contact show 12”"),
        (["list", "1"], "“contact show 1”"),
        (["answer", "1"], "“contact answer 1 --text"),
        (["answer", "1", "--text", " "], "“contact answer 1 --text"),
        (["close", "1", "--text", "Bonjour"], "--text goes with answer alone"),
    ],
)
def test_a_wrong_use_says_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["--data", str(tmp_path), "contact", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_without_a_database_there_is_nothing_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path / "none"), "contact"]) == 1
    assert "there is no database" in capsys.readouterr().err
