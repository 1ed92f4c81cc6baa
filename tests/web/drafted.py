"""Drafts of editors, as the console keeps them."""

from storage.drafts import begin_draft
from storage.pages import begin_page, publish_page, save_page
from storage.publication import publish_draft, schedule_draft
from storage.values import TopicKind
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import Content, DraftContent, DraftState
from storage.values_pages import PageContent
from storage.values_questionnaire_drafts import PlannedStep, QuestionnaireContent
from tests.web.conftest import Site

MINUTE = 60_000


async def drafted(site: Site, by: int, state: DraftState = DraftState.WRITING, **more: object) -> int:
    """A question that opens in a minute, of the member of staff ``by``."""
    now = site.house.clock[0]
    content = DraftContent(
        TopicKind.QUESTION,
        "Faut-il des trains de nuit ?",
        "Entre Strasbourg et Nice.",
        "transports",
        opens_at=now + MINUTE,
        **more,  # type: ignore[arg-type]
    )
    return await _in_state(site, content, by, state)


async def drafted_questionnaire(site: Site, by: int, state: DraftState = DraftState.WRITING) -> int:
    """Two questions, of which − leads to the end; it opens in a minute, for ten."""
    steps = (
        PlannedStep("Prenez-vous le train ?", "transports", minus=None),
        PlannedStep("Est-il à l'heure ?", "transports"),
    )
    now = site.house.clock[0]
    content = QuestionnaireContent(
        "Vos trajets", "", steps, opens_at=now + MINUTE, closes_at=now + 11 * MINUTE
    )
    return await _in_state(site, content, by, state)


async def drafted_campaign(
    site: Site, by: int, state: DraftState = DraftState.WRITING, topics: tuple[int, ...] = ()
) -> int:
    """One that opens in a minute, for ten."""
    now = site.house.clock[0]
    content = CampaignContent("Le mois du train", "", topics, now + MINUTE, now + 11 * MINUTE)
    return await _in_state(site, content, by, state)


async def _in_state(site: Site, content: Content, by: int, state: DraftState) -> int:
    house = site.house
    now = house.clock[0]
    draft = await begin_draft(house.database, content, f"op {content.sort} {state}", by=by, now=now)
    assert isinstance(draft, int)
    if state is DraftState.SCHEDULED:
        assert await schedule_draft(house.database, draft, upon=1, by=by, now=now) is None
    if state is DraftState.PUBLISHED:
        done = await publish_draft(house.database, house.keys, draft, upon=1, by=by, now=now)
        assert isinstance(done, int)
    return draft


async def written_page(site: Site, by: int) -> int:
    """A page with two versions, of which the first is public."""
    database, now = site.house.database, site.house.clock[0]
    page = await begin_page(database, PageContent("Une page", "Un texte."), "op page", by=by, now=now)
    assert isinstance(page, int)
    assert await publish_page(database, page, upon=1, by=by, now=now) is None
    other = PageContent("Une page", "Un autre texte.")
    assert await save_page(database, page, other, upon=1, by=by, now=now) is None
    return page
