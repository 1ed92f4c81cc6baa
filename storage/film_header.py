"""Whether bytes are a film that browsers play: the boxes of MP4, or WebM's header (pure).

Sources: ISO/IEC 14496-12 (boxes: a length of 32 bits, a type of four letters; length 1: one of 64 bits follows,
0: the rest of the file), RFC 8794 (EBML) and the WebM container guidelines (DocType « webm »).
"""

from collections.abc import Callable, Iterator

from storage.values_films import FilmFault, FilmFormat, FilmHeader

Read = Callable[[int, int], bytes]
"""The bytes from an offset on, at most so many."""

_EBML = b"\x1a\x45\xdf\xa3"
_DOC_TYPE = b"\x42\x82"
_BRANDS = frozenset(
    {
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"M4VH",
        b"MSNV",
        b"dash",
    }
)
MOST_BOXES = 10_000
"""A film that is written in fragments has a pair of boxes for every few seconds."""


def read_film(read: Read, size: int) -> FilmHeader | FilmFault:
    """What a file of ``size`` bytes is; CUT_OFF where it is a film whose end is missing."""
    head = read(0, 64)
    if head[:4] == _EBML:
        return _webm(head)
    if head[4:8] == b"ftyp":
        return _mp4(read, size, head)
    return FilmFault.NO_FILM


def _webm(head: bytes) -> FilmHeader | FilmFault:
    place = head.find(_DOC_TYPE)
    if place < 0 or head[place + 2] & 0x80 == 0:
        return FilmFault.NO_FILM
    length = head[place + 2] & 0x7F
    is_webm = head[place + 3 : place + 3 + length] == b"webm"
    return FilmHeader(FilmFormat.WEBM) if is_webm else FilmFault.NO_FILM


def _mp4(read: Read, size: int, head: bytes) -> FilmHeader | FilmFault:
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, len(head) - 3, 4))}
    if not brands & _BRANDS:
        return FilmFault.NO_FILM
    found: dict[bytes, tuple[int, int]] = {}
    end = 0
    for kind, start, after in _boxes(read, 0, size):
        found.setdefault(kind, (start, after))
        end = after
    if not {b"moov", b"mdat"} <= found.keys():
        return FilmFault.CUT_OFF if end > size or b"ftyp" in found else FilmFault.NO_FILM
    if end > size:
        return FilmFault.CUT_OFF
    return FilmHeader(FilmFormat.MP4, _length(read, *found[b"moov"]))


def _boxes(read: Read, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box between two offsets: its type, where its content begins and where it ends."""
    for _ in range(MOST_BOXES):
        head = read(start, 16)
        if start >= end or len(head) < 8:
            return
        length, kind, content = int.from_bytes(head[:4]), head[4:8], start + 8
        if length == 1 and len(head) == 16:
            length, content = int.from_bytes(head[8:16]), start + 16
        elif length == 0:
            length = end - start
        if length < content - start:
            return
        yield kind, content, start + length
        start += length


def _length(read: Read, start: int, end: int) -> int | None:
    """In ms, as the movie's header tells (``mvhd``)."""
    for kind, content, _ in _boxes(read, start, end):
        if kind != b"mvhd":
            continue
        told = read(content, 32)
        wide = told[:1] == b"\x01"
        scale = int.from_bytes(told[20:24] if wide else told[12:16])
        length = int.from_bytes(told[24:32] if wide else told[16:20])
        return length * 1000 // scale if scale else None
    return None
