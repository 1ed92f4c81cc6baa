"""What kind of image some bytes are and how large, read from their first bytes (pure).

PNG (RFC 2083 §3 and §4.1.1), JPEG (ITU-T T.81 annex B), WebP (RFC 9649). Nothing is decoded: what is broken further
on stays the browser's to refuse.
"""

from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 6000
"""A side of an image; wider ones exhaust old phones."""


class ImageFormat(StrEnum):
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self}"


class ImageFault(StrEnum):
    """Why bytes are not taken as an image."""

    TOO_LARGE = "the picture has more than 2 MB: make it smaller"
    UNKNOWN = "the picture is no PNG, JPEG or WebP file"
    BROKEN = "the picture's header is broken: save it again"
    TOO_WIDE = f"the picture is more than {MOST_PIXELS} pixels wide or high: make it smaller"


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Width and height in pixels."""

    format: ImageFormat
    width: int
    height: int


def read_header(content: bytes) -> ImageHeader | ImageFault:
    if len(content) > MOST_BYTES:
        return ImageFault.TOO_LARGE
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        found, size = ImageFormat.PNG, _png(content)
    elif content.startswith(b"\xff\xd8\xff"):
        found, size = ImageFormat.JPEG, _jpeg(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        found, size = ImageFormat.WEBP, _webp(content)
    else:
        return ImageFault.UNKNOWN
    if size is None or 0 in size:
        return ImageFault.BROKEN
    return ImageFault.TOO_WIDE if max(size) > MOST_PIXELS else ImageHeader(found, *size)


def _png(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset(range(0xD0, 0xDA)) | {0x01}


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk from marker to marker until the frame's header tells the size."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        elif marker in _JPEG_FRAMES:
            height, width = int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 7 : at + 9])
            return width, height
        else:
            at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    chunk, data = content[12:16], content[20:]
    if chunk == b"VP8X" and len(data) >= 10:
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if chunk == b"VP8L" and len(data) >= 5 and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and len(data) >= 10 and data[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    return None
