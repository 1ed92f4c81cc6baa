"""A citizen's text: counted as a reader counts, one clean line, refused by name."""

import json
from pathlib import Path

import pytest

from web.post_text import MOST_MARKS, MOST_SIGNS, TextFault, clean, count_signs, read_text

COUNTED = json.loads((Path(__file__).parent / "golden" / "signs.json").read_text(encoding="utf-8"))
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize("case", COUNTED, ids=lambda case: case["name"])
def test_signs_are_counted_as_a_reader_counts(case: dict[str, object]) -> None:
    assert count_signs(clean(str(case["text"]))) == case["signs"]


def test_a_text_may_have_140_signs_and_no_more() -> None:
    for sign in ("x", "é", "e\u0301"):
        assert read_text(sign * MOST_SIGNS) == clean(sign * MOST_SIGNS)
        assert read_text(sign * (MOST_SIGNS + 1)) is TextFault.TOO_LONG
    assert count_signs(str(read_text("Oui" + FAMILY * (MOST_SIGNS - 3)))) == MOST_SIGNS
    assert read_text("Oui" + FAMILY * (MOST_SIGNS - 2)) is TextFault.TOO_LONG


def test_a_text_is_one_clean_line() -> None:
    assert read_text("  Des trains\r\n\r\nla\tnuit\u200b  ") == "Des trains la nuit"


@pytest.mark.parametrize(
    "text", ["", " \n ", "\u200b\u200b", "\u200d\u200c", "\u3164\u3164\u3164", "\u2800", "\u00a0"]
)
def test_what_nobody_sees_is_no_text(text: str) -> None:
    assert read_text(text) is TextFault.NO_TEXT


@pytest.mark.parametrize("text", ["…!?", "12 000", FAMILY * 140, "👍", "ok", "\u0301…"])
def test_a_text_has_words(text: str) -> None:
    assert read_text(text) is TextFault.NO_WORDS


@pytest.mark.parametrize("text", ["Oui\x00non", "Oui\x1b[31m", "Oui\x7f", "Oui\ufffe"])
def test_control_characters_are_refused(text: str) -> None:
    assert read_text(text) is TextFault.CONTROL


@pytest.mark.parametrize("sign", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_direction_is_refused(sign: str) -> None:
    assert read_text(f"Des trains {sign}tiun al") is TextFault.DIRECTION


@pytest.mark.parametrize(
    "hidden",
    [
        "".join(chr(0xE0000 + ord(sign)) for sign in "votez non"),
        "\U000e0001",
        "\u2061\u2062\u2063\u2064",
        "\u206a\u206f",
        "\u180e\u034f",
        "\ufe00\ufe0d",
        "\U000e0100\U000e01ef",
        "\u200c\u200d\u200e\u200f",
        "\U0001d173",
    ],
)
def test_what_hides_words_from_readers_is_not_kept(hidden: str) -> None:
    assert read_text(f"Des trains{hidden} la nuit") == "Des trains la nuit"
    assert read_text(hidden) is TextFault.NO_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "Vive l'Écosse 🏴󠁧󠁢󠁳󠁣󠁴󠁿 et le pays de Galles 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "Un drapeau 🏳️‍🌈, un cœur ❤️ et une famille 👨‍👩‍👧‍👦",
        "می‌خواهم قطار شب",
        "क्‍षमा रेल रात",
    ],
)
def test_flags_families_and_scripts_that_need_joiners_keep_theirs(text: str) -> None:
    assert read_text(text) == text


def test_tags_that_are_no_flag_leave_the_flag_alone() -> None:
    tags = "".join(chr(0xE0000 + ord(sign)) for sign in "votez non, tous") + "\U000e007f"
    assert read_text(f"Le drapeau 🏴{tags} noir") == "Le drapeau 🏴 noir"


def test_a_few_marks_on_a_sign_are_taken_a_tower_is_not() -> None:
    assert isinstance(read_text("bon" + "\u0316" * MOST_MARKS), str)
    assert read_text("bon" + "\u0316" * (MOST_MARKS + 1)) is TextFault.MARKS
    assert read_text("bon " + "👨\u200d" * 16 + "👨") is TextFault.MARKS
    assert isinstance(read_text("Bisous 👩🏽‍❤️‍💋‍👨🏻 שָׁלוֹם 1️⃣"), str)


@pytest.mark.parametrize(
    "text",
    [
        "Voir https://exemple.test/page",
        "Voir HTTP: //exemple.test",
        "javascript:alert(1)",
        "Cliquez JavaScript:alert(1)",
        "data:text/html,oui",
        "Voir www.exemple",
        "Voir exemple.fr",
        "Voir exemple.fr.",
        "Voir exemple.com/page",
        "Écrire à marie@exemple.org",
        "Écrire à mailto:marie",
    ],
)
def test_links_and_addresses_are_refused(text: str) -> None:
    assert read_text(text) is TextFault.LINK


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & {{ 7 * 7 }} {% raw %} ${x}",
        "Apprendre JavaScript : dès le lycée",
        "Un TER gratuit.Et le bus aussi",
        "1.5 million pour le sport, soit 3.50 euros par tête",
        "Rénover les lycées.de plus",
        "Open data : les horaires pour tous",
        "L'arrêt St.Dié à 6 h",
        "' OR 1=1; -- oui",
    ],
)
def test_what_only_looks_like_code_is_text(text: str) -> None:
    assert read_text(text) == text
