"""What is marked in a text, and what is not."""

import pytest

from tests.web.screened import SENTENCES
from web.assets import load_assets
from web.console.screening import Concern, screen
from web.console.screening_rude import rude_words

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
        ("Au lycée Henri Poincaré", []),
        ("La rue Victor Hugo et Victor Hugo", [("Victor Hugo", Concern.NAME)]),
        ("Place du Maréchal Foch", []),
        ("À Metz Jean Dupont ment", [("Jean Dupont", Concern.NAME)]),
        ("Que monsieur Leroy parte", [("monsieur Leroy", Concern.NAME)]),
        ("Que monsieur leroy parte", [("monsieur leroy", Concern.NAME)]),
        ("Mon voisin Luc MEYER", [("Luc MEYER", Concern.NAME)]),
        ("Un c0nnard", [("c0nnard", Concern.RUDE)]),
        ("Un vrai c o n n a r d.", [("c o n n a r d", Concern.RUDE)]),
        ("D'enc*lé", [("enc*lé", Concern.RUDE)]),
        ("Coooonnaaard !", [("Coooonnaaard", Concern.RUDE)]),
        ("La baisse, la crise, 5G, CO2, **gras** et h24", []),
        (
            "Au 12 bis, rue de la Gare 57000 Metz, svp",
            [("12 bis, rue de la Gare 57000 Metz", Concern.ADDRESS)],
        ),
        ("12 places, 20 cours de sport, 1 rue piétonne", []),
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
    assert not screen("Brouter le gazon de la salle des fêtes de Mulhouse, site DMC", words).concerns
    assert len(words) > 300 and {"connard", "fdp", "salope"} <= words.keys()
    assert not screen("Mettre un gros panier de bonne graine, en retard, au vieux chat", words).concerns


def test_what_is_found_in_sentences_of_our_own() -> None:
    """The figures stand in docs/decisions.md: whoever changes a rule changes them too."""
    words = rude_words(load_assets().rude)
    told = {Concern.RUDE: [0, 0, 0], Concern.NAME: [0, 0, 0], Concern.ADDRESS: [0, 0, 0]}
    for text, wanted in SENTENCES:
        found = set(screen(text, words).concerns)
        for concern, (right, wrong, missed) in told.items():
            told[concern] = [
                right + (concern in found & wanted),
                wrong + (concern in found - wanted),
                missed + (concern in wanted - found),
            ]
    assert told == {Concern.RUDE: [30, 0, 1], Concern.NAME: [28, 1, 1], Concern.ADDRESS: [14, 0, 0]}
