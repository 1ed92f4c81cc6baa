"""The frozen values of films: what an editor brings, and why it is not taken."""

from dataclasses import dataclass
from enum import StrEnum

PART_BYTES = 2 * 1024 * 1024
"""Bytes of each part of a film but the last: what one request brings and one row keeps."""

LARGEST_FILM = 600 * 1024 * 1024
"""Bytes; an hour of film for a projector at 1080p has half of it."""

MOST_FILMS = 50
LONGEST_CAPTIONS = 400_000
LONGEST_FILM_NAME = 140


class FilmFormat(StrEnum):
    MP4 = "mp4"
    WEBM = "webm"

    @property
    def media_type(self) -> str:
        return f"video/{self}"


class FilmFault(StrEnum):
    """Why a film, or what belongs to it, was not taken; the console says what to do."""

    UNKNOWN = "unknown"
    BAD_OP = "bad-op"
    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    EMPTY = "empty"
    HEAVY = "heavy"
    NO_FILM = "no-film"
    CUT_OFF = "cut-off"
    BAD_PART = "bad-part"
    MISSING_PART = "missing-part"
    TOO_MANY = "too-many"
    NO_CAPTIONS = "no-captions"
    LONG_CAPTIONS = "long-captions"
    IS_USED = "is-used"


@dataclass(frozen=True, slots=True)
class FilmHeader:
    """What the first bytes of a film tell; ``length`` in ms, None where they do not say."""

    format: FilmFormat
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """``is_whole``: all of its bytes came and are a film; ``hash`` names them then."""

    id: int
    name: str
    size: int
    is_whole: bool
    format: FilmFormat | None = None
    hash: str = ""
    length: int | None = None
    captions: str | None = None
    poster: str | None = None
    created_at: int = 0

    @property
    def parts(self) -> int:
        return -(-self.size // PART_BYTES)
