"""What words a text is about (pure): as they are looked for, and as they are typed.

Accents, case and ligatures are folded before stemming, because many people type without them; what is stored and
what is asked go through the same steps.
"""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

LONGEST_WORD = 40
LEAST_SIGNS = 2
"""A single letter or digit says nothing (“l'”, “à”)."""

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+")

# After the French stop words of Snowball (snowballstem.org/algorithms/french/stop.txt), folded; kept are words
# that are also a subject, such as “été”, and added those with which nearly every proposal begins.
_STOP_WORDS = frozenset(
    """
    au aux avec ce ces cet cette dans de des du elle elles en et eux il ils je la le les leur leurs lui ma mais me
    meme memes mes moi mon ne nos notre nous on ou par pas pour qu que quel quelle quelles quels qui quoi sa sans se
    ses si son sur ta te tes toi ton tu un une vos votre vous ai ait as avait avoir ayant est es etaient etait etant
    etre eu fait faire font fut ont sera serait soit sommes sont suis ainsi alors aussi autre autres car cela ceux
    chaque comme comment donc dont encore entre etc hui ici jusqu lorsqu parce peu peut peuvent plus plusieurs
    puisqu quand sous tous tout toute toutes tres vers voici voila aujourd doit doivent devrait faut faudrait
    """.split()
)


def folded(text: str) -> str:
    """``text`` without accents, case and ligatures: « Œuvre d'Été » is « oeuvre d'ete »."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def forms(text: str) -> list[str]:
    """The words of ``text`` that say something, folded, in their order, none twice."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return list(dict.fromkeys(word for word in found if len(word) >= LEAST_SIGNS and word not in _STOP_WORDS))


@lru_cache(maxsize=50_000)
def stem(form: str) -> str:
    """What a folded word has in common with its other forms: « velos » and « velo » are « velo »."""
    with _ONE_AT_A_TIME:
        return str(_stemmer().stemWord(_PLURAL.sub("", form))) or form


_PLURAL = re.compile(r"(?<=\w\w[aiou])s$|(?<=^\w[eo]u)x$|(?<=^\w\w[eo]u)x$")
"""Plurals that Snowball's French stemmer leaves alone (“vélos”, “cinémas”, “jeux”, “lieux”)."""


@cache
def _stemmer() -> "BaseStemmer":
    """Loaded, with those of thirty languages, when the first word is looked for."""
    import snowballstemmer

    return snowballstemmer.stemmer("french")


_ONE_AT_A_TIME = threading.Lock()  # the stemmer keeps the word it works on in itself
