"""What the handlers of pages work with; built by the server, one for each application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from realtime.notice import QUIET, Notice
from storage.attempts import Addresses
from storage.attendance import Attendance
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import Keys
from storage.passwords import Passwords
from storage.values_posts import PostingRules
from web.catalogue import Language
from web.kiosks import Kiosks
from web.rendering import Pages, load_pages
from web.site import Site
from web.statistics.answer_rate import RateBoard
from web.statistics.board import Board


@dataclass(frozen=True, slots=True)
class Services:
    """``now`` gives milliseconds since 1970 UTC."""

    database: Database
    keys: Keys
    ballots: BallotBox
    now: Callable[[], int]
    pages: Mapping[Language, Pages] = field(default_factory=load_pages)
    posting: PostingRules = field(default_factory=PostingRules)
    site: Site = field(default_factory=Site)
    kiosks: Kiosks = field(default_factory=Kiosks)
    passwords: Passwords = field(default_factory=Passwords)
    addresses: Addresses = field(default_factory=Addresses)
    """Those from which staff tried to sign in and failed."""

    notice: Callable[[], Notice] = lambda: QUIET
    """What staff have switched for everybody, as far as this node knows."""

    proxies: frozenset[str] = frozenset()
    """Our own reverse proxies, which say for whom they ask."""

    attendance: Attendance = field(init=False)
    """Who is here while a questionnaire runs."""
    statistics: Board = field(init=False)
    answers: RateBoard = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "attendance", Attendance(self.keys))
        object.__setattr__(self, "statistics", Board(self.database, self.now))
        object.__setattr__(self, "answers", RateBoard(self.database, self.now))
