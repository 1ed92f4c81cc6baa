"""What a browser calls itself, in two words."""

import re

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """« Firefox, Windows »; never the whole text, which tells more than anybody needs."""
    found = [
        next((name for sign, name in kinds if re.search(rf"\b{sign}", user_agent)), "")
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(part for part in found if part)
