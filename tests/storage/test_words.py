"""What words a text is about."""

import asyncio

import pytest

from storage.words import LONGEST_WORD, folded, forms, stem


def stems(text: str) -> set[str]:
    return {stem(form) for form in forms(text)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("des vélos", "VELO"),
        ("jeux", "jeu"),
        ("un lieu", "des lieux"),
        ("cinéma", "cinémas"),
        ("l'école", "Les écoles"),
        ("cœur de ville", "coeurs de villes"),
        ("l’énergie", "énergies"),
        ("les chevaux", "cheval"),
        ("un désert médical", "déserts médicaux"),
        ("e\u0301tudiant", "étudiante"),
        ("STRASSE", "Straße"),
    ],
)
def test_words_that_people_take_for_the_same_are_the_same(one: str, other: str) -> None:
    assert stems(one) == stems(other)
    assert stems(one)


def test_little_words_and_single_letters_say_nothing() -> None:
    assert forms("Est-ce que l'on doit aller plus loin dans le Grand Est ?") == ["aller", "loin", "grand"]


def test_summer_is_a_subject() -> None:
    assert forms("Des trains pour l'été") == ["trains", "ete"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "'\"", "\0", "(.*)+", "!!!", "\u200b\u202e", "de la"])
def test_what_holds_no_word_gives_none(text: str) -> None:
    assert forms(text) == []


def test_a_word_has_an_end_and_is_said_once() -> None:
    assert forms("a" * 10_000 + " vélo vélo") == ["a" * LONGEST_WORD, "velo"]


def test_folding_is_done_once_and_for_all() -> None:
    assert folded(folded("Œuvre d'Été ﬁn")) == folded("Œuvre d'Été ﬁn") == "oeuvre d'ete fin"


async def test_stems_are_the_same_from_many_threads() -> None:
    words = [
        f"{root}{end}" for root in ("citoyen", "region", "cyclabl", "energi") for end in ("e", "es", "s", "")
    ]
    alone = [stem(word) for word in words]
    stem.cache_clear()
    found = await asyncio.gather(
        *(asyncio.to_thread(lambda: [stem(word) for word in words]) for _ in range(8))
    )
    assert found == [alone] * 8
