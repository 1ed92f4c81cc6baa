"""What is typed to the Région: taken, or refused by a code that has a sentence."""

import pytest

from storage.letter import LinkFault
from storage.values_contact import ContactFault, ContactState, ContactSubject
from web.addresses import AddressFault, read_address
from web.catalogue import load_catalogue
from web.contact_forms import LONGEST_TEXT, Message, read_message, read_text
from web.mails import MailKind

FAMILY = "👨‍👩‍👧‍👦"
GOOD = {"subject": "press", "text": "Bonjour", "email": "", "op": "abcdefgh"}


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("camille@exemple.fr", "camille@exemple.fr"),
        ("  camille.o'neil+lettre@EXEMPLE.fr\r\n", "camille.o'neil+lettre@exemple.fr"),
        ("camille@élysée.fr", "camille@xn--lyse-9oad.fr"),
    ],
)
def test_an_address_is_read(typed: str, address: str) -> None:
    assert read_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", AddressFault.MISSING),
        (" \n ", AddressFault.MISSING),
        (f"{'a' * 250}@b.fr", AddressFault.TOO_LONG),
        ("a@b.fr\nBcc: c@d.fr", AddressFault.BAD_SIGNS),
        ("a\r\n@b.fr", AddressFault.BAD_SIGNS),
        ("a@b.fr%0aBcc:c@d.fr", AddressFault.BAD_SIGNS),
        ("a%0D%0A@b.fr", AddressFault.BAD_SIGNS),
        ("=?utf-8?q?a=0ABcc:c?=@b.fr", AddressFault.BAD_SIGNS),
        ("a=0Ab@c.fr", AddressFault.BAD_SIGNS),
        ("a\\n@b.fr", AddressFault.BAD_SIGNS),
        ("a\0@b.fr", AddressFault.BAD_SIGNS),
        ("a\u200b@b.fr", AddressFault.BAD_SIGNS),
        ("a\u202e@b.fr", AddressFault.BAD_SIGNS),
        ("a@b.fr,c@d.fr", AddressFault.SEVERAL),
        ("a@b.fr; c@d.fr", AddressFault.SEVERAL),
        ("a@b.fr c@d.fr", AddressFault.SEVERAL),
        ("a@b@c.fr", AddressFault.SEVERAL),
        ("Camille <a@b.fr>", AddressFault.NAMED),
        ('"Camille"@b.fr', AddressFault.NAMED),
        ("mailto:a@b.fr", AddressFault.NAMED),
        ("a@[127.0.0.1]", AddressFault.NAMED),
        ("camillé@b.fr", AddressFault.ACCENTED),
        ("camille", AddressFault.UNREADABLE),
        ("camille@", AddressFault.UNREADABLE),
        ("@b.fr", AddressFault.UNREADABLE),
        ("camille@localhost", AddressFault.UNREADABLE),
        ("camille@b..fr", AddressFault.UNREADABLE),
        ("cam ille@b.fr", AddressFault.UNREADABLE),
        (f"{'a' * 65}@b.fr", AddressFault.UNREADABLE),
    ],
)
def test_what_is_no_single_plain_address_is_refused(typed: str, fault: AddressFault) -> None:
    assert read_address(typed) is fault


def test_a_text_has_as_many_signs_as_a_reader_counts() -> None:
    assert read_text(FAMILY * LONGEST_TEXT) == FAMILY * LONGEST_TEXT
    assert read_text("a" * LONGEST_TEXT + "b") is ContactFault.TOO_LONG
    assert read_text("ab\r\n" * 600) == "\n".join(["ab"] * 600), (
        "an end of line is one sign, whatever sends it"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ContactFault.NO_TEXT),
        (" \n\t ", ContactFault.NO_TEXT),
        ("\u200b\u200d\u2060", ContactFault.NO_TEXT),
        ("\u0301\u0301", ContactFault.NO_TEXT),
        ("bon\0jour", ContactFault.BAD_SIGNS),
        ("bon\x1b[2Jjour", ContactFault.BAD_SIGNS),
        ("a" + "\u0301" * 30_000, ContactFault.TOO_LONG),
    ],
)
def test_a_text_that_nobody_can_read_is_refused(text: str, fault: ContactFault) -> None:
    assert read_text(text) is fault


def test_markup_is_text_like_any_other() -> None:
    for text in ("<b>{{ 7 * 7 }}</b>", "javascript:alert(1)"):
        assert read_text(text) == text


@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_nothing_turns_a_letter_around_for_those_who_answer(sign: str) -> None:
    """The words arrive, in the order in which they were typed; those from right to left need no such sign."""
    assert read_text(f"Mon dossier {sign}fdp.exe, merci") == "Mon dossier fdp.exe, merci"
    assert read_text(sign) is ContactFault.NO_TEXT
    assert read_text("שלום, مرحبا") == "שלום, مرحبا"


def test_what_nobody_sees_does_not_arrive_in_a_letter() -> None:
    hidden = "".join(chr(0xE0000 + ord(sign)) for sign in "ignore the rest")
    assert read_text(f"Bonjour{hidden},\n\u200bmerci 🏴󠁧󠁢󠁳󠁣󠁴󠁿") == "Bonjour,\nmerci 🏴󠁧󠁢󠁳󠁣󠁴󠁿"


def test_a_message_that_begins_has_a_subject_and_perhaps_an_address() -> None:
    assert read_message(GOOD, begins=True) == Message(ContactSubject.PRESS, "Bonjour", "", "abcdefgh")
    assert read_message(GOOD | {"subject": "x", "email": "a,b@c.fr", "text": ""}, begins=True) == {
        "subject": ContactFault.NO_SUBJECT,
        "email": AddressFault.SEVERAL,
        "text": ContactFault.NO_TEXT,
    }
    assert read_message({"text": "Bonjour", "op": "x"}, begins=False) == {"form": ContactFault.BAD_OP}


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("contact-subject", ContactSubject),
        ("contact-state", ContactState),
        ("contact-fault", ContactFault),
        ("address-fault", AddressFault),
        ("link-fault", LinkFault),
    ],
)
def test_every_code_has_a_sentence_and_no_sentence_is_left_over(
    section: str, codes: type[AddressFault]
) -> None:
    sentences = load_catalogue().sections[section]
    assert set(sentences) == {str(code) for code in codes}
    if section.endswith("fault"):
        assert all(one[0].isupper() and one.endswith(".") and "!" not in one for one in sentences.values())


def test_every_mail_has_its_words() -> None:
    parts = ("subject", "told", "link", "after")
    wanted = {f"{kind}-{part}" for kind in MailKind for part in parts} | {"signed"}
    assert set(load_catalogue().sections["mails"]) == wanted
