"""The numbers are those of what happened, few in kind, and every one is explained."""

import asyncio
import json
import re
import secrets
from pathlib import Path

from prometheus_client import Metric

from realtime.disclosure import ResultPolicy
from realtime.histogram import Histogram
from server.app import create_app
from server.settings import Settings
from storage.values import TopicRules
from tests.operated import Operated, get
from tests.running import ROOT, citizen, until

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DASHBOARD = ROOT / "docs" / "grafana" / "imaginest.json"
NAME = re.compile(r"\b(?:imaginest|process)_[a-z_]+")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}


def names_of(families: dict[str, Metric]) -> set[str]:
    """The names that a query may use."""
    return {name + suffix for name, family in families.items() for suffix in SUFFIXES.get(family.type, ("",))}


async def test_votes_watchers_and_pages_are_counted(server: Operated) -> None:
    topic = server.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    alone = await asyncio.to_thread(server.value, "imaginest_tasks")
    async with citizen(server) as watcher, citizen(server, server.cookie()) as voter:
        await watcher.follow(topic)
        assert (await voter.vote(topic, 1))["t"] == "ack"
        await watcher.hear_a("delta")
        await voter.say({"t": "vote", "topic": 10**9, "sign": 1, "op": secrets.token_urlsafe(16)})
        assert (await voter.hear_a("no"))["code"] == "unknown-topic"
        await asyncio.to_thread(_check_numbers, server)
        assert await asyncio.to_thread(server.value, "imaginest_tasks") >= alone + 2
    await until(lambda: server.value("imaginest_live") == 0)
    assert server.value("imaginest_watchers") == 0
    await until(lambda: server.value("imaginest_tasks") <= alone)


def _check_numbers(server: Operated) -> None:
    assert server.value("imaginest_live", door="json") == 2
    assert server.value("imaginest_connections") >= 2
    assert server.value("imaginest_watchers", view="results") == 1
    assert server.value("imaginest_topics") == 1
    assert server.value("imaginest_votes_total", outcome="accepted") == 1
    assert server.value("imaginest_votes_total", outcome="unknown-topic") == 1
    assert server.value("imaginest_refusals_total", code="unknown-topic") == 1
    assert server.value("imaginest_batch_votes_sum") == 2
    assert server.value("imaginest_commit_seconds_count") == server.value("imaginest_batch_votes_count") > 0
    assert server.value("imaginest_deliveries_total") >= 1
    assert server.value("imaginest_tick_seconds_count") >= 1
    assert server.value("imaginest_subscriptions_total", topic="cold") == 1
    assert server.value("imaginest_requests_total", route="/", method="GET", status="200") == 1
    assert server.value("imaginest_request_seconds_count", route="/") == 1


def test_whatever_is_asked_makes_no_new_kinds_of_series(server: Operated) -> None:
    before = len(server.families()["imaginest_requests"].samples)
    for number in range(30):
        get(f"{server.url}/nothing/{number}?token={number}")
        get(f"{server.url}/sujets/{10**6 + number}")
    kinds = {sample.labels["route"] for sample in server.families()["imaginest_requests"].samples}
    assert kinds == {"other", "/sujets/{id:int}"}
    assert len(server.families()["imaginest_requests"].samples) == before + 2
    assert server.value("imaginest_requests_total", route="other", status="404") == 30


def test_every_metric_is_explained_and_nothing_else_is(server: Operated) -> None:
    told = {name for name in names_of(server.families()) if not name.endswith(("_bucket", "_sum", "_count"))}
    histograms = {name for name, family in server.families().items() if family.type == "histogram"}
    exported = told | histograms
    rows = {cells[1].strip(" `"): cells for cells in map(_cells, OPERATIONS.splitlines()) if len(cells) == 5}
    explained = {name for name in rows if name.startswith("imaginest_")}
    assert explained == {name for name in exported if name.startswith("imaginest_")}
    assert all(cells[2].strip() and cells[3].strip() for cells in rows.values())
    assert set(NAME.findall(OPERATIONS)) <= exported | {"imaginest_build_info"}


def _cells(line: str) -> list[str]:
    return line.split("|")


def test_the_dashboard_asks_for_nothing_that_does_not_exist(server: Operated) -> None:
    board = json.loads(DASHBOARD.read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel.get("targets", [])
        for name in NAME.findall(target["expr"])
    }
    exported = names_of(server.families())
    assert asked <= exported
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in asked}
    ours = {re.sub("_(bucket|sum|count)$", "", name) for name in exported if name.startswith("imaginest_")}
    assert ours <= shown


def test_two_applications_in_one_process_share_no_number(tmp_path: Path) -> None:
    one, two = (create_app(Settings(data=tmp_path / name, node=name)) for name in ("one", "two"))
    one.metrics.parts.fanout.activity.due += 7
    assert b"imaginest_deliveries_total 7.0" in one.metrics.text()
    assert b"imaginest_deliveries_total 0.0" in two.metrics.text()


def test_a_histogram_counts_a_value_that_equals_a_bound_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.5):
        histogram.add(value)
    assert histogram.counts == [2, 1, 1]
    assert histogram.total == 5.5
