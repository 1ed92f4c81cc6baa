"""The editors' commands, on data that a server serves and on data that none does."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from server.app import try_database
from server.cli import main
from server.settings import Settings
from storage.image_header import MOST_BYTES
from tests.running import DEADLINE, running
from tests.storage.images import PNG

STEP = {"title": "Prenez-vous le train ?", "theme": "transports", "plus": 2}
PLAN = {
    "title": "Vos trajets",
    "until": "2090-06-30",
    "steps": [
        STEP,
        {"title": "Est-il à l'heure ?", "theme": "transports"},
    ],
}


def edit(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


def add_everything(data: Path, folder: Path) -> None:
    picture, plan = folder / "gare.png", folder / "plan.json"
    picture.write_bytes(PNG + bytes(MOST_BYTES - len(PNG)))
    plan.write_text(json.dumps(PLAN), encoding="utf-8")
    assert edit(data, "add-campaign", "--title", "Le mois du train", "--until", "2090-01-31") == 0
    news = ["add-news", "--title", "La ligne rouvre", "--theme", "transports", "--campaign", "1"]
    assert edit(data, *news, "--picture", str(picture), "--alt", "Une gare") == 0
    assert edit(data, "add-questionnaire", str(plan)) == 0
    assert edit(data, "follow-up", "1", "answered", "--text", "Dès mars.") == 0


def test_the_same_orders_with_and_without_a_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(try_database(Settings(data=tmp_path / "alone")))
    add_everything(tmp_path / "alone", tmp_path)
    alone = capsys.readouterr().out
    with running(tmp_path / "served") as server:
        add_everything(tmp_path / "served", tmp_path)
        topic = httpx2.get(f"{server.url}/sujets/1", timeout=DEADLINE).text
        question = httpx2.get(f"{server.url}/questionnaires/1", timeout=DEADLINE).text
    assert capsys.readouterr().out == alone
    assert alone.splitlines() == [
        "it is campaign 1: /campagnes/1",
        "it is topic 1: /sujets/1",
        "it is questionnaire 1: /questionnaires/1",
        "it stands on topic 1: /sujets/1#suivi",
    ]
    assert "Une gare" in topic and "Dès mars." in topic and "Le mois du train" in topic
    assert "Prenez-vous le train ?" in question.replace("\u202f", " ")


REFUSED: list[tuple[list[str], str]] = [
    (["add-news", "--title", "T", "--theme", "cheese"], "there is no theme cheese; there are "),
    (["add-news", "--title", "T" * 141, "--theme", "sport"], "a title has more than 140 signs"),
    (["add-news", "--title", " ", "--theme", "sport"], "the title is missing"),
    (["add-news", "--title", "T", "--theme", "sport", "--campaign", "7"], "there is no campaign 7"),
    (
        ["add-news", "--title", "T", "--theme", "sport", "--picture", "{plan}", "--alt", "x"],
        "no PNG, JPEG",
    ),
    (["add-news", "--title", "T", "--theme", "sport", "--picture", "{png}"], "needs words for those"),
    (
        ["add-news", "--title", "T", "--theme", "sport", "--until", "2020-01-01"],
        "not after its beginning",
    ),
    (["add-campaign", "--title", "T", "--until", "31/12/2090"], "write it as in"),
    (["add-questionnaire", "{plan}"], "a step leads to itself"),
    (["add-questionnaire", "{png}"], "is no JSON"),
    (["add-questionnaire", "nowhere.json"], "cannot be read"),
    (["follow-up", "7", "done"], "no topic has this number"),
]

WRONG_USE = {"write it as in", "is no JSON", "cannot be read"}
"""What the command itself cannot take, whatever the data say."""


def test_what_cannot_be_done_is_said_in_one_sentence_by_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan").write_text(json.dumps({**PLAN, "steps": [{**STEP, "plus": 1}]}))
    (tmp_path / "png").write_bytes(PNG)
    files = {"plan": tmp_path / "plan", "png": tmp_path / "png"}

    def try_all() -> list[str]:
        for arguments, why in REFUSED:
            status = 2 if why in WRONG_USE else 1
            assert edit(tmp_path / "data", *(each.format(**files) for each in arguments)) == status
        return capsys.readouterr().err.splitlines()

    asyncio.run(try_database(Settings(data=tmp_path / "data")))
    alone = try_all()
    for told, (_, why) in zip(alone, REFUSED, strict=True):
        assert told.startswith("imaginest: ") and why in told
    with running(tmp_path / "data"):
        assert try_all() == alone
