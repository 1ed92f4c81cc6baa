"""The arguments under a topic, as one person may see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from realtime.disclosure import View
from realtime.ranking import best_first, newest_first
from realtime.tally import Sign
from storage.arguments import arguments_of
from storage.topics import topics_of
from storage.values import Topic, TopicState
from storage.values_posts import PostStatus
from web.arguing import ArgumentDraft
from web.citizen.cards import Card
from web.citizen.visit import Visit, new_op

ARGUMENTS_A_PAGE = 10
"""Of each side; a page follows twice as many, and its topic, live."""


@dataclass(frozen=True, slots=True)
class Side:
    """One column: the arguments of a page, and how many there are in all."""

    sign: Sign
    cards: list[Card]
    total: int


@dataclass(frozen=True, slots=True)
class Debate:
    """``is_ranked`` is false for whoever may not see the topic's results: the order would betray them.

    ``draft`` and ``faults`` are those of the form, ``sent`` what became of an argument sent just now.
    """

    topic: Topic
    sides: list[Side]
    page: int
    pages: int
    is_ranked: bool
    is_open: bool
    draft: ArgumentDraft
    newest: int
    """The argument that came last, on whichever page; 0 where there is none."""

    faults: Mapping[str, str] = field(default_factory=dict)
    sent: PostStatus | None = None
    posting_paused: str = ""
    """Why nothing can be posted just now, where staff have paused that."""

    @property
    def total(self) -> int:
        return sum(side.total for side in self.sides)


def read_sent(query: Mapping[str, str]) -> PostStatus | None:
    """What became of an argument, as the address says after it was sent."""
    told = query.get("argument", "")
    return PostStatus(told) if told in {PostStatus.WAITING, PostStatus.PUBLISHED} else None


async def debate_under(
    visitor: Visit,
    topic: Topic,
    page: int = 1,
    *,
    since: int | None = None,
    draft: ArgumentDraft | None = None,
    faults: Mapping[str, str] | None = None,
    sent: PostStatus | None = None,
) -> Debate:
    """A ``page`` behind the last one shows the last one; the best first where this person may see results.

    ``since`` leaves only what came after that argument, the newest first.
    """
    database = visitor.services.database
    is_ranked = await visitor.view(topic) is View.RESULTS
    in_order = best_first if is_ranked else newest_first
    ranked = {sign: in_order(ones) for sign, ones in (await arguments_of(database, topic.id)).items()}
    totals = {sign: len(ones) for sign, ones in ranked.items()}
    newest = max((one.id for ones in ranked.values() for one in ones), default=0)
    if since is not None:
        ranked = {sign: newest_first(x for x in ones if x.id > since) for sign, ones in ranked.items()}
    pages = max(1, *(-(-len(ones) // ARGUMENTS_A_PAGE) for ones in ranked.values()))
    page = min(page, pages)
    start = (page - 1) * ARGUMENTS_A_PAGE
    shown = {sign: [one.id for one in ones[start:][:ARGUMENTS_A_PAGE]] for sign, ones in ranked.items()}
    topics = await topics_of(database, [one for ids in shown.values() for one in ids])
    cards = {card.topic.id: card for card in await visitor.cards(topics.values())}
    return Debate(
        topic=topic,
        sides=[Side(sign, [cards[one] for one in ids], totals[sign]) for sign, ids in shown.items()],
        page=page,
        pages=pages,
        is_ranked=is_ranked,
        is_open=topic.rules.state(visitor.now) is TopicState.OPEN and topic.withdrawn_at is None,
        newest=newest,
        draft=draft or ArgumentDraft(op=new_op()),
        faults=faults or {},
        sent=sent,
        posting_paused=visitor.services.notice().posting or "",
    )
