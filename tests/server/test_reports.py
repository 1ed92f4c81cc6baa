"""``imaginest reports``: what is reported, beside a running server and without one."""

import asyncio
from pathlib import Path

import pytest

from server.app import open_keys
from server.cli import main
from server.settings import Settings
from storage.reports import URGENT_FROM, report
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_reports import NewReport, ReportReason
from tests.running import running
from tests.storage.house import START, device, open_house


async def reports(folder: Path) -> tuple[int, int]:
    """One idea that one person reported first, and one that five did."""
    open_keys(Settings(data=folder))
    house = await open_house(folder, master=bytes.fromhex((folder / "secret").read_text().strip()))
    rules = TopicRules(0, None)
    new = [NewTopic(TopicKind.IDEA, title, "sport", rules) for title in ("Une idée", "Une autre")]
    few, many = await create_topics(house.database, house.keys, new, START)
    said = [(few, 1), *((many, number) for number in range(URGENT_FROM))]
    for topic, number in said:
        text = "Mon nom y est" if topic == few else ""
        one = NewReport(topic, house.keys.reporter(device(number)), ReportReason.PERSONAL_DATA, text)
        assert await report(house.database, one, START) is None
    await house.close()
    return few, many


def said(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str]:
    status = main(["--data", str(folder), "reports", *arguments])
    captured = capsys.readouterr()
    return status, captured.err if status else captured.out


def test_what_five_people_reported_is_listed_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = asyncio.run(reports(tmp_path))
    listed = (
        f"! topic {many}  5 people (5 personal-data)  Une autre\n"
        f"  topic {few}  1 people (1 personal-data)  Une idée\n    “Mon nom y est”\n"
    )
    assert said(capsys, tmp_path) == (0, listed)
    with running(tmp_path):
        settled = f"5 reports of topic {many} are settled\n"
        assert said(capsys, tmp_path, "settle", str(many)) == (0, settled)
    assert said(capsys, tmp_path, "settle", str(few))[0] == 0
    assert said(capsys, tmp_path) == (0, "nothing is reported\n")


@pytest.mark.parametrize("arguments", [("settle",), ("list", "1")])
def test_half_a_decision_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    status, told = said(capsys, tmp_path, *arguments)
    assert status == 2 and "“reports settle 1" in told and len(told.splitlines()) == 1
