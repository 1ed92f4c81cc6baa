"""The golden messages: the same files are read by the front end's tests, so both ends agree to the byte."""

import json
from pathlib import Path
from typing import Any, cast

import msgpack
import pytest

from channels import encoding, parsing, wire
from channels.wire import Format
from realtime.delta import Changes, Delta, apply
from realtime.notice import Banner, Fresh, FreshSort, Notice, Severity
from realtime.refusals import Refusal
from realtime.tally import Counts, PublicTally, Sign, Version
from storage.values_desk import DeskLoad
from storage.values_show import Mode, Show

GOLDEN = Path(__file__).parent / "golden"

Plain = dict[str, Any]


def golden(name: str) -> list[Plain]:
    return cast(list[Plain], json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")))


def named(rows: list[Plain]) -> list[Any]:
    return [pytest.param(row, id=row["name"]) for row in rows]


MESSAGES = golden("messages")
FROM_SERVER = [row for row in MESSAGES if row["direction"] == "server"]
FROM_CLIENT = [row for row in MESSAGES if row["direction"] == "client"]


def counts_of(plain: Plain | None) -> Counts | None:
    return None if plain is None else Counts(plain["plus"], plain["minus"])


def tally_of(plain: Plain) -> PublicTally:
    series = {key: Counts(**counts) for key, counts in plain.get("series", {}).items()}
    return PublicTally(plain["voters"], counts_of(plain) if "plus" in plain else None, series)


def changes_of(plain: Plain) -> Changes:
    series = {key: counts_of(counts) for key, counts in plain.get("series", {}).items()}
    return Changes(plain.get("voters"), plain.get("plus"), plain.get("minus"), series)


def server_message(plain: Plain) -> wire.ServerMessage:
    """The message of a map that a server sends; the server itself never needs to read one."""
    match plain:
        case {"t": "hello", "protocol": wire.PROTOCOL, "time": time, "ping": ping}:
            return wire.Hello(time, ping)
        case {"t": "snap", "channel": channel, "version": version, "tally": tally}:
            return wire.Snap(channel, Version(*version), tally_of(tally))
        case {"t": "delta", "channel": channel, "base": base, "version": version, "changed": changed}:
            return wire.DeltaMessage(channel, Version(*base), Version(*version), changes_of(changed))
        case {"t": "ack", "op": op, "topic": topic, "sign": sign, "seen": seen}:
            return wire.Ack(op, topic, Sign(sign), seen)
        case {"t": "no", "code": code}:
            return wire.No(Refusal(code), plain.get("op"), plain.get("channel"))
        case {"t": "bye", "within": within}:
            return wire.Bye(within)
        case {"t": "watching", "channel": channel, "watching": watching}:
            return wire.Watching(channel, watching)
        case {"t": "steps", "channel": channel, "number": number}:
            return wire.Steps(channel, number)
        case {"t": "notice", "number": number, "posting": posting, "banner": banner, "paused": paused}:
            topics = {int(topic): why for topic, why in paused.items()}
            fresh = tuple(map(fresh_of, plain.get("fresh", ())))
            return wire.Noticed(Notice(number, posting, banner_of(banner), topics, fresh))
        case {"t": "desk"}:
            return wire.Desk(DeskLoad(**{key: value for key, value in plain.items() if key != "t"}))
        case {"t": "time", "sent": sent, "time": time}:
            return wire.Time(sent, time)
        case {"t": "show", "channel": channel, "event": event, "program": program}:
            return wire.Showing(channel, event, program, show_of(plain))
    return _PLAIN_KINDS[plain["t"]]


def show_of(plain: Plain) -> Show:
    return Show(
        number=plain["number"],
        mode=Mode(plain["mode"]),
        step=plain["step"],
        since=plain["since"],
        at=plain["at"],
        before=plain["before"],
        paused_at=plain["paused"],
        late=plain["late"],
        is_held=plain["held"],
    )


def banner_of(plain: Plain | None) -> Banner | None:
    return None if plain is None else Banner(plain["text"], Severity(plain["severity"]), plain["until"])


def fresh_of(plain: Plain) -> Fresh:
    return Fresh(FreshSort(plain["sort"]), plain["id"], plain["title"], plain["opened"])


_PLAIN_KINDS: dict[str, wire.ServerMessage] = {
    "stale": wire.Stale(),
    "fresh": wire.Fresh(),
    "ping": wire.Ping(),
}


def client_plain(message: wire.ClientMessage) -> Plain:
    match message:
        case wire.Sub(subs):
            return {"t": "sub", "subs": [_subscription_plain(sub) for sub in subs]}
        case wire.Unsub(channels):
            return {"t": "unsub", "channels": list(channels)}
        case wire.Vote(topic, sign, op):
            return {"t": "vote", "topic": topic, "sign": int(sign), "op": op}
        case wire.Resync(channel):
            return {"t": "resync", "channel": channel}
        case wire.Pong():
            return {"t": "pong"}
        case wire.Clock(sent):
            return {"t": "clock", "sent": sent}


def _subscription_plain(sub: wire.Subscription) -> Plain:
    optional = {"at": None if sub.at is None else list(sub.at), "seen": sub.seen}
    return {"channel": sub.channel, **{key: value for key, value in optional.items() if value is not None}}


@pytest.mark.parametrize("row", named(FROM_SERVER))
def test_a_message_of_the_server_has_exactly_these_bytes(row: Plain) -> None:
    message = server_message(row["message"])
    assert encoding.encode(message, Format.JSON).decode() == row["json"]
    assert encoding.encode(message, Format.MSGPACK).hex() == row["msgpack"]


@pytest.mark.parametrize("row", named(FROM_CLIENT))
def test_a_message_of_the_client_is_read_alike_in_both_formats(row: Plain) -> None:
    from_json = parsing.parse(row["json"], Format.JSON)
    assert not isinstance(from_json, parsing.Fault)
    assert client_plain(from_json) == row["message"]
    assert parsing.parse(bytes.fromhex(row["msgpack"]), Format.MSGPACK) == from_json


@pytest.mark.parametrize("row", named(MESSAGES))
def test_both_formats_carry_the_same_map(row: Plain) -> None:
    assert json.loads(row["json"]) == msgpack.unpackb(bytes.fromhex(row["msgpack"])) == row["message"]


def test_every_kind_of_message_is_golden() -> None:
    assert {row["message"]["t"] for row in FROM_CLIENT} == set(parsing._READERS)
    kinds = {type(server_message(row["message"])) for row in FROM_SERVER}
    assert kinds == set(wire.ServerMessage.__args__)


@pytest.mark.parametrize("row", named(golden("faults")))
def test_a_wrong_message_is_this_fault(row: Plain) -> None:
    data = row["json"] if row["format"] == "json" else bytes.fromhex(row["hex"])
    format = Format.JSON if row["format"] == "json" else Format.MSGPACK
    assert parsing.parse(data, format) == parsing.Fault(Refusal(row["code"]), row["hostile"], row.get("op"))


@pytest.mark.parametrize("row", named(golden("sequences")))
def test_a_snapshot_and_its_deltas_give_the_expected_tally(row: Plain) -> None:
    snap = cast(wire.Snap, server_message(row["snap"]))
    version, tally, gap = snap.version, snap.tally, False
    for plain in row["deltas"]:
        message = cast(wire.DeltaMessage, server_message(plain))
        delta = Delta(7, message.base, message.version, message.changes)
        if delta.version <= version:
            continue
        if delta.base != version:
            gap = True
            continue
        version, tally = delta.version, apply(tally, delta.changes)
    assert {"version": list(version), "tally": encoding.plain_tally(tally)} == row["expect"]
    assert gap is row.get("gap", False)
