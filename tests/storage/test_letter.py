"""The letter: links that cannot be altered, addresses that are kept only once confirmed, issues."""

import asyncio
import string

import pytest

from storage import letter, outbox
from storage.ballots import DAY_MS
from storage.letter import BadIssue, LinkFault
from storage.values_contact import Block, BlockKind, Issue, NewMail
from tests.storage.house import House, beside, open_house

ADDRESS = "camille@exemple.fr"
URLSAFE = string.ascii_letters + string.digits + "-_"


def mail(op: str) -> NewMail:
    return NewMail(op, letter.ABOUT, ADDRESS, "Sujet", "texte", "<p>texte</p>")


async def ask(house: House, op: str) -> None:
    await letter.ask_to_subscribe(house.database, house.keys, ADDRESS, lambda _: mail(op), house.clock[0])


async def subscribe(house: House, address: str = ADDRESS) -> bytes:
    """Subscribe; the subscriber's id."""
    welcomed: list[bytes] = []

    def welcome(subscriber: bytes | None) -> NewMail:
        welcomed.append(subscriber or b"")
        return mail(f"welcome {welcomed}")

    await letter.subscribe(house.database, house.keys, address, welcome, house.clock[0])
    everybody = await letter.subscribers(house.database, house.keys)
    [subscriber] = [one for one, known in everybody.items() if known.casefold() == address.casefold()]
    assert welcomed in ([], [subscriber])
    return subscriber


async def test_until_it_is_confirmed_an_address_is_only_in_the_mail_that_waits(house: House) -> None:
    await ask(house, "op 1")
    assert await letter.subscribers(house.database, house.keys) == {}
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(1,)]


async def test_an_address_is_subscribed_once_and_welcomed_once(house: House) -> None:
    first = await subscribe(house)
    assert await subscribe(house, "Camille@Exemple.fr") == first
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(1,)]


async def test_two_confirmations_at_once_are_one_subscription(house: House) -> None:
    node = await open_house(house.url, house.clock) if "postgres" in house.url else house
    await asyncio.gather(subscribe(house), subscribe(node))
    assert beside(house.url, "SELECT COUNT(*) FROM letter_subscriber") == [(1,)]
    if node is not house:
        await node.close()


async def test_nobodys_mailbox_is_filled(house: House) -> None:
    for n in range(5):
        await ask(house, f"op {n}")
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(letter.MOST_MAILS_A_DAY,)]
    house.clock[0] += DAY_MS + 1
    await ask(house, "op tomorrow")
    assert beside(house.url, "SELECT COUNT(*) FROM mail") == [(letter.MOST_MAILS_A_DAY + 1,)]


async def test_who_unsubscribes_is_gone_with_what_waits_for_them(house: House) -> None:
    subscriber = await subscribe(house)
    await letter.unsubscribe(house.database, house.keys, subscriber)
    await letter.unsubscribe(house.database, house.keys, subscriber)
    assert beside(house.url, "SELECT COUNT(*) FROM letter_subscriber") == [(0,)]
    assert not await outbox.is_due(house.database, house.clock[0])
    assert await subscribe(house) != subscriber, "an old link does not end a new subscription"


async def test_the_database_does_not_hold_the_address_in_words(house: House) -> None:
    await subscribe(house)
    [row] = beside(house.url, "SELECT sealed_address, address_key FROM letter_subscriber")
    assert all(b"camille" not in bytes(value) for value in row)


async def test_a_confirmation_ends_after_seven_days(house: House) -> None:
    now = house.clock[0]
    token = letter.confirmation_token(house.keys, ADDRESS, now)
    assert letter.confirmed_address(house.keys, token, now + 7 * DAY_MS - 1) == ADDRESS
    assert letter.confirmed_address(house.keys, token, now + 7 * DAY_MS) is LinkFault.EXPIRED


async def test_no_sign_of_a_link_can_be_altered(house: House) -> None:
    confirm = letter.confirmation_token(house.keys, ADDRESS, 0)
    leave = letter.unsubscribe_token(house.keys, bytes(16))
    assert letter.subscriber_of(house.keys, leave) == bytes(16)
    for token, read in (
        (confirm, lambda one: letter.confirmed_address(house.keys, one, 0)),
        (leave, lambda one: letter.subscriber_of(house.keys, one)),
    ):
        for at in range(len(token)):
            other = URLSAFE[(URLSAFE.index(token[at]) + 1) % len(URLSAFE)]
            assert read(token[:at] + other + token[at + 1 :]) is LinkFault.ALTERED
        for wrong in (
            "",
            token[:-1],
            token + "A",
            token + "=",
            "é" * 43,
            confirm if token == leave else leave,
        ):
            assert read(wrong) is LinkFault.ALTERED


async def test_an_issue_is_shown_from_the_moment_it_was_sent(house: House) -> None:
    blocks = (
        Block(BlockKind.HEADING, "Titre"),
        Block(BlockKind.ITEMS, items=("un", "deux")),
        Block(BlockKind.LINK, "Voter", href="/sujets/1"),
    )
    for number, sent_at in ((1, 10), (2, 20), (3, None)):
        await letter.store_issue(house.database, Issue(number, f"Lettre {number}", blocks, sent_at))
    shown, pages = await letter.sent_issues(house.database, 1, 15)
    assert ([one.number for one in shown], pages) == ([1], 1)
    assert await letter.sent_issue(house.database, 2, 20) == Issue(2, "Lettre 2", blocks, 20)
    assert await letter.sent_issue(house.database, 2, 19) is None
    assert await letter.sent_issue(house.database, 3, 10**15) is None


async def test_the_archive_has_pages(house: House) -> None:
    for number in range(1, letter.ISSUES_A_PAGE + 2):
        await letter.store_issue(house.database, Issue(number, f"Lettre {number}", (), 1))
    first, pages = await letter.sent_issues(house.database, 1, 1)
    last, _ = await letter.sent_issues(house.database, 99, 1)
    assert (len(first), pages, [one.number for one in last]) == (letter.ISSUES_A_PAGE, 2, [1])


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "//elsewhere.test",
        "/\\elsewhere.test",
        "http://a.test",
        "",
        "https://a b",
        "data:,",
    ],
)
async def test_a_link_of_an_issue_leads_to_no_other_place_than_it_says(house: House, href: str) -> None:
    with pytest.raises(BadIssue):
        await letter.store_issue(
            house.database, Issue(1, "Titre", (Block(BlockKind.LINK, "ici", href=href),), 1)
        )
