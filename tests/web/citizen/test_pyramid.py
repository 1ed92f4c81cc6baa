"""The age pyramid."""

from realtime.tally import AgeBand, Counts, Sex
from storage.values import CrossTable
from web.citizen.pyramid import pyramid


def test_there_is_none_before_the_close() -> None:
    assert pyramid(None) is None


def test_the_oldest_stand_on_top_and_the_longest_bar_is_whole() -> None:
    cells = {(Sex.WOMAN, AgeBand.FROM_75): Counts(10, 10), (Sex.MAN, AgeBand.FROM_20): Counts(30, 50)}
    drawn = pyramid(CrossTable(cells))
    assert drawn is not None
    assert [band.code for band in drawn.bands] == ["75+", "60-74", "40-59", "20-39", "15-19"]
    assert drawn.bands[0].women is not None
    assert drawn.bands[0].women.length == 0.25
    assert drawn.bands[3].men is not None
    assert (drawn.bands[3].men.length, drawn.bands[3].men.share.plus) == (1.0, 38)


def test_what_is_not_published_has_neither_bar_nor_number() -> None:
    drawn = pyramid(CrossTable({(Sex.MAN, AgeBand.FROM_20): Counts(30, 50)}))
    assert drawn is not None
    shown = [(band.code, sex) for band in drawn.bands for sex in Sex if band.share_of(sex)]
    assert shown == [("20-39", Sex.MAN)]


def test_others_have_words_and_do_not_stretch_the_bars() -> None:
    cells = {(Sex.OTHER, AgeBand.FROM_20): Counts(60, 40), (Sex.WOMAN, AgeBand.FROM_20): Counts(10, 10)}
    drawn = pyramid(CrossTable(cells))
    assert drawn is not None
    assert [band.code for band in drawn.others] == ["20-39"]
    assert drawn.bands[3].women is not None
    assert drawn.bands[3].women.length == 1.0


def test_with_nothing_published_it_is_empty() -> None:
    drawn = pyramid(CrossTable({}))
    assert drawn is not None
    assert drawn.is_empty
