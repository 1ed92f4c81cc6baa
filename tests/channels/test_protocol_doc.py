"""PROTOCOL.md says what the code does: its examples run, its tables are complete."""

import json
import re
from pathlib import Path

import pytest

from channels import encoding, fallback, parsing, query, session, wire
from channels.framing import PING_SECONDS, Framing, framed
from channels.wire import Format
from realtime.refusals import Refusal
from tests.channels.test_golden import client_plain, server_message

DOC = (Path(wire.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)\n```", DOC, re.DOTALL)
FROM_CLIENT = [text for text in EXAMPLES if json.loads(text)["t"] in parsing._READERS]
FROM_SERVER = [text for text in EXAMPLES if text not in FROM_CLIENT]


@pytest.mark.parametrize("text", FROM_CLIENT)
def test_an_example_of_the_client_is_understood(text: str) -> None:
    message = parsing.parse(text, Format.JSON)
    assert not isinstance(message, parsing.Fault)
    assert client_plain(message) == json.loads(text)


@pytest.mark.parametrize("text", FROM_SERVER)
def test_an_example_of_the_server_is_what_it_sends(text: str) -> None:
    plain = json.loads(text)
    assert json.loads(encoding.encode(server_message(plain), Format.JSON)) == plain


def test_every_message_has_a_section_and_an_example() -> None:
    client = set(parsing._READERS)
    server = {"hello", "snap", "delta", "ack", "no", "stale", "fresh", "ping", "bye", "watching"}
    server |= {"notice", "desk", "steps", "time", "show"}
    assert len(server) == len(wire.ServerMessage.__args__)
    sections = {
        kind for line in re.findall(r"^### (.*)$", DOC, re.MULTILINE) for kind in re.findall("`(.*?)`", line)
    }
    assert sections == client | server == {json.loads(text)["t"] for text in EXAMPLES}


def test_every_refusal_is_in_the_table_with_whether_to_retry() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (yes|no) \| \S", DOC, re.MULTILINE)
    assert dict(rows) == {str(code): "yes" if code.retry else "no" for code in Refusal}
    assert len(rows) == len(Refusal)


def test_every_closing_code_is_in_the_table_with_whether_to_come_back() -> None:
    rows = dict(re.findall(r"^\| (\d{4}) \| (yes|no) \|", DOC, re.MULTILINE))
    codes = {value for name, value in vars(wire).items() if name.startswith("CLOSE_")}
    assert {int(code) for code in rows if int(code) >= 4000} == codes
    assert all((rows[str(code)] == "yes") is (code < 4500) for code in codes)


@pytest.mark.parametrize(
    "limit",
    [
        f"| a message | {parsing.MAX_MESSAGE} bytes, nested {parsing.MAX_DEPTH} deep |",
        f"| subscriptions of a connection | {session.MOST_SUBSCRIPTIONS} |",
        f"| messages of a connection | {session.MESSAGES_A_SECOND:g} a second,"
        f" {session.MESSAGES_AT_ONCE:g} at once |",
        f"| votes of a connection | {session.VOTES_A_SECOND:g} a second, {session.VOTES_AT_ONCE:g} at once |",
        f"| `resync` of a channel | {1 / session.RESYNC_SECONDS:g} a second |",
        f"| wrong messages of a connection | {session.MOST_FAULTS} |",
    ],
)
def test_the_limits_are_those_of_the_code(limit: str) -> None:
    assert limit in DOC


def test_both_subprotocols_are_named() -> None:
    assert all(f"| `{format}` |" in DOC for format in Format)


# --- without a websocket

REQUESTS = re.findall(r"```http\n(GET|POST) (/live/\S*)(?:\n\n(.*?))?\n```", DOC, re.DOTALL)


def examples_of(kind: str) -> str:
    (text,) = re.findall(rf"```{kind}\n(.*?)```", DOC, re.DOTALL)
    return str(text)


def test_there_is_an_example_of_every_other_door() -> None:
    doors = {path.partition("?")[0] for _, path, _ in REQUESTS}
    assert doors == {fallback.EVENTS, fallback.POLL, fallback.VOTE, fallback.TIME}


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_an_example_of_a_request_is_understood(method: str, path: str, body: str) -> None:
    if method == "POST":
        assert isinstance(parsing.parse(body, Format.JSON), wire.Vote)
        return
    if path.startswith(fallback.TIME):
        assert query.read_clock(path.partition("?")[2].encode()) == wire.Clock(1780000000123)
        return
    asked = query.read(path.partition("?")[2].encode())
    assert isinstance(asked, query.Asked)
    assert asked.sub.subs[0].channel == "topic:7"
    assert asked.sub.subs[0].at == (1780000000000, 412)
    assert asked.sub.subs[0].hidden is False
    assert asked.notice in {None, 12}


@pytest.mark.parametrize(("kind", "framing"), [("events", Framing.EVENTS), ("lines", Framing.LINES)])
def test_an_example_of_an_answer_is_what_the_server_sends(kind: str, framing: Framing) -> None:
    text = examples_of(kind)
    plain = [json.loads(one) for one in re.findall(r"^(?:data: )?(\{.*\})$", text, re.MULTILINE)]
    assert b"".join(framed(server_message(one), framing) for one in plain).decode().strip() == text.strip()


def test_the_statuses_are_those_of_the_code() -> None:
    said = {
        code: int(status)
        for status, row in re.findall(r"^\| (4\d\d|503) \| (.*) \|$", DOC, re.MULTILINE)
        for code in re.findall("`([a-z-]+)`", row)
    }
    assert said == {code: fallback.status_of(wire.No(Refusal(code))) for code in said}
    for code in set(Refusal) - {Refusal(code) for code in said}:
        status = fallback.status_of(wire.No(code))
        assert status == (400 if code in parsing.FAULTS else 409)
        assert status == 409 or code.startswith("bad-") or code is Refusal.WRONG_FRAME


@pytest.mark.parametrize(
    "limit",
    [
        f"Queries are at most {query.MAX_QUERY // 1024} KiB",
        f"(in seconds, {query.LONGEST_WAIT} at most)",
        f"A `ping` comes every {PING_SECONDS[Framing.EVENTS]:g} s",
    ],
)
def test_the_limits_of_the_other_doors_are_those_of_the_code(limit: str) -> None:
    assert limit in DOC
