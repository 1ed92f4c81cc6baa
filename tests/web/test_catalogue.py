"""The French catalogue: complete, and written for people."""

from datetime import datetime

import pytest

from realtime.refusals import Refusal
from realtime.tally import AgeBand, Departement, Sex
from storage.values import Caveat, Provenance, Theme, TopicKind
from web.catalogue import Catalogue, Language, load_catalogue
from web.citizen.weather import Weather
from web.rendering import load_pages


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize("code", list(Refusal))
def test_every_refusal_has_a_sentence(catalogue: Catalogue, code: Refusal) -> None:
    sentence = catalogue.refusal(code)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "!" not in sentence


def test_no_sentence_is_left_over(catalogue: Catalogue) -> None:
    assert set(catalogue.sections["refusals"]) == {str(code) for code in Refusal}


def test_everything_that_is_counted_has_a_name(catalogue: Catalogue) -> None:
    for section, codes in (
        ("departement", Departement),
        ("sex", Sex),
        ("sex-choice", Sex),
        ("age", AgeBand),
        ("weather", Weather),
        ("kind", TopicKind),
    ):
        assert set(catalogue.sections[section]) == {str(code) for code in codes}


def test_everything_that_is_not_real_is_marked(catalogue: Catalogue) -> None:
    caveats = {str(caveat) for caveat in Caveat}
    assert set(catalogue.sections["provenance"]) == set(catalogue.sections["provenance-told"]) == caveats
    assert [bool(provenance.caveats) for provenance in Provenance] == [False, True, True, True, True]


def test_one_and_none_are_singular(catalogue: Catalogue) -> None:
    assert [catalogue.voters(n) for n in (0, 1, 2)] == [
        "0\u00a0votant",
        "1\u00a0votant",
        "2\u00a0votants",
    ]


def test_thousands_stand_apart_by_a_narrow_space(catalogue: Catalogue) -> None:
    assert catalogue.number(1_234_567) == "1\u202f234\u202f567"


def test_a_per_cent_sign_stands_apart_by_a_narrow_space(catalogue: Catalogue) -> None:
    assert catalogue.percent(62) == "62\u202f%"


def test_days_and_moments_are_written_as_in_france(catalogue: Catalogue) -> None:
    at = datetime(2027, 3, 12, 9, 5)
    assert (catalogue.day(at), catalogue.moment(at)) == ("12\u00a0mars 2027", "12\u00a0mars, 09:05")
    evening = datetime(2026, 12, 1, 18, 30)
    told = [catalogue.appointment(one) for one in (evening, evening.replace(day=2, hour=1, minute=0))]
    assert told == ["mardi 1er\u00a0décembre 2026 à 18\u00a0h 30", "mercredi 2\u00a0décembre 2026 à 1\u00a0h"]


def test_a_missing_word_is_a_fault(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        catalogue.say("weather", "snow")


def test_every_language_writes_numbers_and_days_its_own_way() -> None:
    at = datetime(2027, 3, 12, 9, 5)
    german, english = load_catalogue(Language.GERMAN), load_catalogue(Language.ENGLISH)
    assert (german.number(1_234), english.number(1_234)) == ("1.234", "1,234")
    assert (german.percent(62), english.percent(62)) == ("62\u00a0%", "62%")
    assert (german.day(at), english.day(at)) == ("12. März 2027", "12 March 2027")
    assert (german.moment(at), english.moment(at)) == ("12. März, 09:05", "12 March, 09:05")
    told = (german.appointment(at), english.appointment(at))
    assert told == ("Freitag, 12. März 2027, 9:05 Uhr", "Friday 12 March 2027, 09:05")
    assert (german.voters(0), english.voters(1)) == ("0 Stimmen", "1 voter")


def test_german_spacing_keeps_a_per_cent_sign_with_its_number() -> None:
    german = load_catalogue(Language.GERMAN)
    assert german.typography("Meuse: 62 % Plus …") == "Meuse: 62\u00a0% Plus\u00a0…"


def test_a_theme_is_named_in_the_language_until_the_region_renames_it(catalogue: Catalogue) -> None:
    german = load_catalogue(Language.GERMAN)
    assert german.theme(Theme("sante", "Santé")) == "Gesundheit"
    assert german.theme(Theme("sante", "Santé et solidarités")) == "Santé et solidarités"
    assert catalogue.theme(Theme("sante", "Santé")) == "Santé"


def test_templates_have_french_spacing_and_no_other_language_has() -> None:
    told = "{% trans %}De quoi cela parle-t-il ? « Terminer » : 40 % de +{% endtrans %}"
    counted = "{% trans n=3 %}{{ n }} % ?{% endtrans %}"
    pages = load_pages()
    french = pages[Language.FRENCH].environment
    assert french.from_string(told).render() == (
        "De quoi cela parle-t-il\u202f? «\u202fTerminer\u202f»\u202f: 40\u202f% de +"
    )
    assert french.from_string(counted).render() == "3\u202f%\u202f?"
    assert pages[Language.ENGLISH].environment.from_string(told).render() == (
        "De quoi cela parle-t-il ? « Terminer » : 40 % de +"
    )
