"""An issue on its way to everybody: each gets it once, whatever dies."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from server.letter_sender import LetterSender
from server.settings import Settings
from storage import letter, letter_deliveries, letter_editions
from storage.letter_names import message_name
from storage.values_letter import DeliveryState, EditionState
from tests.letters import Counting, killing, mail_server, scheduled, subscribe_many
from tests.running import Running, until
from tests.storage.house import House, open_house
from web.catalogue import Language
from web.rendering import load_pages

MASTER = hashlib.sha256(b"the letter").digest()
HERE = "https://imaginest.exemple.fr"
EVERYBODY, EVERYBODY_DEEP = 2_000, 10_000
"""Ten and fifty of the batches that a node takes."""

SETTINGS = {"mail_from": "lettre@exemple.fr", "public_url": HERE, "letter_rate": 0}
LONG = 120.0
"""Seconds that ten thousand mails may take on a machine that is busy with something else."""

PAGES = load_pages()[Language.FRENCH]


def sender_of(house: House, data: Path, url: str = "", monotonic: list[float] | None = None) -> LetterSender:
    clock = monotonic or [0.0]
    settings = Settings(data=data, smtp_url=url, **SETTINGS)  # type: ignore[arg-type]
    return LetterSender(
        settings, house.database, house.keys, lambda: PAGES, lambda: house.clock[0], lambda: clock[0]
    )


@pytest.fixture
def smtp() -> Iterator[Counting]:
    with mail_server() as counting:
        yield counting


async def states(house: House, number: int) -> dict[DeliveryState, int]:
    return dict((await letter_deliveries.progress(house.database, number)).numbers)


@pytest.mark.parametrize("moment", ["while the mail server takes a mail", "before a mail's content"])
async def test_everybody_gets_it_once_though_the_process_is_killed_half_way(
    tmp_path: Path, smtp: Counting, deep: bool, moment: str
) -> None:
    everybody = EVERYBODY_DEEP if deep else EVERYBODY
    many = everybody if moment.startswith("while") else 400
    house = await open_house(tmp_path, master=MASTER)
    await subscribe_many(house, many)
    number = await scheduled(house, at=1)
    await house.close()
    server = Running(tmp_path)
    environment = {
        "IMAGINEST_SMTP_URL": smtp.url,
        "IMAGINEST_MAIL_FROM": "lettre@exemple.fr",
        "IMAGINEST_PUBLIC_URL": HERE,
        "IMAGINEST_LETTER_RATE": "0",
    }
    (tmp_path / "secret").write_text(MASTER.hex())
    server.start(**environment)
    assert server.process is not None
    kill = killing(server.process.pid, many // 2)
    if moment.startswith("while"):
        smtp.before_data = kill
    else:
        smtp.on_recipient = lambda _: kill(smtp.recipients)
    first = server.process
    await until(lambda: first.poll() is not None, deadline=LONG)
    server.end()
    before = smtp.total
    assert 0 < before < many
    server.port = 0
    server.start(**environment)
    again = await open_house(tmp_path, master=MASTER)
    await until_sent(again, number)
    server.end()
    assert set(smtp.taken.values()) == {1} and len(smtp.taken) == len(smtp.names) == many
    assert await states(again, number) == {DeliveryState.SENT: many}
    await again.close()


async def until_sent(house: House, number: int) -> None:
    end = time.monotonic() + LONG
    while True:
        edition = await letter_editions.edition(house.database, number)
        if edition is not None and edition.state is EditionState.SENT:
            return
        assert time.monotonic() < end, (edition, await states(house, number))
        await asyncio.sleep(0.1)


async def test_two_nodes_send_each_mail_once(house: House, tmp_path: Path, smtp: Counting) -> None:
    await subscribe_many(house, 200)
    number = await scheduled(house)
    other = await open_house(house.url, house.clock) if "postgres" in house.url else house
    nodes = [sender_of(house, tmp_path / "a", smtp.url), sender_of(other, tmp_path / "b", smtp.url)]
    await asyncio.gather(*(node.deliver() for node in nodes))
    await nodes[0].deliver()
    assert set(smtp.taken.values()) == {1} and len(smtp.taken) == 200
    assert await states(house, number) == {DeliveryState.SENT: 200}
    for node in nodes:
        await node.stop()
    if other is not house:
        await other.close()


async def test_a_broken_address_costs_only_itself(house: House, tmp_path: Path, smtp: Counting) -> None:
    def named(n: int) -> str:
        return {3: "cassée@@exemple", 7: "inconnu@exemple.fr"}.get(n, f"lecteur{n}@exemple.fr")

    await subscribe_many(house, 40, named)
    smtp.on_recipient = lambda address: "550 nobody" if "inconnu" in address else None
    number = await scheduled(house)
    sender = sender_of(house, tmp_path, smtp.url)
    await sender.deliver()
    assert await states(house, number) == {DeliveryState.SENT: 38, DeliveryState.BOUNCED: 2}
    assert dict(await letter_deliveries.reasons(house.database, number)) == {
        "refused 550": 1,
        "unreadable": 1,
    }
    edition = await letter_editions.edition(house.database, number)
    assert edition is not None and edition.state is EditionState.SENT
    await sender.stop()


async def test_an_address_that_comes_back_three_times_in_a_row_is_paused(
    house: House, tmp_path: Path, smtp: Counting
) -> None:
    await subscribe_many(house, 2)
    smtp.on_recipient = lambda address: "550 nobody" if "lecteur0" in address else None
    sender = sender_of(house, tmp_path, smtp.url)
    for month in ("2026-09", "2026-10", "2026-11"):
        assert await letter_deliveries.audience(house.database) == (2, 0)
        await scheduled(house, month=month)
        await sender.deliver()
    assert await letter_deliveries.audience(house.database) == (1, 1)
    number = await scheduled(house, month="2026-12")
    await sender.deliver()
    assert await states(house, number) == {DeliveryState.SENT: 1}
    await sender.stop()


async def test_a_mail_that_is_put_off_is_sent_later(house: House, tmp_path: Path, smtp: Counting) -> None:
    await subscribe_many(house, 5)
    smtp.on_data = lambda address: "451 later" if "lecteur0" in address else None
    number = await scheduled(house)
    sender = sender_of(house, tmp_path, smtp.url)
    await sender.deliver()
    progress = await letter_deliveries.progress(house.database, number)
    assert (progress.sent, progress.waiting, progress.later) == (4, 1, 1)
    smtp.on_data = lambda _: None
    await sender.deliver()
    assert smtp.total == 4, "not before its time"
    house.clock[0] += 60_000
    await sender.deliver()
    assert smtp.total == 5 and set(smtp.taken.values()) == {1}
    await sender.stop()


async def test_a_mail_server_that_goes_away_half_way_is_waited_for(tmp_path: Path) -> None:
    house, monotonic = await open_house(tmp_path), [0.0]
    await subscribe_many(house, 60)
    number = await scheduled(house)
    with mail_server() as counting:
        counting.on_recipient = lambda _: "421 going" if counting.total >= 24 else None
        sender = sender_of(house, tmp_path, counting.url, monotonic)
        await sender.deliver()
        assert counting.total >= 24
    monotonic[0] += 3600
    await sender.deliver()  # nobody listens at all
    edition = await letter_editions.edition(house.database, number)
    assert edition is not None and edition.trouble.startswith("unreachable")
    counting.on_recipient = lambda _: None
    with mail_server(counting.port, counting):
        await sender.deliver()
        assert counting.total < 60, "it is left alone for a while"
        monotonic[0] += 3600
        await sender.deliver()
    assert len(counting.taken) == 60 and set(counting.taken.values()) == {1}
    edition = await letter_editions.edition(house.database, number)
    assert edition is not None and (edition.trouble, edition.state) == ("", EditionState.SENT)
    await sender.stop()
    await house.close()


async def test_pause_resume_and_give_up(house: House, tmp_path: Path, smtp: Counting) -> None:
    await subscribe_many(house, 80)
    number = await scheduled(house)
    sender = sender_of(house, tmp_path, smtp.url)
    loop, who = asyncio.get_running_loop(), 1

    def pause(_: int) -> None:
        if smtp.total == 10:
            turned = letter_editions.turn(house.database, number, EditionState.PAUSED, who, 1)
            asyncio.run_coroutine_threadsafe(turned, loop)

    smtp.before_data = pause
    await sender.deliver()
    paused = smtp.total
    assert 10 <= paused < 80
    await sender.deliver()
    assert smtp.total == paused
    assert await letter_editions.turn(house.database, number, EditionState.SENDING, who, 1) is None
    smtp.before_data = lambda _: None
    smtp.on_recipient = lambda _: "451 later"
    await sender.deliver()
    assert await letter_editions.turn(house.database, number, EditionState.CANCELLED, who, 1) is None
    smtp.on_recipient = lambda _: None
    house.clock[0] += 3_600_000
    await sender.deliver()
    assert smtp.total == paused and set(smtp.taken.values()) == {1}
    assert await states(house, number) == {
        DeliveryState.SENT: paused,
        DeliveryState.CANCELLED: 80 - paused,
    }
    await sender.stop()


async def test_who_unsubscribes_while_it_is_sent_gets_nothing_more(
    house: House, tmp_path: Path, smtp: Counting
) -> None:
    await subscribe_many(house, 3)
    number = await scheduled(house)
    await letter_editions.begin_due(house.database, house.clock[0])
    claimed = await letter_deliveries.claim(house.database, house.keys, number, "a node", 1, house.clock[0])
    await letter.unsubscribe(house.database, house.keys, claimed[0].subscriber)
    names = [claimed[0].subscriber]
    assert not await letter_deliveries.begin_handing(
        house.database, number, "a node", names, {}, house.clock[0]
    )
    sender = sender_of(house, tmp_path, smtp.url)
    await sender.deliver()
    assert await states(house, number) == {DeliveryState.SENT: 2, DeliveryState.GONE: 1}
    [left] = [one for one in await letter.subscribers(house.database, house.keys)][:1]
    await letter.unsubscribe(house.database, house.keys, left)
    assert (await letter_deliveries.progress(house.database, number)).left == 2
    await sender.stop()


async def test_each_mail_has_its_readers_own_way_out(house: House, tmp_path: Path, smtp: Counting) -> None:
    from email import message_from_bytes
    from email.policy import default

    await subscribe_many(house, 1)
    await scheduled(house)
    sender = sender_of(house, tmp_path, smtp.url)
    await sender.deliver()
    message = message_from_bytes(smtp.last, policy=default)
    [subscriber] = await letter.subscribers(house.database, house.keys)
    link = f"{HERE}/lettre/desabonnement/{letter.unsubscribe_token(house.keys, subscriber)}"
    assert message["List-Unsubscribe"] == f"<{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["To"] == "lecteur0@exemple.fr"
    text, html = (part.get_content() for part in message.iter_parts())
    assert link in text and f'href="{link}"' in html and "zq" not in smtp.last.decode()
    assert f"{HERE}/lettre/1" in text and "Bonjour." in html
    assert max(map(len, smtp.last.partition(b"\r\n\r\n")[2].splitlines())) <= 78
    assert message["Message-ID"] == f"<{message_name(house.keys, 1, subscriber)}@exemple.fr>"
    await sender.stop()


async def test_without_a_mail_server_each_mail_is_a_file(house: House, tmp_path: Path) -> None:
    """Its links lead to where the server listens, where no other address is configured."""
    await subscribe_many(house, 3)
    number = await scheduled(house)
    settings, here = Settings(data=tmp_path, port=0), "http://127.0.0.1:43210"
    clocks = (lambda: house.clock[0], lambda: 0.0)
    sender = LetterSender(settings, house.database, house.keys, lambda: PAGES, *clocks, lambda: here)
    await sender.deliver()
    files = list((tmp_path / "mail" / f"lettre-{number}").glob("*.eml"))
    assert len(files) == 3
    message = message_from_bytes(files[0].read_bytes(), policy=default)
    assert message["List-Unsubscribe"].startswith(f"<{here}/")
    text = message.get_body(("plain",))
    assert text is not None and f"{here}/lettre/{number}" in text.get_content()
    assert await letter.sent_issue(house.database, number, house.clock[0]) is not None
    await sender.stop()


async def test_what_a_lost_node_held_is_sent_by_another_once_its_claim_ends(
    house: House, tmp_path: Path, smtp: Counting
) -> None:
    await subscribe_many(house, 2)
    await scheduled(house)
    await letter_editions.begin_due(house.database, house.clock[0])
    await letter_deliveries.claim(house.database, house.keys, 1, "a lost node", 1, house.clock[0])
    sender = sender_of(house, tmp_path, smtp.url)
    await sender.deliver()
    assert smtp.total == 1
    house.clock[0] += letter_deliveries.LEASE_MS
    await sender.deliver()
    assert smtp.total == 2
    await sender.stop()
