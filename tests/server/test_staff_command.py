"""``imaginest staff``: accounts made and changed by command, also beside a server, and never in a new folder."""

import asyncio
import io
import re
from pathlib import Path

import httpx2
import pytest

from server.app import try_database, wall_ms
from server.cli import main
from server.data import place_of
from server.settings import Settings
from storage import audit, one_time
from storage.values_audit import AuditLine, AuditSearch
from tests.running import DEADLINE, NO_TLS, Running, running
from tests.storage.house import open_house

CLAIRE = "claire@grandest.fr"
PASSWORD = "une phrase assez longue"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a database, and nobody in it."""
    asyncio.run(try_database(Settings(data=tmp_path)))
    return tmp_path


class Terminal:
    """What an operator types, and reads."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def type(self, *arguments: str, status: int = 0) -> str:
        assert main(["--data", str(self._folder), *arguments]) == status
        told = self._capsys.readouterr()
        if status == 0:
            assert told.err == f"(database: {self._folder / 'imaginest.db'})\n"
        return told.out if status == 0 else told.err


@pytest.fixture
def terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(folder, capsys)


def lines(folder: Path) -> list[AuditLine]:
    async def read() -> list[AuditLine]:
        house = await open_house(folder, master=bytes.fromhex((folder / "secret").read_text().strip()))
        found = await audit.search(house.database, AuditSearch())
        await house.close()
        return list(reversed(found))

    return asyncio.run(read())


def test_an_account_is_added_changed_reset_and_closed(folder: Path, terminal: Terminal) -> None:
    added = terminal.type("staff", "add", CLAIRE, "--name", "Claire", "--role", "administrator")
    assert re.search(r"^http://127\.0\.0\.1:8000/console/inscription/\S+$", added, re.MULTILINE)
    assert terminal.type("staff") == f"{CLAIRE}  Claire  (administrator)  invited\n1 account\n"
    karim = "karim@grandest.fr"
    terminal.type("staff", "add", karim, "--name", "Karim", "--role", "referent", "--theme", "sport")
    terminal.type("staff", "roles", karim, "--role", "editor")
    assert f"{karim}  Karim  (editor)  invited" in terminal.type("staff", "list")
    link = terminal.type("staff", "reset", karim).split()[-1]
    assert link not in added
    terminal.type("staff", "close", karim)
    assert f"{karim}  Karim  (editor)  closed" in terminal.type("staff", "list")
    told = [(line.action, line.staff) for line in lines(folder)]
    assert told == [
        ("account-added", None),
        ("account-added", None),
        ("account-changed", None),
        ("account-reset", None),
        ("account-closed", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", CLAIRE, "--name", "Claire"], "at least one role is needed"),
        (["add", CLAIRE, "--role", "editor"], "a name is needed"),
        (["add", CLAIRE, "--name", "Claire", "--role", "referent"], "a referent needs at least one theme"),
        (
            ["add", CLAIRE, "--name", "Claire", "--role", "referent", "--theme", "nulle-part"],
            "there is no such theme",
        ),
        (["add", "claire", "--name", "Claire", "--role", "editor"], "this is no e-mail address"),
        (["add", "anne@grandest.fr", "--name", "Anne", "--role", "editor"], "has an account already"),
        (["add"], "give an e-mail address"),
        (["roles", "personne@grandest.fr", "--role", "editor"], "there is no such account"),
        (["reset", "personne@grandest.fr"], "there is no such account"),
        (["close", "personne@grandest.fr"], "there is no such account"),
    ],
)
def test_what_cannot_be_done_is_said(terminal: Terminal, arguments: list[str], told: str) -> None:
    terminal.type("staff", "add", "anne@grandest.fr", "--name", "Anne", "--role", "moderator")
    assert told in terminal.type("staff", *arguments, status=1)
    assert terminal.type("staff").endswith("1 account\n")


def test_the_last_administrator_who_can_come_in_stays(
    folder: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a password that is read, and signed in at the server that runs beside the command."""
    assert "12 to 200 signs" in _add_with_password(terminal, monkeypatch, "court", status=1)
    assert "telephone is asked for" in _add_with_password(terminal, monkeypatch, PASSWORD)
    with running(folder) as server:
        _sign_in(server)
        link = terminal.type("staff", "add", "anne@grandest.fr", "--name", "Anne", "--role", "editor")
        assert f"\n{server.url}/console/inscription/" in link, "where the server listens that runs now"
        assert f"\n{server.url}/console/" in terminal.type("staff", "reset", "anne@grandest.fr")
        assert terminal.type("kiosk", "agence-metz").startswith(f"{server.url}/borne?code=")
        assert "last administrator" in terminal.type("staff", "close", CLAIRE, status=1)
        assert "last administrator" in terminal.type("staff", "roles", CLAIRE, "--role", "editor", status=1)
        assert f"{CLAIRE}  Claire  (administrator)  active" in terminal.type("staff")


def _add_with_password(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, password: str, status: int = 0
) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    options = ["--name", "Claire", "--role", "administrator", "--password-stdin"]
    return terminal.type("staff", "add", CLAIRE, *options, status=status)


def _sign_in(server: Running) -> None:
    headers = {"origin": server.url}
    with httpx2.Client(
        base_url=server.url, headers=headers, timeout=DEADLINE, follow_redirects=True, verify=NO_TLS
    ) as client:
        page = client.post("/console/connexion", data={"email": CLAIRE, "password": PASSWORD}).text
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
        assert found, page
        code = one_time.code_at(found[1].replace(" ", ""), wall_ms() // 30_000)
        assert "codes de secours" in client.post("/console/code", data={"code": code}).text


@pytest.mark.parametrize(
    "arguments",
    [
        ["staff", "add", CLAIRE, "--name", "Claire", "--role", "administrator"],
        ["staff"],
        ["posts"],
        ["contact", "close", "1"],
        ["reports", "settle", "1"],
        ["add-campaign", "--title", "Un titre", "--until", "2030-01-01"],
        ["kiosk", "agence-metz"],
        ["check-tallies"],
        ["letter", "bounces", "-"],
    ],
    ids=" ".join,
)
def test_no_command_begins_a_database_beside_the_one_that_was_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    meant = tmp_path / "elsewhere"
    assert main(["--data", str(meant), *arguments]) == 1
    told = capsys.readouterr().err
    assert f"there is no database in {meant}" in told and "imaginest --data FOLDER" in told
    assert not meant.exists()


def test_where_the_database_is_is_said_without_its_password(tmp_path: Path) -> None:
    shared = Settings(data=tmp_path, database_url="postgresql://moi:secret@base.exemple:5432/imaginest")
    assert place_of(shared) == "base.exemple:5432/imaginest"
