"""The smallest files of each format that tell their size."""

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + b"\x00\x00\x00\rIHDR"
    + (640).to_bytes(4)
    + (360).to_bytes(4)
    + b"\x08\x02\x00\x00\x00"
)
_FRAME = b"\x00\x11\x08" + (360).to_bytes(2) + (640).to_bytes(2)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xfe\x00\x05\xff\xc0x" + b"\xff\xff\xc2" + _FRAME
WEBP_LOSSY = (
    b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a"
    + (640).to_bytes(2, "little")
    + (360).to_bytes(2, "little")
)
WEBP_LOSSLESS = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + (639 | 359 << 14).to_bytes(4, "little")
WEBP_EXTENDED = (
    b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"
    + bytes(4)
    + (639).to_bytes(3, "little")
    + (359).to_bytes(3, "little")
)
