"""What a handler knows of the visitor in front of it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from realtime.disclosure import View
from realtime.tally import NOWHERE
from storage.ballots import own_signs
from storage.profiles import profile_of
from storage.tallies import standings
from storage.values import Profile, Topic
from web.citizen.cards import Card, Note, card
from web.frame import frame_of
from web.rendering import Pages
from web.services import Services


@dataclass(frozen=True, slots=True)
class Visit:
    """``profile`` is None for someone who was not asked yet; ``pages`` speak the visitor's language."""

    services: Services
    pages: Pages
    device: bytes
    profile: Profile | None
    now: int

    @property
    def profile_state(self) -> str:
        """As the page tells it to the browser: none, skipped, partial or complete."""
        return profile_state(self.profile)

    async def cards(self, topics: Iterable[Topic], note: Note | None = None) -> list[Card]:
        """The topics as this visitor may see them."""
        shown = list(topics)
        ids = [topic.id for topic in shown]
        own = await own_signs(self.services.database, self.services.keys, self.device, ids)
        found = await standings(self.services.database, ids)
        return [
            card(
                topic,
                found[topic.id],
                now=self.now,
                own=own.get(topic.id),
                seen=self.services.keys.seen_token(topic.id, self.device),
                op=new_op(),
                note=note,
            )
            for topic in shown
        ]

    async def view(self, topic: Topic) -> View:
        """What this visitor sees of a topic; the ballot decides, never what the browser says."""
        own = await own_signs(self.services.database, self.services.keys, self.device, [topic.id])
        return topic.rules.view(voted=topic.id in own, now=self.now)

    def context(self, **more: Any) -> dict[str, Any]:
        """What every page needs, and more."""
        return {"profile": self.profile_state, **more}


def pages_for(request: Request) -> Pages:
    """The pages in the visitor's language, as this request frames them."""
    services: Services = request.state.services
    pages = services.pages[request.state.language]
    return replace(pages, frame=frame_of(request, services.site, services.keys))


async def visit(request: Request) -> Visit:
    services: Services = request.state.services
    device: bytes = request.state.device
    profile = None
    if request.state.has_cookie:
        profile = await profile_of(services.database, services.keys, device)
    return Visit(services, pages_for(request), device, profile, services.now())


async def read_form(request: Request) -> FormData:
    """The posted fields; ours are few and short, files are not taken."""
    return await request.form(max_files=0, max_fields=20, max_part_size=4096)


def profile_state(profile: Profile | None) -> str:
    if profile is None:
        return "none"
    if profile.cell == NOWHERE:
        return "skipped"
    return "complete" if profile.is_complete else "partial"


def new_op() -> str:
    """A fresh operation id for a form."""
    return secrets.token_urlsafe(12)
