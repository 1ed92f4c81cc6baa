"""Published ideas that say much the same as a text, by the stems of their words, accents and case ignored."""

import asyncio
import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache

import snowballstemmer

from storage.database import Database
from storage.topics import list_topics
from storage.values import Topic

MOST_COMPARED = 5000
"""The newest of a citizens' topics, which are compared one by one."""

LEAST_SHARED = 0.35
"""Of the weight of the text's stems, how much another must share; measured by tests/storage/test_similar.py."""


async def similar(database: Database, text: str, limit: int = 5) -> list[Topic]:
    """Citizens' topics that share stems with ``text``, rare ones weighing more, the closest first."""
    stems = stems_of(text)
    if not stems:
        return []
    topics = [topic for topic in await list_topics(database) if topic.kind.by_citizens][:MOST_COMPARED]
    return await asyncio.to_thread(_closest, stems, topics, limit)


def stems_of(text: str) -> frozenset[str]:
    """The stems of the words of a text that carry meaning."""
    words = _WORD.findall(_fold(text))
    return frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 1)


def _closest(stems: frozenset[str], topics: list[Topic], limit: int) -> list[Topic]:
    compared = [(topic, _stems_of_title(topic.title)) for topic in topics]
    seen_in = Counter(stem for _, others in compared for stem in others & stems)
    weight = {stem: math.log(1 + (len(compared) + 1) / (1 + seen_in[stem])) for stem in stems}
    whole = sum(weight.values())
    scored = []
    for topic, others in compared:
        shared = stems & others
        share = sum(weight[stem] for stem in shared) / whole
        if share >= LEAST_SHARED and (len(shared) > 1 or len(stems) == 1):
            scored.append((share, topic.id, topic))
    return [topic for *_, topic in sorted(scored, reverse=True, key=lambda one: one[:2])[:limit]]


@lru_cache(maxsize=2 * MOST_COMPARED)
def _stems_of_title(title: str) -> frozenset[str]:
    return stems_of(title)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """Stemmers keep state: each call has its own. They leave the plural of « vélos » as it is."""
    singular = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
    stem: str = snowballstemmer.stemmer("french").stemWord(singular)
    return stem


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold()).replace("œ", "oe").replace("æ", "ae")
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(
    "a ai au aux avec c ca ce ces cet cette chaque comme d dans de des donc du elle en entre es est et eu faire"
    " faut fois il ils j je l la le les leur leurs lui m ma mais me meme mes moins mon n ne nos notre nous on"
    " ou oui par pas plus pour pourrait pouvoir qu quand que qui s sa sans se ses si son sont sur t ta te tes"
    " toi ton tous tout toute toutes tres tu un une vos votre vous y".split()
)
"""French words that say nothing of the subject (articles, pronouns, auxiliaries), folded."""
