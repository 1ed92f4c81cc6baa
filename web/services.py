"""What the handlers of pages work with; built by the server, one for each application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import Keys
from web.catalogue import Language
from web.kiosks import Kiosks
from web.rendering import Pages, load_pages
from web.site import Site


@dataclass(frozen=True, slots=True)
class Services:
    """``now`` gives milliseconds since 1970 UTC."""

    database: Database
    keys: Keys
    ballots: BallotBox
    now: Callable[[], int]
    pages: Mapping[Language, Pages] = field(default_factory=load_pages)
    site: Site = field(default_factory=Site)
    kiosks: Kiosks = field(default_factory=Kiosks)
