"""The areas of the console, in the order of its navigation (pure). A new page gets its line here."""

from dataclasses import dataclass

from storage.values_staff import Role, Staff


@dataclass(frozen=True, slots=True)
class Area:
    """``name`` is its entry in the catalogue's ``area`` and ``area-told``, and its icon's; no role: everybody's.

    ``beside``: pages that belong to it and stand at another address.
    """

    name: str
    path: str
    roles: frozenset[Role] = frozenset()
    beside: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a page is in this area."""
        return any(path == one or path.startswith(f"{one}/") for one in (self.path, *self.beside))


AREAS: tuple[Area, ...] = (
    Area("queue", "/console/file", frozenset({Role.MODERATOR})),
    Area("switches", "/console/commandes", frozenset({Role.MODERATOR, Role.ADMINISTRATOR})),
    Area("answers", "/console/reponses", frozenset({Role.REFERENT})),
    Area("inbox", "/console/courrier", frozenset({Role.MODERATOR, Role.REFERENT})),
    Area("watch", "/console/veille", frozenset({Role.MODERATOR, Role.EDITOR, Role.ADMINISTRATOR})),
    Area("editing", "/console/redaction", frozenset({Role.EDITOR, Role.ADMINISTRATOR})),
    Area("events", "/console/evenements", frozenset({Role.EDITOR, Role.ADMINISTRATOR}), ("/console/films",)),
    Area("aside", "/console/mises-de-cote", frozenset({Role.MODERATOR, Role.ADMINISTRATOR})),
    Area("letter", "/console/lettre", frozenset({Role.EDITOR})),
    Area("accounts", "/console/comptes", frozenset({Role.ADMINISTRATOR})),
    Area("journal", "/console/journal", frozenset({Role.ADMINISTRATOR})),
    Area("profile", "/console/profil"),
)


def areas_of(staff: Staff) -> list[Area]:
    """What somebody may open."""
    return [area for area in AREAS if not area.roles or staff.is_any(*area.roles)]
