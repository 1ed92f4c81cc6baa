"""The tables of the search: which topic has which word. Nothing outside storage sees them."""

from sqlmodel import Field, SQLModel

from storage.words import LONGEST_WORD


class TopicWordRow(SQLModel, table=True):
    """A topic's title or text has a word with this stem."""

    __tablename__ = "topic_word"
    __table_args__ = ({"sqlite_with_rowid": False},)
    stem: str = Field(primary_key=True, max_length=LONGEST_WORD)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id", index=True)


class WordFormRow(SQLModel, table=True):
    """A word as it stands in some topic, folded, and its stem: so that a word's beginning finds it."""

    __tablename__ = "word_form"
    __table_args__ = ({"sqlite_with_rowid": False},)
    form: str = Field(primary_key=True, max_length=LONGEST_WORD)
    stem: str = Field(max_length=LONGEST_WORD)


TOPIC_WORD = SQLModel.metadata.tables["topic_word"]
WORD_FORM = SQLModel.metadata.tables["word_form"]
