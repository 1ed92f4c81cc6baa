"""The index of words, written with the topics whose words they are."""

from collections.abc import Mapping

import sqlalchemy as sa

from storage.statements import Upsert
from storage.tables_search import TOPIC_WORD, WORD_FORM
from storage.words import forms, stem


def index_topics(connection: sa.Connection, texts: Mapping[int, str]) -> None:
    """Remember the words of topics, by id, in the transaction that stores their ``texts``."""
    words: dict[tuple[str, int], None] = {}
    seen: dict[str, str] = {}
    for topic_id, text in texts.items():
        for form in forms(text):
            seen[form] = stem(form)
            words[seen[form], topic_id] = None
    _KEEP_WORDS(connection, [{"stem": word, "topic_id": topic_id} for word, topic_id in sorted(words)])
    # in one order: two nodes that meet a new word at once wait for each other, not in a circle
    _KEEP_FORMS(connection, [{"form": form, "stem": seen[form]} for form in sorted(seen)])


_KEEP_WORDS = Upsert(TOPIC_WORD, ())
_KEEP_FORMS = Upsert(WORD_FORM, ())
