"""Ideas that say the same are found by their words, others are not."""

import pytest

from storage.similar import similar, stems_of
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from tests.storage.house import START, House

IDEAS = (
    "Et si les TER acceptaient les vélos sans réservation, même aux heures de pointe ?",
    "Un marché de producteurs locaux une fois par mois dans la cour de chaque lycée",
    "Planter une haie ou un verger partagé à l'entrée de chaque village",
    "Un pass musées à petit prix, de Reims à Colmar, pour les moins de 26 ans",
    "Des ateliers « mon téléphone et moi » pour les aînés, animés par des lycéens",
    "Relier les véloroutes de la Meuse, de la Moselle et du Rhin en une grande boucle",
)


async def found(house: House, text: str) -> list[str]:
    return [topic.title for topic in await similar(house.database, text)]


async def ideas(house: House) -> None:
    rules = TopicRules(0, None)
    new = [NewTopic(TopicKind.IDEA, text, "sport", rules) for text in IDEAS]
    new.append(NewTopic(TopicKind.QUESTION, "Des vélos dans les TER ?", "transports", rules))
    await create_topics(house.database, house.keys, new, START)


def test_stems_ignore_accents_case_and_small_words() -> None:
    assert stems_of("DES VELOS DANS LES TRAINS") == stems_of("le vélo et le train")
    assert stems_of("Il y a de la et pour") == frozenset()
    assert stems_of("Cœur") == stems_of("coeur")


@pytest.mark.parametrize(
    ("text", "idea"),
    [
        ("prendre son VELO dans le TER", 0),
        ("Accepter les vélos dans les TER aux heures de pointe", 0),
        ("un marché de producteur local au lycée", 1),
        ("planter des haies et des vergers", 2),
        ("un pass pour les musées", 3),
    ],
)
async def test_who_writes_the_same_in_other_words_finds_it(house: House, text: str, idea: int) -> None:
    await ideas(house)
    assert (await found(house, text))[:1] == [IDEAS[idea]]


@pytest.mark.parametrize("text", ["", "de la", "Une piscine olympique à Metz", "%_'\x00\"", "(" * 500])
async def test_who_writes_something_else_finds_nothing(house: House, text: str) -> None:
    await ideas(house)
    assert await found(house, text) == []
