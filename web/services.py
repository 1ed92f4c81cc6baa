"""What the handlers of pages work with; built by the server, one for each application."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from realtime.notice import QUIET, Notice
from storage.attempts import Addresses
from storage.attendance import Attendance
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import Keys
from storage.listing import Ideas
from storage.passwords import Passwords
from storage.returning import Returning
from storage.values_posts import PostingRules
from storage.waiting_words import WaitingWords
from web.catalogue import Language
from web.citizen.card_texts import CardTexts
from web.citizen.shared_page import SharedPage
from web.halls import pairing_pace
from web.kiosks import kiosk_pace
from web.made_once import MadeOnce
from web.made_together import MadeTogether
from web.pace import Pace
from web.pictures import Darkroom
from web.rendering import Pages, load_pages
from web.screens.pace import poll_pace, screen_pace
from web.searches import Searches
from web.site import Site
from web.statistics.answer_rate import RateBoard
from web.statistics.board import Board
from web.watch_board import WatchBoard


async def _nobody() -> None:
    """Nobody is told."""


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
    kiosks: Pace = field(default_factory=kiosk_pace)
    screens: Pace = field(default_factory=screen_pace)
    """Of the big screens that a network begins."""

    polls: Pace = field(default_factory=poll_pace)
    """Of each big screen that waits to be paired."""

    searches: Searches = field(default_factory=Searches)
    pairings: Pace = field(default_factory=pairing_pace)
    """How fast a member of staff may try the codes of screens."""

    passwords: Passwords = field(default_factory=Passwords)
    addresses: Addresses = field(default_factory=Addresses)
    """Those from which staff tried to sign in and failed."""

    darkroom: Darkroom = field(default_factory=Darkroom)
    """Where pictures that editors bring are made anew."""

    waiting_words: WaitingWords = field(default_factory=WaitingWords)
    """By which waiting posts that say the same are found."""

    notice: Callable[[], Notice] = lambda: QUIET
    """What staff have switched for everybody, as far as this node knows."""

    tell: Callable[[], Awaitable[None]] = _nobody
    """Has this node look at once for what was just changed, and tell whoever watches here."""

    proxies: frozenset[str] = frozenset()
    """Our own reverse proxies, which say for whom they ask."""

    attendance: Attendance = field(init=False)
    """Who is here while a questionnaire runs."""
    statistics: Board = field(init=False)
    answers: RateBoard = field(init=False)
    scenes: MadeOnce[str] = field(default_factory=MadeOnce)
    """What is on in an event, as all who follow it on telephones fetch it at once."""

    shared: MadeOnce[SharedPage] = field(default_factory=MadeOnce)
    """Pages that most people are given alike, a moment long."""

    together: MadeTogether[SharedPage] = field(default_factory=MadeTogether)
    """The same, for all who wait at once."""

    ideas: Ideas = field(init=False)
    """What citizens say, as the home page lists it."""

    cards: CardTexts = field(default_factory=CardTexts)
    """The home page's cards, written down."""

    returning: Returning = field(init=False)
    """What is kept of people who come back."""

    watch: WatchBoard = field(init=False)
    """What the watch room shows."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "attendance", Attendance(self.keys))
        object.__setattr__(self, "ideas", Ideas(self.database))
        object.__setattr__(self, "returning", Returning(self.database, self.keys))
        object.__setattr__(self, "statistics", Board(self.database, self.now))
        object.__setattr__(self, "answers", RateBoard(self.database, self.now))
        object.__setattr__(self, "watch", WatchBoard(self.database, self.keys, self.now))
