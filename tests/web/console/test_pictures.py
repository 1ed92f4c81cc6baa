"""Pictures that people bring, the hostile ones too."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from storage.image_header import ImageFormat, ImageHeader, read_header
from storage.values_drafts import DraftFault
from web.pictures import MOST_BYTES, WIDEST, Redrawn, redraw

PLACE = 0x8825
ORIENTATION = 0x0112


def file_of(image: Image.Image, kind: str, **more: object) -> bytes:
    written = BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def photo() -> bytes:
    """A photograph that lies on its side and says where it was taken."""
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # a quarter turn: what is left is above
    exif.get_ifd(PLACE)[1] = "N"
    exif.get_ifd(PLACE)[2] = (48.0, 34.0, 24.0)
    exif[0x010F] = "Marque-de-telephone"
    return file_of(image, "JPEG", exif=exif)


NOISE = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(180_000))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

HOSTILE = {
    "a bomb of 400 megapixels": (png_bomb(20_000, 20_000), DraftFault.PICTURE_LARGE),
    "a little more than 40 megapixels": (png_bomb(8_000, 5_001), DraftFault.PICTURE_LARGE),
    "one endless line": (png_bomb(12_001, 1), DraftFault.PICTURE_LARGE),
    "an SVG with a script": (SVG, DraftFault.PICTURE_UNKNOWN),
    "a program called .jpg": (b"<?php system($_GET['c']); ?>", DraftFault.PICTURE_UNKNOWN),
    "a program behind three bytes of JPEG": (b"\xff\xd8\xff<?php ?>", DraftFault.PICTURE_BROKEN),
    "half of a JPEG": (file_of(NOISE, "JPEG")[:5_000], DraftFault.PICTURE_BROKEN),
    "half of a PNG": (file_of(NOISE, "PNG")[:5_000], DraftFault.PICTURE_BROKEN),
    "a TIFF": (file_of(NOISE, "TIFF"), DraftFault.PICTURE_UNKNOWN),
    "nothing": (b"", DraftFault.PICTURE_UNKNOWN),
    "more than 8 MiB": (bytes(MOST_BYTES + 1), DraftFault.PICTURE_HEAVY),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("content", "fault"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_picture_to_show_is_refused(content: bytes, fault: DraftFault) -> None:
    found = redraw(content)
    if content.startswith(b"\xff\xd8\xff<"):
        assert found in {DraftFault.PICTURE_BROKEN, DraftFault.PICTURE_UNKNOWN}
    else:
        assert found is fault


def drawn(content: bytes) -> tuple[Redrawn, Image.Image]:
    found = redraw(content)
    assert isinstance(found, Redrawn)
    return found, Image.open(BytesIO(found.content))


def test_a_photograph_stands_upright_and_tells_nothing_of_place_or_telephone() -> None:
    content = photo()
    assert b"Marque-de-telephone" in content
    found, image = drawn(content)
    assert read_header(found.content) == ImageHeader(ImageFormat.WEBP, 200, 400)
    assert not image.getexif() and b"Marque" not in found.content and b"EXIF" not in found.content
    top, bottom = (image.convert("RGB").getpixel((100, y)) for y in (50, 350))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 200 > top[2] and bottom[2] > 200 > bottom[0]


def test_what_is_written_into_a_file_beside_the_picture_is_gone() -> None:
    hidden = file_of(NOISE, "JPEG", comment=b"secret-secret", icc_profile=b"secret-secret" * 20) + b"<?php"
    found, image = drawn(hidden)
    assert b"secret" not in found.content and b"php" not in found.content
    assert "icc_profile" not in image.info


def test_a_large_picture_becomes_smaller_and_keeps_its_shape() -> None:
    found, _ = drawn(file_of(Image.new("RGB", (4_000, 1_000)), "PNG"))
    assert (found.width, found.height) == (WIDEST, 400)


def test_of_a_moving_picture_the_first_image_is_kept() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    _, image = drawn(file_of(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert getattr(image, "n_frames", 1) == 1
    first = image.convert("RGB").getpixel((20, 20))
    assert isinstance(first, tuple) and first[0] > 200


def test_what_is_seen_through_stays_so() -> None:
    _, image = drawn(file_of(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert image.mode == "RGBA"
