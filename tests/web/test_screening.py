"""What is marked in a text, and what is not."""

import pytest

from web.assets import load_assets
from web.console.screening import Concern, rude_words, screen

RUDE = rude_words(
    {"connard": 2, "PD": 2, "casse-couille": 2, "chat": 1, "enculé": 2, "tremper son biscuit": 1, "peu": 0}
)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Des trains de nuit vers Paris et Bruxelles", []),
        ("Un connard, ce maire", [("connard", Concern.RUDE)]),
        ("Bande d'ENCULES et de casse couille", [("ENCULES", Concern.RUDE), ("casse couille", Concern.RUDE)]),
        ("Bande d'ENCULE", [("ENCULE", Concern.RUDE)]),
        ("Quel casse couille", [("casse couille", Concern.RUDE)]),
        ("Un refuge pour chaque chat", []),
        ("Connardement n'est pas un mot de la liste", []),
        ("Il a trempé, tremper son biscuit", [("tremper son biscuit", Concern.RUDE)]),
        ("Voir https://exemple.fr/page?x=1.", [("https://exemple.fr/page?x=1", Concern.LINK)]),
        ("Tout est sur monsite.com, venez", [("monsite.com", Concern.LINK)]),
        ("Écrivez à jean.d@exemple.fr", [("jean.d@exemple.fr", Concern.EMAIL)]),
        ("Écrivez à jean (at) exemple.fr", [("jean (at) exemple.fr", Concern.EMAIL)]),
        ("Appelez le 06 12 34 56 78 ce soir", [("06 12 34 56 78", Concern.PHONE)]),
        ("Appelez le 03.88.15.68.67", [("03.88.15.68.67", Concern.PHONE)]),
        ("Appelez le +352 26 12 34 56", [("+352 26 12 34 56", Concern.PHONE)]),
        ("Appelez le +41 44 668 18 00", [("+41 44 668 18 00", Concern.PHONE)]),
        ("Entre 2024 et 2030, 12 500 000 euros", []),
        ("Mme Muller doit partir", [("Mme Muller", Concern.NAME)]),
        ("Que Monsieur J. Weber rende l'argent", [("Monsieur J. Weber", Concern.NAME)]),
        ("Monsieur le maire, écoutez", []),
        ("Le voisin Jean Dupont fait du bruit", [("Jean Dupont", Concern.NAME)]),
        ("Jean Dupont fait du bruit", [("Jean Dupont", Concern.NAME)]),
        ("Jean-Marc de Souza fait du bruit", [("Jean-Marc de Souza", Concern.NAME)]),
        ("Relier Strasbourg Nancy en une heure", []),
        ("La Région Grand Est et la Meurthe", []),
        ("Au lycée Henri Poincaré", [("Henri Poincaré", Concern.NAME)]),
        ("Le Conseil Départemental aide", []),
        ("DES TRAINS PARTOUT ET TOUT DE SUITE", [("", Concern.CAPITALS)]),
        ("Des TER et des TGV", []),
    ],
)
def test_a_text_is_marked_with_reasons(text: str, marked: list[tuple[str, Concern]]) -> None:
    found = screen(text, RUDE)
    assert "".join(part.text for part in found.parts) == text
    shown = [(part.text, part.concern) for part in found.parts if part.concern is not None]
    assert shown == [one for one in marked if one[0]]
    assert set(found.concerns) == {concern for _, concern in marked}


def test_the_list_that_was_built_leaves_everyday_words_alone() -> None:
    words = rude_words(load_assets().rude)
    assert len(words) > 300 and {"connard", "fdp", "salope"} <= words.keys()
    assert not screen("Mettre un gros panier de bonne graine, en retard, au vieux chat", words).concerns
