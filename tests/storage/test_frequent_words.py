"""The words that many people use."""

from storage.frequent_words import FrequentWord, frequent_words


def test_a_word_counts_once_a_text_in_whichever_form_and_is_shown_as_most_write_it() -> None:
    texts = ["Des vélos, des vélos et des vélos", "un vélo au village", "Vélos dans les villages", "le train"]
    assert frequent_words(texts, 5) == [FrequentWord("vélos", 3), FrequentWord("village", 2)]


def test_words_that_say_nothing_are_rude_or_are_one_persons_are_left_out() -> None:
    texts = ["Pour tous les trains merdiques", "Avec tous les trains merdiques", "Une idée à moi"]
    assert frequent_words(texts, 5, frozenset({"merdiques"})) == [FrequentWord("trains", 2)]


def test_no_more_words_than_asked_for() -> None:
    assert len(frequent_words(["gare école forêt piscine"] * 2, 3)) == 3


def test_a_compound_is_one_word_and_a_verb_is_told_without_who_does_it() -> None:
    texts = [
        "Pourquoi propose-t-on un week-end ?",
        "On propose des week-ends, pas un rendez-vous",
        "un rendez-vous",
    ]
    assert frequent_words(texts, 5) == [
        FrequentWord("propose", 2),
        FrequentWord("rendez-vous", 2),
        FrequentWord("week-end", 2),
    ]
