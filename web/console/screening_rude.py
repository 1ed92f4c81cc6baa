"""Rude words, plain and disguised (pure): « c0nnard », « s a l a u d », « connnard », « sal*pe »."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from storage.words import folded

SURE_FROM = 1
"""Words of the list that are rated 0 are rarely meant badly."""

LONGEST_PHRASE = 4
LEAST_DISGUISED = 4
"""Letters: shorter words, stretched or taken apart, look like too many others."""

Span = tuple[int, int]

_EVERYDAY = frozenset(
    """
    balayette banane bander bapteme bat baton batte baiser bibite biffer bonne boule bourriquer broutage brouter
    calice cerise chat choper christ coquillard crissement crosse culasse culbuter debander deboiter decharger
    degager demonter desengorger dilater doigter emmancher enfiler enfler engrosser envoyer esque faciale flute
    fourbir fourrer gland glisser gosse gourdin graine gros grouille latter limer melon mettre morue mouille moule
    mouron ordure panier piment pine pipe plume poche poil pomper porc pourrir poutrer pays bas pare choc chocs
    queue ramoner retard rondelle sauter sphincter taper tater tirelire touffe trappe tuyau valseuse vieille peler
    perer pqr rab tbm vier clille does pedale fister bonasse berlingue queutard matos burne youp diarrhee
    astiquer bivouaquer brouteur brouteuse chienne dmc defoncer exploser fesse motoculter motocultable shampoing
    truie
    """.split()
) | {
    *("se faire", "se faire quelqu un", "carte de france", "pays bas", "pare choc", "pare chocs"),
    *("salle des fetes", "brouter le gazon", "bombe atomique", "bon coup", "etre la fete", "en avoir deux"),
    *(
        "film de boule",
        "film de boules",
        "pomme a l huile",
        "avoir les nerfs",
        "se cogner",
        "se taper",
        "sa mere",
    ),
    *("saint sacrament", "mettre dans la sauce"),
}
"""Words that the list has for a second meaning, and of which a proposal about anything is full."""

_ALSO = frozenset(
    """
    abruti abrutie bicot bougnoule bouffon bouffonne conne cretin cretine crevure debile enflure gouine grognasse
    idiot idiote imbecile negro pouffiasse poufiasse raclure ratonnade sagouin youtre
    """.split()
) | {"sale arabe", "sale juif", "sale juive", "sale noir", "sale noire", "sale race", "sale blanc"}
"""Insults that the list does not have."""

_DOUBLED_IS_ANOTHER = frozenset({"baise", "baiseur", "bite"})
"""Words that with a double letter are quite another one: « la baisse », « une bitte d'amarrage »."""

_LETTERS = str.maketrans("013457@$€!", "oieastasei")
_WORD = re.compile(r"[^\W_]+")
_CHUNK = re.compile(r"\S+")
_APART = re.compile(r"(?<!\w)\w(?:[ .,\-_*]{1,3}\w){2,}(?!\w)")
_STARRED = re.compile(r"[^\W\d_](?:[^\W\d_]|[*#]){3,}")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
_REPEATED = re.compile(r"(.)\1+")


def rude_words(listed: Mapping[str, int]) -> dict[str, int]:
    """The list as words are looked up in it: folded, apostrophes and hyphens as spaces."""
    phrases = {_phrase(word): rating for word, rating in listed.items() if rating >= SURE_FROM}
    known = {word: rating for word, rating in phrases.items() if word and word not in _EVERYDAY}
    return known | dict.fromkeys(_ALSO, 2)


def rude_spans(text: str, rude: Mapping[str, int]) -> Iterator[Span]:
    """Where something rude stands; spans may meet."""
    yield from _plain(text, rude)
    singles = frozenset(word for word in rude if " " not in word and len(word) >= LEAST_DISGUISED)
    for match in _CHUNK.finditer(text):
        start, chunk = _trimmed(match)
        if _is_disguised(chunk, singles):
            yield start, start + len(chunk)
    for match in _APART.finditer(text):
        joined = _phrase(match[0]).replace(" ", "")
        if joined in rude or any(word in joined for word in singles):
            yield match.span()


def _plain(text: str, rude: Mapping[str, int]) -> Iterator[Span]:
    words = [(match.start(), match.end(), folded(match[0])) for match in _WORD.finditer(text)]
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            some = words[at : at + length]
            phrase = " ".join(word for _, _, word in some)
            if phrase in rude or phrase.removesuffix("s") in rude:
                yield some[0][0], some[-1][1]
                at += length
                break
        else:
            at += 1


def _trimmed(match: re.Match[str]) -> tuple[int, str]:
    """A chunk without the signs around it."""
    chunk = match[0].rstrip(".,;:!?…»\"')")
    bare = _ELISION.sub("", chunk.lstrip("«\"'(*"))
    return match.start() + len(chunk) - len(bare), bare.rstrip("*")


def _is_disguised(chunk: str, singles: frozenset[str]) -> bool:
    """Whether a chunk is a rude word with other signs in it, letters repeated or replaced."""
    plain = folded(chunk)
    if "*" in plain or "#" in plain:
        return _is_starred(plain, singles)
    if not any(sign.isalpha() for sign in plain):
        return False
    as_letters = {plain.translate(_LETTERS), plain.replace("1", "l").translate(_LETTERS)}
    return any(_is_rude(_joined(word), singles) for word in as_letters)


def _joined(word: str) -> str:
    return "".join(_WORD.findall(word))


def _is_rude(word: str, singles: frozenset[str]) -> bool:
    return any(form in singles or _is_stretched(form, singles) for form in _forms(word))


def _forms(word: str) -> tuple[str, ...]:
    return (word, word.removesuffix("s"), word.removesuffix("es"))


def _is_stretched(word: str, singles: frozenset[str]) -> bool:
    """Whether letters are repeated that a rude word has once, or twice."""
    return len(word) > LEAST_DISGUISED and any(
        len(word) > len(known) for known in _squeezed(singles).get(_squeeze(word), ())
    )


@lru_cache(maxsize=4)
def _squeezed(singles: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in singles - _DOUBLED_IS_ANOTHER:
        found[_squeeze(word)] = (*found.get(_squeeze(word), ()), word)
    return found


def _squeeze(word: str) -> str:
    return _REPEATED.sub(r"\1", word)


def _is_starred(word: str, singles: frozenset[str]) -> bool:
    """Whether a word of the list has these letters, and others where there are stars (at most half of them)."""
    if not _STARRED.fullmatch(word) or 2 * (word.count("*") + word.count("#")) > len(word):
        return False
    return any(
        len(known) == len(form)
        and all(sign in "*#" or sign == its for sign, its in zip(form, known, strict=True))
        for form in _forms(word)
        for known in singles
    )


def _phrase(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))
