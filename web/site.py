"""What a deployment says of itself (pure): its address, who answers for it, which sites may show a topic."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """Texts that only the deployment knows are empty until it tells them."""

    public_url: str = ""
    """Scheme, host and port that citizens read, without a slash at the end."""

    origins: tuple[str, ...] = ()
    embed_sites: tuple[str, ...] = ()
    stream_sites: tuple[str, ...] = ()
    """Origins of which a launch event may show a live stream in a frame."""
    publisher: str = ""
    director: str = ""
    hosting: str = ""
    privacy_contact: str = ""
    accessibility_contact: str = ""
    press_contact: str = ""
    appeal_days: int = 60
    contact_days: int = 365
    mail_folder: str = ""
    """Where mails become files; empty where a mail server takes them."""
    mail_from: str = ""
    letter_rate: int = 20

    def allows_stream(self, address: str) -> bool:
        """Whether a live stream may be shown in a frame: its site is one of those that are set."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return f"{parts.scheme}://{parts.netloc}" in self.stream_sites

    def address(self, scheme: str, host: str) -> str:
        """How this site is called from outside, for a request to ``host``; empty where nothing sure is known.

        A Host that anybody may write is believed only where it is one of ``origins``, or where none are set.
        """
        if self.public_url:
            return self.public_url
        for origin in self.origins:
            if urlsplit(origin).netloc == host:
                return origin
        if self.origins:
            return self.origins[0]
        return f"{scheme}://{host}" if _HOST.fullmatch(host) else ""
