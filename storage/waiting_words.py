"""Waiting posts that are about the same as a text, by the measure of similar topics.

Their words are kept in this process's memory: the node reads what waits when it starts, each look reads what came
since. So no table is written to with every post, and nothing of one that is decided is kept for long. They are kept
as they stand, and stemmed when something like them is looked for: to stem all at once takes many times as long.
"""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice, takewhile
from typing import Final

import sqlalchemy as sa

from storage.database import Database
from storage.posts import post_of, posts_with_themes
from storage.similarity import MOST_COMPARED, MOST_COUNTED, MOST_WITH_A_WORD, is_alike, stems_of, weigh
from storage.tables_posts import POST
from storage.values_posts import Post, PostKind, PostStatus
from storage.words import forms, stem

ANEW_MS: Final = 3_600_000
"""After so long all is read again, and what was decided since is forgotten."""

OVERLAP: Final = 100
"""So many of the newest numbers are asked for again: a post may be committed after one with a higher number."""

A_LOOK: Final = 2000
"""More posts than that one look does not take in: until the node has read all, it finds a part of what is alike."""

KEPT: Final = 4
"""Signs at the beginning of a word that stemming leaves alone, where the stem is longer."""

_WAITING = (POST.c.status == str(PostStatus.WAITING), POST.c.kind != str(PostKind.ARGUMENT))


@dataclass(frozen=True, slots=True)
class Alike:
    posts: tuple[Post, ...]
    is_whole: bool
    """Whether all that wait were compared; where not, more may be found in a moment."""


class WaitingWords:
    """One for each application; ``similar`` may be asked many times at once."""

    def __init__(self) -> None:
        self._index = _Index()
        self._read_at: int | None = None
        self._reading = asyncio.Lock()

    async def keep(self, database: Database, now: int) -> None:
        """Read all that waits where that was not done for ANEW_MS; looks go on meanwhile with what is known."""
        if self._read_at is not None and 0 <= now - self._read_at < ANEW_MS:
            return
        index = self._index if self._read_at is None else _Index()
        is_whole = False
        while not is_whole:
            async with self._reading:  # by parts: whoever looks waits for one
                is_whole = await index.take_in(database)
        self._index, self._read_at = index, now

    async def similar(self, database: Database, itself: Post, limit: int) -> Alike:
        """Other waiting ideas and debates like ``itself``, by what is shared, the longest waiting first."""
        async with self._reading:
            index = self._index
            is_whole = await index.take_in(database)
            ids = await asyncio.to_thread(index.alike, itself)
        if not ids:
            return Alike((), is_whole)
        async with database.read() as connection:
            rows = await connection.execute(posts_with_themes().where(POST.c.id.in_(ids), *_WAITING))
            found = {row.id: post_of(row) for row in rows}
        return Alike(tuple([found[id] for id in ids if id in found][:limit]), is_whole)


class _Index:
    """The words of what waits, by the post and by the word."""

    def __init__(self) -> None:
        self._forms: dict[int, frozenset[str]] = {}
        self._with: defaultdict[str, list[int]] = defaultdict(list)
        self._in_order: list[str] = []
        self._last = 0

    async def take_in(self, database: Database) -> bool:
        """Read what came since, at most A_LOOK, from the longest waiting on; whether that was all."""
        columns = sa.select(POST.c.id, POST.c.text).where(POST.c.id > self._last - OVERLAP, *_WAITING)
        async with database.read() as connection:
            rows = (await connection.execute(columns.order_by(POST.c.id).limit(A_LOOK))).all()
        fresh = {row.id: row.text for row in rows if row.id not in self._forms}
        if fresh:
            await asyncio.to_thread(self._keep, fresh)
        return len(rows) < A_LOOK

    def _keep(self, texts: dict[int, str]) -> None:
        for id, text in texts.items():
            self._forms[id] = frozenset(forms(text))
            for form in self._forms[id]:
                self._with[form].append(id)
        self._in_order = sorted(self._with)
        self._last = max(self._last, *texts)

    def alike(self, itself: Post) -> list[int]:
        """The numbers of others that share enough, the heaviest first."""
        stems = stems_of(itself.text)
        stem_of = {form: word for word in stems for form in self._forms_of(word)}
        others = {word: set[int]() for word in stems}
        for form, word in stem_of.items():
            others[word].update(self._with[form][-MOST_COUNTED:])
        for ids in others.values():
            ids.discard(itself.id)
        number = len(self._forms) - (itself.id in self._forms)
        measure = weigh(stems, {word: min(MOST_COUNTED, len(ids)) for word, ids in others.items()}, number)
        first: defaultdict[int, float] = defaultdict(float)
        for word, weight in measure.weights.items():
            for id in sorted(others[word])[-MOST_WITH_A_WORD:]:
                first[id] += weight
        alike = []
        for id in nlargest(MOST_COMPARED, first, key=first.__getitem__):
            shared = {stem_of[form] for form in self._forms[id] if form in stem_of}
            if is_alike(measure, shared):
                alike.append((-measure.of(shared), id))
        return [id for _, id in sorted(alike)]

    def _forms_of(self, word: str) -> Iterator[str]:
        """The words that wait which have this stem."""
        beginning = word[: min(KEPT, max(1, len(word) - 1))]
        behind = islice(self._in_order, bisect_left(self._in_order, beginning), None)
        near = takewhile(lambda form: form.startswith(beginning), behind)
        return (form for form in near if stem(form) == word)
