"""``imaginest posts``: a moderator's decisions by command, beside a running server and without one."""

import asyncio
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from server.app import open_keys
from server.cli import main
from server.settings import BadSetting, Settings
from storage.posts import submit
from storage.values_posts import Moderation, NewPost, Post, PostingRules, PostKind
from tests.running import Running, running
from tests.storage.house import START, device, open_house

TEXT = "Un train de nuit de Strasbourg à Nice"


async def post(folder: Path) -> int:
    house = await open_house(folder, master=_master(folder))
    new = NewPost(PostKind.IDEA, TEXT, house.keys.author(device(1)), "abcdefgh", "transports")
    made = await submit(house.database, house.keys, new, PostingRules(), START)
    await house.close()
    assert isinstance(made, Post)
    return made.id


def _master(folder: Path) -> bytes:
    open_keys(Settings(data=folder))
    return bytes.fromhex((folder / "secret").read_text().strip())


def said(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str]:
    status = main(["--data", str(folder), "posts", *arguments])
    captured = capsys.readouterr()
    return status, captured.err if status else captured.out


def page(server: Running, path: str) -> str:
    with urllib.request.urlopen(server.url + path, timeout=20) as answer:
        body: bytes = answer.read()
        return body.decode()


def test_a_post_is_published_while_the_server_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = asyncio.run(post(tmp_path))
    with running(tmp_path) as server:
        assert said(capsys, tmp_path) == (0, f"{number}  idea  transports  {TEXT}\n")
        assert TEXT not in page(server, "/")
        status, told = said(capsys, tmp_path, "publish", str(number))
        assert (status, told) == (0, f"post {number} is published as topic 1\n")
        assert TEXT in page(server, "/") and TEXT in page(server, "/sujets/1")
        assert said(capsys, tmp_path) == (0, "no post waits\n")
        assert said(capsys, tmp_path, "refuse", str(number), "--reason", "off-topic")[0] == 0
        assert TEXT not in page(server, "/")
        assert said(capsys, tmp_path, "publish", "99") == (1, "imaginest: there is no such post\n")


def test_a_post_is_decided_about_without_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(asyncio.run(post(tmp_path)))
    assert said(capsys, tmp_path, "refuse", number, "--reason", "Déjà fait")[0] == 0
    assert said(capsys, tmp_path, "publish", number) == (1, "imaginest: it was refused or withdrawn before\n")


def test_where_moderation_comes_after_a_post_is_public_at_once(tmp_path: Path) -> None:
    with running(tmp_path, IMAGINEST_MODERATION="after", IMAGINEST_IDEA_DAYS="7") as server:
        form = {"kind": "idea", "text": TEXT, "theme": "transports", "op": "abcdefgh", "step": "publish"}
        headers = {"Origin": server.url, "Cookie": server.cookie()}
        request = urllib.request.Request(f"{server.url}/proposer", urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.url == f"{server.url}/mes-idees/1"
        assert TEXT in page(server, "/") and "encore 6\u00a0jours" in page(server, "/sujets/1")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("publish",), "as in “posts publish 12”"),
        (("list", "1"), "say “posts publish 1”"),
        (("refuse", "1"), "--reason off-topic”"),
        (("refuse", "1", "--reason", " "), "insult, off-topic, personal-data, advertising, duplicate"),
        (("refuse", "--reason", "x"), "as in “posts refuse 12”"),
        (("publish", "1", "--reason", "x"), "leave --reason away"),
    ],
)
def test_half_a_decision_is_none_and_says_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    status, told = said(capsys, tmp_path, *arguments)
    assert status == 2 and why in told and len(told.splitlines()) <= 2


def test_when_moderation_comes_and_how_long_an_idea_lives_are_set() -> None:
    assert Settings.of({}).posting == PostingRules(Moderation.BEFORE, 60)
    environment = {"IMAGINEST_MODERATION": "after", "IMAGINEST_IDEA_DAYS": "7"}
    assert Settings.of(environment).posting == PostingRules(Moderation.AFTER, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MODERATION", "never"), ("IDEA_DAYS", "0"), ("IDEA_DAYS", "99999"), ("IDEA_DAYS", "x")],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"IMAGINEST_{name}"):
        Settings.of({f"IMAGINEST_{name}": value})
