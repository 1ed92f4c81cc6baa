"""Who voted on one topic beside who lives here, and the result weighted to the residents."""

from starlette.requests import Request
from starlette.responses import Response

from realtime.refusals import Refusal
from storage.statistics import PROFILE_KINDS
from web.citizen.cards import Card
from web.citizen.statistics import tagged
from web.citizen.visit import Visit, asked_topic, visit
from web.statistics.downloads import Table, as_csv, as_plain, plain_json, representativeness
from web.statistics.representativeness import Comparison, of_topic
from web.statistics.weighting import Weighted, weighted

_PRIVATE = "private, no-store"
"""Two people may see different things at this address."""


async def topic_representativeness(request: Request) -> Response:
    """Everything here is of the tally as this visitor may see it: without results, nothing."""
    visitor = await visit(request)
    card = await _card(visitor, request)
    context = visitor.context(
        card=card,
        comparisons=_comparisons(card),
        outcome=None if card.is_hidden else weighted(card.tally.series),
    )
    return visitor.pages.page("representativeness.html", context)


async def topic_representativeness_csv(request: Request) -> Response:
    visitor = await visit(request)
    card = await _card(visitor, request)
    if card.is_hidden:
        return visitor.pages.error(403, Refusal.RESULTS_HIDDEN)
    say = visitor.pages.catalogue.say
    body = as_csv(_table(visitor, card), say)
    name = f"imaginest-sujet-{card.topic.id}.csv"
    return tagged(request, body, "text/csv; charset=utf-8", name, cache=_PRIVATE)


async def topic_representativeness_json(request: Request) -> Response:
    """The table, and the weighted result where there is one (parts of plus, 0 to 1)."""
    visitor = await visit(request)
    card = await _card(visitor, request)
    if card.is_hidden:
        return visitor.pages.refusal(403, Refusal.RESULTS_HIDDEN)
    found = weighted(card.tally.series)
    told = None
    if isinstance(found, Weighted):
        told = {"plus": round(found.plus, 4), "margin": round(found.margin, 4), "voters": found.voters}
    content = {"weighted": told, "rows": as_plain(_table(visitor, card))}
    return tagged(request, plain_json(content), "application/json", cache=_PRIVATE)


def _table(visitor: Visit, card: Card) -> Table:
    return representativeness(_comparisons(card), visitor.pages.catalogue.say)


def _comparisons(card: Card) -> list[Comparison]:
    return [] if card.is_hidden else [of_topic(kind, card.tally.series) for kind in PROFILE_KINDS]


async def _card(visitor: Visit, request: Request) -> Card:
    (card,) = await visitor.cards([await asked_topic(visitor, request)])
    return card
