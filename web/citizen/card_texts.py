"""The cards of lists as they are written down, kept as long as nothing of what they show has changed."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from web.citizen.cards import Card, Facts
from web.rendering import Pages

MOST_KEPT = 1_000
"""Cards; a few kilobytes each."""

_OP = 'name="op" value="'


@dataclass(slots=True)
class CardTexts:
    """A page of the home page is 80 cards, of which few change from one visitor to the next.

    What is kept is of somebody who has not voted and was told nothing: whoever has a ballot on a topic has its card
    written for them.
    """

    _kept: OrderedDict[tuple[object, ...], tuple[Card, str]] = field(default_factory=OrderedDict)

    def text(self, pages: Pages, card: Card, *, lead: bool, page: int) -> str:
        """As ``topic_card`` writes it, with the card's own ``op``."""
        if card.own is not None or card.seen or card.note is not None:
            return _written(pages, card, lead, page)
        shown = replace(card, op="")
        place = pages.catalogue.language, card.topic.id, lead, page
        kept = self._kept.get(place)
        if kept is None or kept[0] != shown:
            kept = self._kept[place] = shown, _written(pages, shown, lead, page)
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept[1].replace(_OP, _OP + card.op, 1)


def _written(pages: Pages, card: Card, lead: bool, page: int) -> str:
    macro = pages.environment.get_template("parts/card.html").module.topic_card  # type: ignore[attr-defined]
    return str(macro(card, lead=lead, page=page))


@dataclass(frozen=True, slots=True)
class Seat:
    """Where in a list's page the card of a topic stands, from ``start`` to ``end``, and what it was made of."""

    facts: Facts
    lead: bool
    page: int
    start: int
    end: int


@dataclass(slots=True)
class Seats:
    """The cards of one page, in the order in which it shows them; ``facts`` are those of each topic."""

    texts: CardTexts
    pages: Pages
    page: int
    facts: Mapping[int, Facts]
    _shown: list[tuple[int, bool, str]] = field(default_factory=list)

    def card(self, card: Card, *, lead: bool) -> Markup:
        """What a template puts there."""
        text = self.texts.text(self.pages, card, lead=lead, page=self.page)
        self._shown.append((card.topic.id, lead, text))
        return Markup(text)  # noqa: S704 - a template has written it

    def found(self, body: str) -> list[Seat]:
        """Where they stand in the page that was made of them."""
        seats, end = [], 0
        for topic, lead, text in self._shown:
            start = body.index(text, end)
            end = start + len(text)
            seats.append(Seat(self.facts[topic], lead, self.page, start, end))
        return seats
