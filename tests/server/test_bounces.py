"""Letters that come back: what is read of them, whom it concerns, and when an address gets no more."""

import asyncio
import io
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from server.app import open_keys
from server.bounces import Passed, read_bounce
from server.cli import main
from server.letter_sender import LetterSender
from server.settings import BadSetting, Settings
from storage import letter_deliveries
from storage.keys import Keys, read_master
from storage.letter import subscribers
from storage.letter_bounces import take_bounces
from storage.letter_editions import begin_due
from storage.letter_names import message_name, return_path
from storage.values_letter import Bounce, BounceOutcome, DeliveryState
from tests.letters import Counting, bounce_of, mail_server, mbox_of, scheduled, subscribe_many
from tests.running import running
from tests.server.test_letter_sending import PAGES, SETTINGS, states
from tests.storage.house import MASTER, House, open_house

KEYS = Keys(MASTER)
READER, OTHER = bytes(range(16)), bytes(16)
MAILBOX = "retours@exemple.fr"


def letter_to(subscriber: bytes, keys: Keys = KEYS) -> bytes:
    name = message_name(keys, 7, subscriber)
    return f"Subject: Une lettre\r\nMessage-ID: <{name}@exemple.fr>\r\n\r\nBonjour.\r\n".encode()


def deep(levels: int) -> bytes:
    """A mail in a mail in a mail, which no program of good will writes."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(levels)
    )
    return b"From: a@exemple.fr\r\n" + opened


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (bounce_of(letter_to(READER), MAILBOX), Bounce(7, READER, "5.1.1")),
        (bounce_of(letter_to(READER), MAILBOX, "4.2.2", part="all"), Bounce(7, READER, "4.2.2")),
        (
            bounce_of(b"", return_path(KEYS, MAILBOX, 7, READER).upper(), part="none"),
            Bounce(7, READER, "5.1.1"),
        ),
        (bounce_of(letter_to(READER), MAILBOX, "4.4.1", "delayed"), Passed.DELAYED),
        (bounce_of(letter_to(READER), MAILBOX, "2.0.0", "relayed"), Passed.NO_REPORT),
        (bounce_of(b"", MAILBOX, part="none"), Passed.NO_LETTER),
        (bounce_of(letter_to(READER, Keys(bytes(32))), MAILBOX), Passed.NO_LETTER),
        (
            bounce_of(letter_to(READER).replace(READER.hex().encode(), OTHER.hex().encode()), MAILBOX),
            Passed.NO_LETTER,
        ),
        (bounce_of(letter_to(READER).replace(b"lettre.7.", b"lettre.8."), MAILBOX), Passed.NO_LETTER),
        (bounce_of(letter_to(READER), MAILBOX).partition(b"Action")[0], Passed.NO_REPORT),
        (bounce_of(letter_to(READER), MAILBOX, "cinq"), Passed.NO_REPORT),
        (b"From: lecteur@exemple.fr\r\nTo: " + MAILBOX.encode() + b"\r\n\r\nAbsent.", Passed.NO_REPORT),
        (b"\xff\xfe\x00 not a mail", Passed.NO_REPORT),
        (deep(3000), Passed.NO_REPORT),
    ],
    ids=[
        *("headers", "the whole letter", "the return path alone", "late", "delivered", "no name"),
        *("another secret", "somebody else's name", "another issue", "cut off", "no status", "an absence"),
        *("no mail", "endlessly deep"),
    ],
)
def test_only_a_report_of_a_letters_own_name_is_a_bounce(content: bytes, read: Bounce | Passed) -> None:
    assert read_bounce(KEYS, content) == read


def test_a_return_path_fits_into_an_envelope() -> None:
    local, host = return_path(KEYS, "r" * 18 + "@exemple.fr", 10**8, READER).split("@")
    assert len(local) == 64 and host == "exemple.fr"
    for address in ("r" * 19 + "@exemple.fr", "a+b@exemple.fr", "retours"):
        with pytest.raises(BadSetting, match="IMAGINEST_BOUNCE_ADDRESS"):
            Settings.of({"IMAGINEST_BOUNCE_ADDRESS": address})


@pytest.fixture
def smtp() -> Iterator[Counting]:
    with mail_server() as counting:
        yield counting


async def send(house: House, folder: Path, smtp: Counting, month: str = "2026-11") -> int:
    number = await scheduled(house, month=month)
    settings = Settings(data=folder, smtp_url=smtp.url, bounce_address=MAILBOX, **SETTINGS)  # type: ignore[arg-type]
    clock = house.clock
    sender = LetterSender(settings, house.database, house.keys, lambda: PAGES, lambda: clock[0], lambda: 0.0)
    await sender.deliver()
    await sender.stop()
    return number


async def reader(house: House, address: str) -> bytes:
    known = await subscribers(house.database, house.keys)
    return next(subscriber for subscriber, its in known.items() if its == address)


async def test_each_letter_counts_once_and_three_in_a_row_pause(
    house: House, tmp_path: Path, smtp: Counting
) -> None:
    await subscribe_many(house, 2)
    dead, full = [await reader(house, f"lecteur{n}@exemple.fr") for n in (0, 1)]

    async def back(number: int, who: bytes, status: str = "5.1.1") -> tuple[list[BounceOutcome], int]:
        outcomes, paused = await take_bounces(house.database, [Bounce(number, who, status)], 1)
        return list(outcomes), paused

    first = await send(house, tmp_path, smtp, "2026-08")
    assert await back(first + 1, dead) == ([BounceOutcome.GONE], 0)
    assert await back(first, full, "4.2.2") == ([BounceOutcome.SOFT], 0)
    assert await back(first, full, "5.7.1") == ([BounceOutcome.KNOWN], 0), "a rule is not about the address"
    assert await back(first, dead) == ([BounceOutcome.HARD], 0)
    assert await back(first, dead) == ([BounceOutcome.KNOWN], 0)
    progress = await letter_deliveries.progress(house.database, first)
    assert (progress.sent, progress.bounced, progress.soft) == (1, 1, 1)
    reasons = dict(await letter_deliveries.reasons(house.database, first))
    assert reasons == {"returned 5.1.1": 1, "returned 4.2.2": 1}

    await send(house, tmp_path, smtp, "2026-09")  # arrives, and ends the row
    later = [await send(house, tmp_path, smtp, month) for month in ("2026-10", "2026-11", "2026-12")]
    assert [(await back(number, dead))[1] for number in later] == [0, 0, 1]
    assert await letter_deliveries.audience(house.database) == (1, 1)
    number = await send(house, tmp_path, smtp, "2027-01")
    assert await states(house, number) == {DeliveryState.SENT: 1}


async def test_what_comes_back_before_it_is_written_down_as_sent_waits(house: House) -> None:
    await subscribe_many(house, 1)
    number = await scheduled(house)
    await begin_due(house.database, house.clock[0])
    bounce = Bounce(number, await reader(house, "lecteur0@exemple.fr"), "5.1.1")
    assert await take_bounces(house.database, [bounce], 1) == ({BounceOutcome.EARLY: 1}, 0)


@pytest.fixture
def folder(tmp_path: Path, smtp: Counting) -> Path:
    """From which an issue went to four readers, with a mailbox for what comes back."""

    async def go() -> None:
        open_keys(Settings(data=tmp_path))
        house = await open_house(tmp_path, master=read_master((tmp_path / "secret").read_text()))
        await subscribe_many(house, 4)
        await send(house, tmp_path, smtp)
        await house.close()

    asyncio.run(go())
    return tmp_path


def read_file(folder: Path, content: bytes, name: str = "retours.mbox") -> int:
    (folder / name).write_bytes(content)
    return main(["--data", str(folder), "letter", "bounces", str(folder / name)])


def test_a_mailbox_of_bounces_is_read_once(
    folder: Path, smtp: Counting, capsys: pytest.CaptureFixture[str]
) -> None:
    last = message_from_bytes(smtp.last)["To"]
    back = [path for address, path in smtp.envelopes.items() if address != last]
    assert len(set(back)) == 3 and all(path.startswith("retours+") for path in back)
    forged = back[2].replace("+a", "+b")
    mails = [
        bounce_of(b"", back[0], part="none"),
        bounce_of(b"", back[1], "4.2.2", part="none"),
        bounce_of(smtp.last, MAILBOX),
        bounce_of(b"", forged, part="none"),
        b"From: lecteur@exemple.fr\r\nSubject: Merci\r\n\r\nBonjour.\r\n",
    ]
    assert read_file(folder, mbox_of(*mails)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "5 mails are read",
        "2 came back for good",
        "1 came back for now",
        "1 names no letter of ours",
        "1 reports no failed delivery",
    ]
    with running(folder):
        assert read_file(folder, mbox_of(*mails)) == 0
    assert "3 were counted before" in capsys.readouterr().out


@pytest.mark.parametrize("piped", ["one mail", "an mbox"])
def test_a_mail_server_may_pipe_a_bounce_in(
    folder: Path,
    smtp: Counting,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    piped: str,
) -> None:
    mail = bounce_of(smtp.last, MAILBOX, part="all")
    content = mail if piped == "one mail" else mbox_of(mail)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["--data", str(folder), "letter", "bounces", "-"]) == 0
    assert capsys.readouterr().out == "1 mail is read\n1 came back for good\n"


def test_what_holds_no_mail_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content, told in (
        (b"", "it is empty"),
        (b"%PDF-1.7\n\x00\xff", "neither an mbox nor a mail"),
        (b"PK\x03\x04: zip", "neither an mbox nor a mail"),
    ):
        assert read_file(folder, content) == 2
        assert told in capsys.readouterr().err
    for path in (folder / "none", folder):
        assert main(["--data", str(folder), "letter", "bounces", str(path)]) == 2
        assert f"{path} cannot be read (" in capsys.readouterr().err
