"""What the server says, as bytes: the same map in both formats (pure)."""

import json
from typing import Any

import msgpack

from channels.wire import (
    PROTOCOL,
    Ack,
    Bye,
    DeltaMessage,
    Desk,
    Format,
    Fresh,
    Hello,
    No,
    Noticed,
    Ping,
    ServerMessage,
    Showing,
    Snap,
    Stale,
    Steps,
    Time,
    Watching,
)
from realtime.delta import Changes
from realtime.notice import Banner, Notice
from realtime.notice import Fresh as Opened
from realtime.tally import Counts, PublicTally
from storage.values_desk import DeskLoad
from storage.values_show import Show


def encode(message: ServerMessage, format: Format) -> bytes:
    """The payload of one message; equal messages give equal bytes."""
    plain = to_plain(message)
    if format is Format.MSGPACK:
        packed: bytes = msgpack.packb(plain)
        return packed
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def to_plain(message: ServerMessage) -> dict[str, Any]:
    """The map of one message, as both formats carry it."""
    match message:
        case Hello(time, ping):
            return {"t": "hello", "protocol": PROTOCOL, "time": time, "ping": ping}
        case Snap(channel, version, tally):
            return {"t": "snap", "channel": channel, "version": list(version), "tally": plain_tally(tally)}
        case DeltaMessage(channel, base, version, changes):
            return {
                "t": "delta",
                "channel": channel,
                "base": list(base),
                "version": list(version),
                "changed": plain_changes(changes),
            }
        case Ack(op, topic, sign, seen):
            return {"t": "ack", "op": op, "topic": topic, "sign": int(sign), "seen": seen}
        case No(code, op, channel):
            plain: dict[str, Any] = {"t": "no", "code": str(code), "retry": code.retry}
            if op is not None:
                plain["op"] = op
            if channel is not None:
                plain["channel"] = channel
            return plain
        case Stale():
            return {"t": "stale"}
        case Fresh():
            return {"t": "fresh"}
        case Ping():
            return {"t": "ping"}
        case Bye(within):
            return {"t": "bye", "within": within}
        case Watching(channel, watching):
            return {"t": "watching", "channel": channel, "watching": watching}
        case Steps(channel, number):
            return {"t": "steps", "channel": channel, "number": number}
        case Noticed(notice):
            return _plain_notice(notice)
        case Desk(load):
            return _plain_desk(load)
        case Time(sent, time):
            return {"t": "time", "sent": sent, "time": time}
        case Showing(channel, event, program, show):
            named = {"t": "show", "channel": channel, "event": event, "program": program}
            return named | _plain_show(show)


def _plain_desk(load: DeskLoad) -> dict[str, Any]:
    return {
        "t": "desk",
        "mark": load.mark,
        "waiting": load.waiting,
        "oldest": load.oldest,
        "themes": dict(load.themes),
        "reports": load.reports,
        "contact": load.contact,
    }


def _plain_show(show: Show) -> dict[str, Any]:
    return {
        "number": show.number,
        "mode": str(show.mode),
        "step": show.step,
        "since": show.since,
        "at": show.at,
        "before": show.before,
        "paused": show.paused_at,
        "late": show.late,
        "held": show.is_held,
    }


def plain_tally(tally: PublicTally) -> dict[str, Any]:
    """A public tally as a map; a hidden one has ``voters`` only."""
    if tally.headline is None:
        return {"voters": tally.voters}
    return {
        "plus": tally.headline.plus,
        "minus": tally.headline.minus,
        "voters": tally.voters,
        "series": {key: _plain_counts(counts) for key, counts in tally.series.items()},
    }


def plain_changes(changes: Changes) -> dict[str, Any]:
    """The changed counters as a map; a series of null publishes nothing any more."""
    plain: dict[str, Any] = {}
    for name in ("plus", "minus", "voters"):
        value = getattr(changes, name)
        if value is not None:
            plain[name] = value
    if changes.series:
        plain["series"] = {
            key: None if counts is None else _plain_counts(counts) for key, counts in changes.series.items()
        }
    return plain


def _plain_notice(notice: Notice) -> dict[str, Any]:
    return {
        "t": "notice",
        "number": notice.number,
        "posting": notice.posting,
        "banner": None if notice.banner is None else _plain_banner(notice.banner),
        "paused": {str(topic): why for topic, why in notice.paused.items()},
        **({"fresh": [_plain_fresh(one) for one in notice.fresh]} if notice.fresh else {}),
    }


def _plain_fresh(fresh: Opened) -> dict[str, Any]:
    return {"sort": str(fresh.sort), "id": fresh.id, "title": fresh.title, "opened": fresh.opened_at}


def _plain_banner(banner: Banner) -> dict[str, Any]:
    return {"text": banner.text, "severity": str(banner.severity), "until": banner.until}


def _plain_counts(counts: Counts) -> dict[str, int]:
    return {"plus": counts.plus, "minus": counts.minus}
