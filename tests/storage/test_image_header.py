"""Pictures are known by their bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.image_header import MOST_BYTES, ImageFault, ImageFormat, ImageHeader, read_header
from tests.storage.images import JPEG, PNG, WEBP_EXTENDED, WEBP_LOSSLESS, WEBP_LOSSY

ALL = {
    "png": (PNG, ImageFormat.PNG),
    "jpeg": (JPEG, ImageFormat.JPEG),
    "webp": (WEBP_LOSSY, ImageFormat.WEBP),
    "webp-lossless": (WEBP_LOSSLESS, ImageFormat.WEBP),
    "webp-extended": (WEBP_EXTENDED, ImageFormat.WEBP),
}


@pytest.mark.parametrize("name", ALL)
def test_a_header_tells_format_and_size(name: str) -> None:
    content, found = ALL[name]
    assert read_header(content) == ImageHeader(found, 640, 360)


@pytest.mark.parametrize("name", ALL)
def test_a_file_cut_anywhere_is_refused(name: str) -> None:
    content, _ = ALL[name]
    needed = 24 if name == "png" else len(content)
    for length in range(needed):
        assert isinstance(read_header(content[:length]), ImageFault)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ImageFault.UNKNOWN),
        (b"GIF89a" + bytes(100), ImageFault.UNKNOWN),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', ImageFault.UNKNOWN),
        (b"<script>alert(1)</script>", ImageFault.UNKNOWN),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ImageFault.UNKNOWN),
        (PNG + bytes(MOST_BYTES), ImageFault.TOO_LARGE),
        (PNG.replace((640).to_bytes(4), (6001).to_bytes(4)), ImageFault.TOO_WIDE),
        (PNG.replace((360).to_bytes(4), bytes(4)), ImageFault.BROKEN),
    ],
)
def test_anything_else_is_refused_with_its_reason(content: bytes, fault: ImageFault) -> None:
    assert read_header(content) is fault


@given(
    st.sampled_from([b"\xff\xd8\xff", PNG[:16], WEBP_LOSSY[:16], WEBP_EXTENDED[:16]]), st.binary(max_size=200)
)
def test_no_bytes_make_it_stumble(beginning: bytes, rest: bytes) -> None:
    assert isinstance(read_header(beginning + rest), ImageHeader | ImageFault)
