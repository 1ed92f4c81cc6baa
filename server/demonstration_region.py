"""What the Région tells in the demonstration: news and a campaign, a questionnaire, an answered idea."""

from pathlib import Path

from storage.database import Database
from storage.follow_up import tell_follow_up
from storage.keys import Keys
from storage.news import create_campaign, create_news
from storage.questionnaires import create_questionnaire
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_news import NewCampaign, NewNews, NewPicture
from storage.values_questionnaires import NewQuestionnaire, NewStep, Ways

PICTURE = Path(__file__).parent / "demonstration_region.webp"

_DAY_MS = 86_400_000
_DAYS = 21

_ANSWER = """Votre idée a retenu notre attention.

Des emplacements pour les vélos seront essayés pendant six mois sur une ligne. Un bilan sera publié ici même."""

_STEPS = (
    (
        "Prenez-vous le train au moins une fois par mois ?",
        "« Plus » veut dire oui, « moins » veut dire non.",
        Ways(2, 3, 4),
    ),
    ("Les horaires de vos trains vous conviennent-ils ?", "", Ways(4, 4, 4)),
    ("Le prendriez-vous s'il y avait un train toutes les heures ?", "", Ways(4, 4, 4)),
    (
        "Faut-il un billet unique pour le train, le car et le tram dans toute la région ?",
        "",
        Ways(None, None, None),
    ),
)


async def fill_region(database: Database, keys: Keys, now: int) -> None:
    """Everything here says on every page that it is a demonstration."""
    end = now + _DAYS * _DAY_MS
    campaign = NewCampaign(
        "La Région en train",
        "Trois semaines pour parler de vos trajets : donnez votre avis sur ce que la Région propose.",
        now,
        end,
        Provenance.DEMONSTRATION,
    )
    number = await create_campaign(database, campaign, now)
    await _tell_news(database, keys, number, now)
    await _ask(database, keys, now, end)
    await _answer_idea(database, keys, now)


async def _tell_news(database: Database, keys: Keys, campaign: int, now: int) -> None:
    picture = NewPicture(
        PICTURE.read_bytes(),
        "Dessin : un train bleu passe sur un viaduc, entre un village, des vignes et une rivière.",
    )
    told = _topic(
        TopicKind.NEWS,
        "Des trains plus tôt le matin et plus tard le soir, à l'essai sur trois lignes",
        "transports",
        TopicRules(now, now + _DAYS * _DAY_MS),
        "Pendant l'essai, le premier train part une heure plus tôt et le dernier une heure plus tard.",
    )
    proposed = _topic(
        TopicKind.PROPOSAL,
        "Une carte à 1 € par jour pour tous les jeunes en apprentissage",
        "lycees",
        TopicRules(now, now + _DAYS * _DAY_MS),
        "Elle vaudrait dans les trains et les cars de la Région, du domicile au lieu de formation.",
    )
    await create_news(database, keys, NewNews(told, picture, campaign), now)
    await create_news(database, keys, NewNews(proposed, None, campaign), now)


async def _ask(database: Database, keys: Keys, now: int, end: int) -> None:
    rules = TopicRules(now, end)
    steps = tuple(
        NewStep(_topic(TopicKind.QUESTION, title, "transports", rules, body), ways)
        for title, body, ways in _STEPS
    )
    asked = NewQuestionnaire(
        "Vous et le train",
        now,
        end,
        steps,
        "Quelques questions, une minute. Passez celles qui ne vous parlent pas.",
        Provenance.DEMONSTRATION,
    )
    await create_questionnaire(database, keys, asked, now)


async def _answer_idea(database: Database, keys: Keys, now: int) -> None:
    before = now - 15 * _DAY_MS
    idea = _topic(
        TopicKind.IDEA,
        "Réserver un wagon aux vélos le week-end sur les lignes des vallées",
        "transports",
        TopicRules(before, None),
    )
    (topic,) = await create_topics(database, keys, [idea], before)
    direction = "Direction des mobilités"
    await tell_follow_up(
        database, FollowUp(topic, FollowUpStep.HANDED, before + 3 * _DAY_MS, direction=direction)
    )
    await tell_follow_up(
        database, FollowUp(topic, FollowUpStep.ANSWERED, now - 4 * _DAY_MS, _ANSWER, direction)
    )


def _topic(kind: TopicKind, title: str, theme: str, rules: TopicRules, body: str = "") -> NewTopic:
    return NewTopic(kind, title, theme, rules, body, Provenance.DEMONSTRATION)
