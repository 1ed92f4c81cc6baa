"""Forms: what is asked for is read, anything else is refused by name."""

import pytest

from realtime.refusals import Refusal
from realtime.tally import NOWHERE, AgeBand, Cell, Departement, Sex, Sign
from web.forms import (
    KeptVote,
    ProfileFaults,
    VoteForm,
    local_path,
    read_answers,
    read_cell,
    read_kept_vote,
    read_vote,
)

OP = "abcdefgh"


@pytest.mark.parametrize(("text", "sign"), [("1", Sign.PLUS), ("-1", Sign.MINUS), ("0", Sign.WITHDRAWN)])
def test_a_vote_is_read(text: str, sign: Sign) -> None:
    assert read_vote({"sign": text, "op": OP}) == VoteForm(sign, OP)


@pytest.mark.parametrize("text", ["", "2", "+1", "01", "1.0", "true", "NaN", "１", "-"])
def test_another_sign_is_refused(text: str) -> None:
    assert read_vote({"sign": text, "op": OP}) is Refusal.BAD_SIGN


@pytest.mark.parametrize("op", ["", "short", "with space", "é" * 10, "a" * 41])
def test_a_wrong_op_is_refused(op: str) -> None:
    assert read_vote({"sign": "1", "op": op}) is Refusal.BAD_OP


def test_a_field_that_is_no_text_counts_as_missing() -> None:
    assert read_vote({"sign": object(), "op": OP}) is Refusal.BAD_SIGN


def test_a_profile_may_be_told_in_parts() -> None:
    assert read_cell({"departement": "57", "sex": "", "age": "75+"}) == Cell(
        Departement.MOSELLE, None, AgeBand.FROM_75
    )


def test_skipping_tells_nothing_whatever_was_chosen() -> None:
    assert read_cell({"departement": "57", "sex": "F", "skip": "1"}) == NOWHERE


def test_a_departement_that_is_not_ours_is_refused() -> None:
    assert read_cell({"departement": "75"}) == ProfileFaults({"departement": Refusal.BAD_DEPARTEMENT})


def test_every_wrong_answer_is_named() -> None:
    read = read_cell({"departement": "75", "sex": "Z", "age": "0-14"})
    assert isinstance(read, ProfileFaults)
    assert set(read.fields) == {"departement", "sex", "age"}
    assert read.first is Refusal.BAD_DEPARTEMENT


def test_what_was_chosen_stays_as_it_was_sent() -> None:
    answers = read_answers({"departement": "75", "sex": str(Sex.WOMAN)})
    assert (answers.departement, answers.sex, answers.age) == ("75", "F", "")


def test_a_kept_vote_is_read() -> None:
    assert read_kept_vote({"topic": "7", "sign": "1", "op": OP}) == KeptVote(7, Sign.PLUS, OP)


def test_a_form_without_a_topic_keeps_no_vote() -> None:
    assert read_kept_vote({"sign": "1"}) is None


@pytest.mark.parametrize("topic", ["0", "-3", "x", "9" * 16, "9" * 40])
def test_a_kept_vote_on_no_topic_is_refused(topic: str) -> None:
    assert read_kept_vote({"topic": topic, "sign": "1", "op": OP}) is Refusal.BAD_TOPIC


@pytest.mark.parametrize("path", ["/", "/sujets/7", "/#sujet-7", "/profil?next=%2F"])
def test_a_path_of_this_site_is_taken(path: str) -> None:
    assert local_path({"next": path}) == path


@pytest.mark.parametrize(
    "path",
    ["", "//evil.example", "/\\evil.example", "https://evil.example", "sujets/7", "/a\r\nb", "javascript:1"],
)
def test_another_site_is_never_gone_to(path: str) -> None:
    assert local_path({"next": path}, "/sujets/3") == "/sujets/3"
