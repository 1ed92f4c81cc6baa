"""The figures that an open page takes over by itself: numbers and lengths by key, in no language (pure)."""

from typing import Any

from realtime.tally import SeriesKind
from web.statistics.charts import Charts, Entry
from web.written import language_written


def live(charts: Charts) -> dict[str, Any]:
    """As ``statistics.ts`` reads them; a number that is null publishes nothing."""
    groups = [bar for kind in SeriesKind if kind in charts.groups for bar in charts.groups[kind]]
    numbers: dict[str, int | None] = {
        "votes": charts.votes,
        "topics": charts.topics,
        "open-topics": charts.open_topics,
        "today": charts.today,
        **{f"day:{day.date}": day.voters for day in charts.days},
        **{f"theme:{bar.theme.slug}": bar.voters for bar in charts.themes},
        **{bar.key: bar.voters for bar in groups},
    }
    lengths = {
        **{f"day:{day.date}": day.length for day in charts.days},
        **{f"theme:{bar.theme.slug}": bar.length for bar in charts.themes},
        **{bar.key: bar.length for bar in groups},
    }
    themes = {bar.theme.slug: [bar.weather, bar.share and bar.share.plus] for bar in charts.themes}
    maps = {
        theme: {place.code: place.share and list(place.share.counts) for place in places}
        for theme, places in charts.maps.items()
    }
    lists = {str(name): [_plain(entry) for entry in entries] for name, entries in charts.lists.items()}
    return {"numbers": numbers, "lengths": lengths, "themes": themes, "maps": maps, "lists": lists}


def _plain(entry: Entry) -> dict[str, Any]:
    topic = entry.topic
    plus = None if entry.share is None else entry.share.plus
    told: dict[str, Any] = {"id": topic.id, "title": topic.title, "voters": topic.voters, "plus": plus}
    told["language"] = language_written(topic.title)
    told["region"] = not topic.kind.by_citizens
    told["questionnaire"] = topic.questionnaire
    told["caveats"] = list(topic.provenance.caveats)
    return told if entry.won is None else {**told, "won": entry.won}
