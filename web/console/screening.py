"""What a moderator is shown beside a text (pure): marks, each with its reason, that decide nothing.

Rude words come from a maintained list; the rest are rules of thumb, made to mark too much rather than too little.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.words import folded

PHONE_REGIONS = ("FR", "LU", "DE", "BE", "CH")
SURE_FROM = 1
"""Words of the list that are rated 0 are rarely meant badly."""

LONGEST_PHRASE = 4
CAPITALS_FROM = 12
CAPITALS_SHARE = 0.7


class Concern(StrEnum):
    """In the order in which they go before one another where two meet."""

    EMAIL = "email"
    LINK = "link"
    PHONE = "phone"
    RUDE = "rude"
    NAME = "name"
    CAPITALS = "capitals"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text; ``concern`` is None where there is nothing to say about it."""

    text: str
    concern: Concern | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """The whole text in parts, and what was found, each once."""

    parts: tuple[Part, ...]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    concern: Concern


def screen(text: str, rude: Mapping[str, int]) -> Screened:
    """``rude``: folded words and phrases with how sure it is that they are, from 0 to 2."""
    found = [*_emails(text), *_links(text), *_phones(text), *_rude(text, rude)]
    is_shouted = _is_shouted(text)
    if not is_shouted:  # in capitals every word looks like a name
        found += _names(text)
    order = list(Concern)
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (order.index(one.concern), one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    kept.sort(key=lambda one: one.start)
    concerns = {one.concern for one in kept} | ({Concern.CAPITALS} if is_shouted else set())
    return Screened(tuple(_parts(text, kept)), tuple(one for one in order if one in concerns))


def rude_words(listed: Mapping[str, int]) -> dict[str, int]:
    """The list as ``screen`` looks words up: folded, apostrophes and hyphens as spaces."""
    phrases = {_phrase(word): rating for word, rating in listed.items() if rating >= SURE_FROM}
    return {word: rating for word, rating in phrases.items() if word and word not in _EVERYDAY}


_EVERYDAY = frozenset(
    """
    balayette banane bander bapteme bat baton batte baiser bibite biffer bonne boule bourriquer broutage brouter
    calice cerise chat choper christ coquillard crissement crosse culasse culbuter debander deboiter decharger
    degager demonter desengorger dilater doigter emmancher enfiler enfler engrosser envoyer esque faciale flute
    fourbir fourrer gland glisser gosse gourdin graine gros grouille latter limer melon mettre morue mouille moule
    mouron ordure panier piment pine pipe plume poche poil pomper porc pourrir poutrer pays bas pare choc chocs
    queue ramoner retard rondelle sauter sphincter taper tater tirelire touffe trappe tuyau valseuse vieille peler
    perer pqr rab tbm vier clille does pedale fister bonasse berlingue queutard matos burne youp diarrhee
    """.split()
) | {"se faire", "se faire quelqu un", "carte de france", "pays bas", "pare choc", "pare chocs"}
"""Words that the list has for a second meaning, and of which a proposal about anything is full."""


def _parts(text: str, found: list[_Found]) -> Iterator[Part]:
    at = 0
    for one in found:
        if one.start > at:
            yield Part(text[at : one.start])
        yield Part(text[one.start : one.end], one.concern)
        at = one.end
    if at < len(text):
        yield Part(text[at:])


_EMAIL = re.compile(r"[\w.+-]+ ?(?:@|\(at\)|\[at\]| arobase ) ?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:fr|com|org|net|eu|de|lu|be|ch|io|info|alsace|me|ly)\b(?:/\S*)?",
    re.IGNORECASE,
)


def _emails(text: str) -> Iterator[_Found]:
    for match in _EMAIL.finditer(text):
        yield _Found(match.start(), match.end(), Concern.EMAIL)


def _links(text: str) -> Iterator[_Found]:
    for match in _LINK.finditer(text):
        yield _Found(match.start(), match.start() + len(match[0].rstrip(".,;:!?)»")), Concern.LINK)


def _phones(text: str) -> Iterator[_Found]:
    import phonenumbers  # tables of every country: loaded with the first text that somebody screens

    for region in PHONE_REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            if match.raw_string.lstrip("(")[:1] in {"0", "+"}:  # else years and sums would be local numbers
                yield _Found(match.start, match.end, Concern.PHONE)


_WORD = re.compile(r"[^\W_]+")


def _phrase(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))


def _rude(text: str, rude: Mapping[str, int]) -> Iterator[_Found]:
    words = [(match.start(), match.end(), folded(match[0])) for match in _WORD.finditer(text)]
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            some = words[at : at + length]
            phrase = " ".join(word for _, _, word in some)
            if phrase in rude or phrase.removesuffix("s") in rude:
                yield _Found(some[0][0], some[-1][1], Concern.RUDE)
                at += length
                break
        else:
            at += 1


_TITLED = re.compile(
    r"\b(?:M\.|MM\.|Mr\.?|Mme|Mlle|Monsieur|Madame|Mademoiselle|Docteur|Dr\.?|Maître|Me)\s+"
    r"(?:[A-ZÀ-Ý]\.\s*)?[A-ZÀ-Ý][\w'’-]+(?:\s+[A-ZÀ-Ý][\w'’-]+)*"
)
_CAPITALISED = re.compile(r"[A-ZÀ-Ý][\w'’]*(?:-[\w'’]+)*")
_BETWEEN = re.compile(r"\s(?:de\s)?")
_SENTENCE = re.compile(r"(?:^|[.!?…:»«]\s*|\n\s*)\W*$")
_INFINITIVE = re.compile(r"(?:er|ir|re|ez|ons)$")

_PLACES = frozenset(
    """
    alsace alsacienne ardenne ardennes aube bas haut bas-rhin haut-rhin champagne champagne-ardenne collectivite
    europeenne grand est lorraine marne haute-marne meurthe meurthe-et-moselle meuse moselle rhin rhenan vosges
    vosgien strasbourg metz nancy reims mulhouse colmar troyes charleville charleville-mezieres mezieres epinal
    thionville chalons chalons-en-champagne saint-dizier chaumont verdun bar-le-duc sedan luneville forbach
    haguenau selestat saverne wissembourg sarrebourg sarreguemines toul longwy epernay vitry langres remiremont
    gerardmer saint-die neufchateau commercy rethel givet altkirch thann guebwiller molsheim obernai schiltigheim
    illkirch vandoeuvre montigny hayange paris lyon marseille bruxelles luxembourg allemagne belgique suisse france
    europe union berlin sarre sarrebruck fribourg kehl bale jardin parc place rue avenue boulevard pont gare quai
    quartier route tour lycee college ecole universite chu hopital hotel musee theatre opera cathedrale notre
    notre-dame saint sainte region conseil regional departemental ministere etat prefecture mairie communaute
    metropole eurometropole commune assemblee nationale senat republique banque caisse chambre sncf ter tgv fluo
    pass culture jeunest jeun'est pole emploi travail mission locale croix rouge restos coeur secours populaire
    catholique action logement noel paques toussaint janvier fevrier mars avril mai juin juillet aout septembre
    octobre novembre decembre kleber stanislas moselle-est nord sud ouest imagin'est google facebook youtube
    instagram erasmus interreg blablacar velo'v velhop
    """.split()
)
"""Words of which a pair of capitalised ones is a place, an institution or a brand rather than a person."""

_OPENERS = frozenset(
    """
    le la les un une des du de au aux a en et ou pour par sur dans avec sans nos notre mes mon ma ses son sa leur
    leurs ce cette ces il elle on nous vous je plus moins pas chaque tous tout toute toutes que qui quand comme si
    oui non bonjour merci pourquoi comment stop vive non
    """.split()
)


def _names(text: str) -> Iterator[_Found]:
    for match in _TITLED.finditer(text):
        yield _Found(match.start(), match.end(), Concern.NAME)
    words = list(_CAPITALISED.finditer(text))
    at = 0
    while at < len(words):
        last = at
        while last + 1 < len(words) and _BETWEEN.fullmatch(text, words[last].end(), words[last + 1].start()):
            last += 1
        run = words[at : last + 1]
        if run and _SENTENCE.search(text, 0, run[0].start()) and _opens(run[0][0]):
            run = run[1:]
        if len(run) > 1 and not any(_is_known(word[0]) for word in run):
            yield _Found(run[0].start(), run[-1].end(), Concern.NAME)
        at = last + 1


def _opens(word: str) -> bool:
    """Whether a word is capitalised only because a sentence begins with it."""
    plain = folded(word)
    return plain in _OPENERS or bool(_INFINITIVE.search(plain))


def _is_known(word: str) -> bool:
    """A place, an institution, or an abbreviation such as TER."""
    plain = folded(word).replace("’", "'")
    bare = plain.split("'", 1)[-1]
    return plain in _PLACES or bare in _PLACES or (len(word) < 5 and word.isupper())


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= CAPITALS_FROM and sum(map(str.isupper, letters)) >= CAPITALS_SHARE * len(letters)
