"""Pictures that people bring, made anew: a picture of ours shows what theirs did, and says nothing else.

What is kept is drawn again from the pixels: no place where it was taken, no camera, nothing hidden behind it.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from storage.values_drafts import DraftFault
from storage.values_news import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDEST = 1600
AT_ONCE = 1
MOST_WAITING = 8

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITY = 82
_SIDES = 12_000
"""A side of what is decoded: lines far longer than they are high are no picture."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A WebP of at most WIDEST pixels a side."""

    content: bytes
    width: int
    height: int

    def picture(self, alt: str) -> Picture:
        return Picture(hashlib.sha256(self.content).hexdigest(), alt, self.width, self.height)


def redraw(content: bytes) -> Redrawn | DraftFault:
    """The first image of a PNG, JPEG, WebP or GIF file, upright; what it is tells its content, never its name."""
    from PIL import Image, UnidentifiedImageError  # loaded, in the thread, with the first picture

    if len(content) > MOST_BYTES:
        return DraftFault.PICTURE_HEAVY
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS or max(width, height) > _SIDES:
                return DraftFault.PICTURE_LARGE  # told from its first bytes: nothing was decoded yet
            image.draft("RGB", (WIDEST, WIDEST))
            image.load()
            return _drawn(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return DraftFault.PICTURE_LARGE
    except UnidentifiedImageError:
        return DraftFault.PICTURE_UNKNOWN
    except Exception:
        return DraftFault.PICTURE_BROKEN  # decoders meet broken files in many ways


def _drawn(image: "Image") -> Redrawn:
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    converted = upright.convert(mode)
    clean = Image.new(mode, converted.size)
    clean.paste(converted)
    written = BytesIO()
    clean.save(written, "WEBP", quality=_QUALITY, method=4)
    return Redrawn(written.getvalue(), *clean.size)


class Darkroom:
    """Redraws in a thread, few at once: a picture of 40 million pixels takes 160 MB for as long as it is open."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def redraw(self, content: bytes) -> Redrawn | DraftFault:
        if self._waiting >= MOST_WAITING:
            return DraftFault.PICTURE_BUSY
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(redraw, content)
        finally:
            self._waiting -= 1
