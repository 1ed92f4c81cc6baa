"""Films small enough for tests: the boxes of an MP4 file as they lie in a real one, without pictures in them."""


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return (len(inside) + 8).to_bytes(4) + kind + inside


def mp4(*, bytes_of_media: int = 1_000, seconds: int = 5, late: bool = False) -> bytes:
    """``late``: what tells of the film stands at its end, as cameras write it."""
    head = box(b"ftyp", b"isom", bytes(4), b"isomavc1")
    movie = box(
        b"moov", box(b"mvhd", bytes(12), (1_000).to_bytes(4), (seconds * 1_000).to_bytes(4), bytes(80))
    )
    media = box(b"mdat", bytes(range(256)) * (bytes_of_media // 256 + 1))
    return head + media + movie if late else head + movie + media


def webm(kind: bytes = b"webm") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82" + bytes([0x80 | len(kind)]) + kind + bytes(200)
