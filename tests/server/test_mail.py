"""Mail on its way: to a real server that takes, refuses, hangs or dies, and into files."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from server import mail_server
from server.mail import GIVE_UP_MS, Postman, compose, next_try
from server.mail_server import BadMailServer, Conversation, MailFault, MailServer, NotSent, read_mail_server
from server.settings import BadSetting, Settings
from storage import outbox
from storage.values_contact import PUBLIC, ClaimedMail, NewMail
from tests.running import until
from tests.smtp import RunningSmtp, running_smtp
from tests.storage.house import House, beside, open_house

MAIL = NewMail(
    op="op 1",
    about="letter",
    recipient="camille@exemple.fr",
    subject="Votre réponse est là",
    text=f"Élan\n.\n{PUBLIC}/lettre/confirmation/{'x' * 300}\n",
    html=f'<p><a href="{PUBLIC}/contact/1">Élan</a></p>',
    headers={"List-Unsubscribe": f"<{PUBLIC}/lettre/desabonnement/{'y' * 300}>"},
)
HERE = "https://imaginest.exemple.fr"


@dataclass
class Office:
    house: House
    smtp: RunningSmtp
    postman: Postman
    monotonic: list[float]

    async def put(self, mail: NewMail = MAIL) -> None:
        now = self.house.clock[0]
        await self.house.database.write(lambda connection: outbox.put(connection, self.house.keys, mail, now))

    def row(self) -> tuple[object, ...]:
        """Whether it was sent, why not, and how often it was tried."""
        [row] = beside(self.house.url, "SELECT sent_at IS NOT NULL, failed_reason, tries FROM mail")
        return bool(row[0]), row[1], row[2]

    async def later(self) -> None:
        """When everything that waits is due again."""
        self.house.clock[0] += outbox.LEASE_MS
        self.monotonic[0] += 3600
        await self.postman.deliver()


def postman_of(house: House, folder: Path, monotonic: list[float], **settings: str) -> Postman:
    made = Settings(data=folder, **settings)  # type: ignore[arg-type]
    return Postman(made, house.database, house.keys, lambda: house.clock[0], lambda: monotonic[0])


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    house = await open_house(tmp_path)
    async with running_smtp() as smtp:
        monotonic = [0.0]
        postman = postman_of(
            house,
            tmp_path,
            monotonic,
            smtp_url=smtp.url,
            mail_from="lettre@exemple.fr",
            public_url=HERE + "/",
        )
        yield Office(house, smtp, postman, monotonic)
        await postman.stop()
    await house.close()


async def test_a_mail_arrives_whole_and_once(office: Office) -> None:
    await office.put()
    for _ in range(3):
        await office.postman.deliver()
    [received] = office.smtp.received
    assert (received.sender, received.recipient) == ("lettre@exemple.fr", MAIL.recipient)
    message = received.message
    assert message["Subject"] == MAIL.subject and message["From"] == "Imagin'Est <lettre@exemple.fr>"
    assert message["List-Unsubscribe"] == f"<{HERE}/lettre/desabonnement/{'y' * 300}>"
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == MAIL.text.replace(PUBLIC, HERE)
    assert f"{HERE}/contact/1" in html.get_content()
    assert max(map(len, received.content.splitlines())) < 998
    assert office.row() == (True, None, 1)


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ({}, "http://127.0.0.1:43210"),
        ({"origins": ("https://une.exemple", "https://autre.exemple")}, "https://une.exemple"),
        ({"origins": ("https://une.exemple",), "public_url": HERE}, HERE),
    ],
)
async def test_links_lead_where_people_reach_the_site_else_where_the_server_listens(
    office: Office, tmp_path: Path, settings: dict[str, Any], begins: str
) -> None:
    house, made = office.house, Settings(data=tmp_path, port=0, **settings)
    clocks = (lambda: house.clock[0], lambda: 0.0)
    postman = Postman(made, house.database, house.keys, *clocks, lambda: "http://127.0.0.1:43210")
    await office.put()
    await postman.deliver()
    await postman.stop()
    [file] = (tmp_path / "mail").glob("*.eml")
    content = file.read_bytes().replace(b"=\r\n", b"")
    assert (
        f"List-Unsubscribe: <{begins}/lettre/".encode() in content
        and f"{begins}/contact/1".encode() in content
    )


async def test_many_mails_go_through_one_connection(office: Office) -> None:
    for n in range(5):
        await office.put(replace(MAIL, op=f"op {n}"))
    await office.postman.deliver()
    assert (len(office.smtp.received), office.smtp.connections) == (5, 1)


async def test_a_refused_recipient_has_failed_and_the_next_mail_goes(office: Office) -> None:
    office.smtp.answers["RCPT"] = lambda line: "550 no camille here" if "camille" in line else "250 well"
    await office.put()
    await office.put(replace(MAIL, op="op 2", recipient="b@exemple.fr"))
    await office.postman.deliver()
    assert [one.recipient for one in office.smtp.received] == ["b@exemple.fr"]
    rows = beside(office.house.url, "SELECT failed_reason, sealed FROM mail WHERE op = 'op 1'")
    assert rows == [("refused 550", None)], "the server's words name a person"


@pytest.mark.parametrize("command", ["HELLO", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_server_that_wants_to_be_asked_later_is(office: Office, command: str) -> None:
    office.smtp.answers[command] = lambda _: "451 later"
    if command == "EHLO":
        office.smtp.answers["HELO"] = lambda _: "451 later"
    await office.put()
    await office.postman.deliver()
    assert office.row() == (False, None, 1)
    office.smtp.answers.clear()
    await office.postman.deliver()
    assert office.smtp.received == [], "it is left alone for a while"
    await office.later()
    assert office.row() == (True, None, 2)


@pytest.mark.parametrize("command", ["HELLO", "MAIL", "RCPT", "DATA", "END"])
async def test_a_server_that_dies_in_the_middle_is_asked_again_under_the_same_name(
    office: Office, command: str
) -> None:
    office.smtp.answers[command] = lambda _: None
    await office.put()
    await office.postman.deliver()
    assert office.row() == (False, None, 1)
    office.smtp.answers.clear()
    await office.later()
    assert office.row() == (True, None, 2)
    names = {one.message["Message-ID"] for one in office.smtp.received}
    assert len(names) == 1, "where the first one had arrived, the second is the same mail"


async def test_a_server_that_hangs_costs_one_try_and_no_mail(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.smtp.silent.add("DATA")
    await office.put()
    with monkeypatch.context() as short:
        short.setattr(mail_server, "ANSWER_SECONDS", 0.2)
        await office.postman.deliver()
    assert office.row() == (False, None, 1)
    office.smtp.silent.clear()
    await office.later()
    assert office.row() == (True, None, 2)


async def test_a_node_that_ends_waits_for_no_server(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.mail.ENDING_SECONDS", 0.1)
    office.smtp.silent.add("MAIL")
    await office.put()
    delivering = asyncio.create_task(office.postman.deliver())
    await until(lambda: office.smtp.waiting == 1)
    await asyncio.wait_for(office.postman.stop(), 5)
    await asyncio.gather(delivering, return_exceptions=True)
    assert office.row() == (False, None, 1)


async def test_a_mail_that_is_being_sent_when_the_node_ends_is_marked(office: Office) -> None:
    await office.put()
    delivering = asyncio.create_task(office.postman.deliver())
    office.smtp.answers["MAIL"] = lambda _: "250 well" if delivering.cancel() else "451 later"
    await asyncio.gather(delivering, return_exceptions=True)
    await office.postman.stop()
    assert office.row() == (True, None, 1) and len(office.smtp.received) == 1


async def test_who_is_never_reached_has_failed_after_three_days(office: Office) -> None:
    office.smtp.answers["RCPT"] = lambda _: "450 full"
    await office.put()
    await office.postman.deliver()
    office.house.clock[0] += GIVE_UP_MS
    await office.later()
    assert office.row() == (False, "later 450", 2)


def test_a_mail_is_tried_after_1_2_4_minutes_and_then_every_hour() -> None:
    assert [next_try(tries, 0) // 60_000 for tries in (1, 2, 3, 6, 7, 99)] == [1, 2, 4, 32, 60, 60]


async def test_two_nodes_send_a_mail_once(office: Office, tmp_path: Path) -> None:
    settings = {"smtp_url": office.smtp.url, "mail_from": "lettre@exemple.fr", "public_url": HERE}
    other = postman_of(office.house, tmp_path, [0.0], **settings)
    for n in range(10):
        await office.put(replace(MAIL, op=f"op {n}"))
    await asyncio.gather(office.postman.deliver(), other.deliver())
    assert len({one.message["Message-ID"] for one in office.smtp.received}) == len(office.smtp.received) == 10
    await other.stop()


async def test_without_a_sender_or_an_address_mails_wait(office: Office, tmp_path: Path) -> None:
    await office.put()
    for settings in ({"mail_from": "lettre@exemple.fr"}, {"public_url": HERE}):
        waiting = postman_of(office.house, tmp_path, [0.0], smtp_url=office.smtp.url, **settings)
        await waiting.deliver()
        await waiting.stop()
    assert office.row() == (False, None, 0)


async def test_without_a_server_mails_are_files_of_their_owner(office: Office, tmp_path: Path) -> None:
    postman = postman_of(office.house, tmp_path, [0.0])
    await office.put()
    await postman.deliver()
    [file] = (tmp_path / "mail").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == MAIL.recipient
    assert "http://127.0.0.1:8000/contact/1" in str(message.get_body(("html",)))
    assert file.stat().st_mode & 0o077 == (tmp_path / "mail").stat().st_mode & 0o077 == 0
    assert office.row() == (True, None, 1)
    await postman.stop()


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Bonjour\nBcc: b@exemple.fr"},
        {"subject": "Bonjour\r\n\r\nun autre texte"},
        {"subject": "=?utf-8?q?Bonjour=0ABcc=3A_b=40exemple=2Efr?="},
        {"subject": "=?utf-8?b?Qm9uam91cgpCY2M6IGJAZXhlbXBsZS5mcg==?="},
        {"recipient": "camille@exemple.fr\nBcc: b@exemple.fr"},
        {"recipient": "=?utf-8?q?a=0ABcc=3A?=@exemple.fr"},
        {"recipient": "camille@exemple.fr, b@exemple.fr"},
        {"recipient": "Camille <camille@exemple.fr>"},
        {"recipient": "camille@exemple.fr>\r\nDATA"},
        {"headers": {"X-One": "1\nBcc: b@exemple.fr"}},
        {"headers": {"X-One": "=?utf-8?q?1=0D=0ABcc=3A_b=40exemple=2Efr?="}},
    ],
)
def test_no_line_end_reaches_a_header_plain_or_encoded(change: dict[str, str]) -> None:
    claimed = ClaimedMail(1, 1, 0, replace(MAIL, **change))  # type: ignore[arg-type]
    try:
        content = compose(claimed, sender="lettre@exemple.fr", public=HERE).as_bytes()
    except NotSent as error:
        assert error.fault is MailFault.BAD_MESSAGE
        return
    raise AssertionError(content)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", MailServer("localhost", 587, False)),
        ("smtps://a:b%40c@mail.exemple.fr", MailServer("mail.exemple.fr", 465, True, "a", "b@c")),
        ("smtp://[::1]:25", MailServer("::1", 25, False)),
    ],
)
def test_a_mail_server_is_named_by_a_url(url: str, server: MailServer) -> None:
    assert read_mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.exemple.fr", "http://a", "smtp://", "smtp://a:x", "smtp://u@a", "smtp://a/b", "smtp://a?tls=no"],
)
def test_what_names_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadMailServer):
        read_mail_server(url)
    with pytest.raises(BadSetting, match="IMAGINEST_SMTP_URL") as refused:
        Settings.of({"IMAGINEST_SMTP_URL": f"{url}/hunter2"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGINEST_MAIL_FROM", "Camille <a@b.fr>"),
        ("IMAGINEST_MAIL_FROM", "nobody"),
        ("IMAGINEST_PUBLIC_URL", "imaginest.exemple.fr"),
        ("IMAGINEST_PUBLIC_URL", "https://exemple.fr/imaginest"),
    ],
)
def test_a_sender_or_public_address_that_cannot_be_is_refused_at_start(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.of({name: value})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_no_tls(host: str) -> None:
    assert MailServer(host, 25, False).is_local


async def test_elsewhere_a_server_without_tls_gets_neither_password_nor_mail(office: Office) -> None:
    elsewhere = MailServer(
        "0.0.0.0", office.smtp.port, False, "user", "hunter2"
    )  # this machine by another name
    with pytest.raises(NotSent) as refused:
        await asyncio.to_thread(Conversation(elsewhere).send, "a@b.fr", "c@d.fr", b"")
    assert refused.value.fault is MailFault.NO_TLS
    assert not office.smtp.logins and not office.smtp.received


async def test_who_has_a_password_logs_in(office: Office) -> None:
    there = Conversation(MailServer("127.0.0.1", office.smtp.port, False, "user", "hunter2"))
    await asyncio.to_thread(there.send, "a@b.fr", "c@d.fr", b"hello\r\n")
    there.end()
    assert (len(office.smtp.logins), len(office.smtp.received)) == (1, 1)
    office.smtp.answers["AUTH"] = lambda _: "535 no"
    with pytest.raises(NotSent, match="bad-login 535"):
        await asyncio.to_thread(there.send, "a@b.fr", "c@d.fr", b"hello\r\n")
