"""The list of the queue: what of it is looked at, and its lines."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from storage import inbox
from storage.queue import QUEUE_SHOWN, queued
from storage.reports import held_topics, reported
from storage.values import DAY_MS
from storage.values_contact import ContactState
from storage.values_inbox import Held, InboxAsked
from storage.values_moderation import Claim, PostSort, Queued, QueueFilter, Sort, Subject
from web.citizen.local_time import here
from web.console.desk import StaffVisit

PATH = "/console/file"
FOLDERS = {Sort.POST: "posts", Sort.TOPIC: "sujets"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the queue is looked at."""

    sort: str = ""
    theme: str = ""
    age: int = 0

    @property
    def query(self) -> str:
        """As it stands in addresses."""
        told = {"sorte": self.sort, "theme": self.theme, "age": self.age or ""}
        return urlencode({name: value for name, value in told.items() if value})

    def filter(self, now: int) -> QueueFilter:
        sort = PostSort(self.sort) if self.sort in set(PostSort) else None
        return QueueFilter(sort, self.theme, now - self.age * DAY_MS if self.age else None)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a waiting post, a reported topic, or a conversation, which has its own page."""

    href: str
    subject: str
    text: str
    kind: str
    theme: str
    since: Any
    by: str = ""
    number: int = 0


def address(subject: Subject, asked: Asked) -> str:
    query = asked.query
    return f"{PATH}/{FOLDERS[subject.sort]}/{subject.id}" + (f"?{query}" if query else "")


async def rows_of(visitor: StaffVisit, asked: Asked, after: int = 0, limit: int = QUEUE_SHOWN) -> list[Row]:
    """So many lines of what is asked; of posts those behind the post ``after``."""
    if asked.sort == "reports":
        return await _report_rows(visitor, asked, limit)
    if asked.sort == "messages":
        return await _message_rows(visitor, limit)
    waiting = await queued(visitor.services.database, asked.filter(visitor.now), visitor.now, after, limit)
    return [_row(visitor, one, asked) for one in waiting]


async def _report_rows(visitor: StaffVisit, asked: Asked, limit: int) -> list[Row]:
    """From the first one on: what waits behind what changes with every report."""
    database = visitor.services.database
    found = await reported(database, limit)
    held = await held_topics(database, [one.topic for one in found], visitor.now)
    return [
        Row(
            href=address(Subject(Sort.TOPIC, one.topic), asked),
            subject=str(Subject(Sort.TOPIC, one.topic)),
            text=one.title,
            kind="report",
            theme="",
            since=None,
            by=_other(visitor, held.get(one.topic)),
            number=one.people,
        )
        for one in found
    ]


async def _message_rows(visitor: StaffVisit, limit: int) -> list[Row]:
    waiting = InboxAsked(ContactState.WAITING)
    lines = await inbox.threads(visitor.services.database, waiting, visitor.staff, visitor.now, most=limit)
    return [
        Row(
            href=f"/console/courrier/{one.id}",
            subject=f"thread:{one.id}",
            text=visitor.say("contact-subject", one.subject),
            kind="message",
            theme="" if one.theme is None else one.theme.name,
            since=here(one.moved_at),
            by=_other(visitor, one.held),
        )
        for one in lines
    ]


def _row(visitor: StaffVisit, one: Queued, asked: Asked) -> Row:
    subject = Subject(Sort.POST, one.post.id)
    return Row(
        href=address(subject, asked),
        subject=str(subject),
        text=one.post.text,
        kind=str(one.post.kind),
        theme="" if one.post.theme is None else one.post.theme.name,
        since=here(one.post.created_at),
        by=_other(visitor, one.claim),
    )


def _other(visitor: StaffVisit, holder: Claim | Held | None) -> str:
    """The colleague's name who has something open; empty where nobody has, or one has it oneself."""
    return "" if holder is None or holder.staff == visitor.staff.id else holder.name
