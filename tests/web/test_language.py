"""Which language a visitor reads."""

import pytest

from web.catalogue import Language
from web.language import language_of

FRENCH = Language.FRENCH


@pytest.mark.parametrize(
    "wishes",
    ["", "fr", "fr-FR,fr;q=0.9", "xx", "*", "de-DE;q=abc", ",,;q=,", "fr;q=0", "fr;q=nan", "é" * 3000],
)
def test_whoever_asks_for_nothing_that_we_speak_reads_french(wishes: str) -> None:
    assert language_of({b"accept-language": wishes.encode("utf-8")}) is FRENCH


@pytest.mark.parametrize("cookie", ["langue=fr", "langue=klingon", "langue=", "langue", 'langue="', "a=b"])
def test_a_cookie_that_names_no_language_of_ours_chooses_none(cookie: str) -> None:
    assert language_of({b"cookie": cookie.encode()}) is FRENCH
