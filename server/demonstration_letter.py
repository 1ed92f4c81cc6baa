"""A letter for a first look, marked as what it is."""

from storage.database import Database
from storage.letter import store_issue
from storage.values_contact import Block, BlockKind, Issue

_BLOCKS = (
    Block(
        BlockKind.PARAGRAPH,
        "Cette lettre est là pour la démonstration : elle n'a été envoyée à personne.",
    ),
    Block(BlockKind.HEADING, "Ce que la Région vous demande"),
    Block(
        BlockKind.PARAGRAPH,
        "Cette semaine, une question sur les énergies renouvelables. Vous répondez par + ou par −, et vous voyez "
        "aussitôt ce que les autres en pensent.",
    ),
    Block(BlockKind.LINK, "Voir les sujets et voter", href="/"),
    Block(BlockKind.HEADING, "Vos idées"),
    Block(
        BlockKind.ITEMS,
        items=(
            "Des vélos dans les TER, même aux heures de pointe.",
            "Un marché de producteurs locaux dans la cour des lycées.",
            "Une haie ou un verger partagé à l'entrée de chaque village.",
        ),
    ),
    Block(BlockKind.HEADING, "Ce que personne ne peut voir"),
    Block(
        BlockKind.PARAGRAPH,
        "Vos votes ne portent pas votre nom, et rien de ce que nous publions ne permet de les retrouver.",
    ),
    Block(BlockKind.LINK, "Comment ça marche", href="/comment-ca-marche"),
)


async def add_letter(database: Database, now: int) -> None:
    await store_issue(database, Issue(1, "Démonstration : la première lettre d'Imagin'Est", _BLOCKS, now))
