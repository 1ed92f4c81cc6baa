"""Drafts of editors, as the console keeps them."""

from storage.drafts import begin_draft
from storage.publication import publish_draft, schedule_draft
from storage.values import TopicKind
from storage.values_drafts import DraftContent, DraftState
from tests.web.conftest import Site

MINUTE = 60_000


async def drafted(site: Site, by: int, state: DraftState = DraftState.WRITING, **more: object) -> int:
    """A question that opens in a minute, of the member of staff ``by``."""
    house = site.house
    now = house.clock[0]
    content = DraftContent(
        TopicKind.QUESTION,
        "Faut-il des trains de nuit ?",
        "Entre Strasbourg et Nice.",
        "transports",
        opens_at=now + MINUTE,
        **more,  # type: ignore[arg-type]
    )
    draft = await begin_draft(house.database, content, f"op {state}", by=by, now=now)
    assert isinstance(draft, int)
    if state is DraftState.SCHEDULED:
        assert await schedule_draft(house.database, draft, upon=1, by=by, now=now) is None
    if state is DraftState.PUBLISHED:
        done = await publish_draft(house.database, house.keys, draft, upon=1, by=by, now=now)
        assert isinstance(done, int)
    return draft
