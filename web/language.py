"""Which language a visitor reads (pure): the one they chose, else the first that their browser asks for."""

from web.catalogue import Language
from web.cookies import cookies_in

COOKIE = "langue"
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""

_MOST_WISHES = 20


def language_of(headers: dict[bytes, bytes]) -> Language:
    """``headers`` have lower-case names."""
    chosen = _chosen(headers.get(b"cookie", b""))
    return chosen or _wished(headers.get(b"accept-language", b"").decode("latin-1")) or Language.FRENCH


def read_language(text: str) -> Language | None:
    return Language(text) if text in {str(language) for language in Language} else None


def _chosen(header: bytes) -> Language | None:
    return read_language(cookies_in(header).get(COOKIE, "")) if COOKIE.encode() in header else None


def _wished(header: str) -> Language | None:
    """The best of RFC 9110's weighted list that the pages speak; what cannot be read counts as absent."""
    wishes: list[tuple[float, Language]] = []
    for part in header.split(",")[:_MOST_WISHES]:
        tag, _, weight = part.replace(" ", "").partition(";q=")
        language = read_language(tag.strip().split("-")[0].lower())
        if language is not None and (quality := _quality(weight)) > 0:
            wishes.append((quality, language))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else None


def _quality(text: str) -> float:
    if not text.strip():
        return 1.0
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
