"""What is told of a topic where its link is shared; the ratio only where everybody may see it (pure)."""

from realtime.disclosure import ResultPolicy
from storage.values import TopicState
from web.catalogue import Catalogue
from web.citizen.cards import Card


def shows_ratio(card: Card) -> bool:
    """Whether everybody may see the ratio, not only the person who looks; with too few voters nobody may."""
    is_public = card.state is TopicState.CLOSED or card.topic.rules.results is ResultPolicy.ALWAYS
    return is_public and not card.is_hidden and not card.in_fog


def told(card: Card, catalogue: Catalogue) -> str:
    """One sentence; whether the topic is a real consultation is said with it."""
    voters = catalogue.voters(card.tally.voters)
    if shows_ratio(card):
        plus, minus = catalogue.percent(card.share.plus), catalogue.percent(card.share.minus)
        entry = "result" if card.is_open else "closed-result"
        sentence = catalogue.say("preview", entry, plus=plus, minus=minus, voters=voters)
    else:
        sentence = catalogue.say("preview", "open" if card.is_open else "not-open", voters=voters)
    return " ".join([sentence, *(catalogue.say("provenance-told", caveat) for caveat in card.caveats)])
