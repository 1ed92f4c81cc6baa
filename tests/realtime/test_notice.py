"""The notice to everybody: one frame for all, told once, also to who was slow."""

from typing import Any

from realtime.notice import Banner, Notice, NoticeBoard, Severity
from realtime.watcher import Watcher
from tests.realtime.viewer import Viewer

PAUSED = Notice(4, paused={7: "un moment"})


class Room:
    def __init__(self) -> None:
        self.encoded: list[Notice] = []
        self.clock = 0
        self.board = NoticeBoard(self._encode, lambda: self.clock)

    def _encode(self, notice: Notice, _: str) -> bytes:
        self.encoded.append(notice)
        return str(notice.number).encode()

    def watcher(self) -> tuple[Watcher, list[bytes]]:
        heard: list[bytes] = []
        outlet: Any = Viewer().pipe
        outlet.write = heard.append
        return Watcher(outlet, "json", 0.0), heard


def test_who_comes_is_told_only_what_is_on_or_newer_than_what_they_say_they_have() -> None:
    room = Room()
    watcher, heard = room.watcher()
    room.board.greet(watcher)
    assert heard == []
    room.board.put(PAUSED)
    for known, told in ((None, True), (4, False), (3, True)):
        heard.clear()
        room.board.greet(watcher, known)
        assert (heard == [b"4"]) is told
    room.board.put(Notice(5))
    heard.clear()
    room.board.greet(watcher)
    assert heard == []
    room.board.greet(watcher, 4)
    assert heard == [b"5"]


def test_it_is_encoded_once_for_all() -> None:
    room = Room()
    room.board.put(PAUSED)
    for _ in range(3):
        room.board.tell(room.watcher()[0])
    assert room.encoded == [PAUSED]


def test_who_is_slow_is_told_the_newest_once_drained() -> None:
    room = Room()
    watcher, heard = room.watcher()
    watcher.slow = True
    room.board.put(PAUSED)
    room.board.tell(watcher)
    room.board.put(Notice(5))
    room.board.tell(watcher)
    watcher.slow = False
    room.board.catch_up(watcher)
    room.board.catch_up(watcher)
    assert heard == [b"5"]


def test_a_banner_ends_by_the_clock_and_is_told_to_nobody_who_comes_later() -> None:
    room = Room()
    room.board.put(Notice(6, banner=Banner("Bonsoir", Severity.INFO, until=1000)))
    assert room.board.now().banner is not None
    room.clock = 1000
    watcher, heard = room.watcher()
    room.board.greet(watcher)
    assert room.board.now().banner is None and heard == []
