"""What is to be shown of a step, whoever shows it: a hall's screen, a telephone, the console (pure)."""

from dataclasses import dataclass

from realtime.tally import Hall
from storage.stages import Stage
from storage.values_events import Palette, Step, StepKind
from storage.values_news import Picture


@dataclass(frozen=True, slots=True)
class Scene:
    """A step as it is shown. ``topic`` is the vote it is about, ``before`` the vote that asked the same before.

    ``question`` is what is asked, also while no vote stands behind it yet. Instants and lengths are in ms.
    """

    step: int
    kind: StepKind
    title: str
    text: str
    palette: Palette
    picture: Picture | None
    duration: int | None
    at: int | None
    question: str = ""
    topic: int | None = None
    before: int | None = None
    film: int | None = None
    stream: str = ""
    halls: tuple[Hall, ...] = ()


def scene_of(stage: Stage, step: Step) -> Scene:
    """The scene of a step of this run of show."""
    content, kind = step.content, step.content.kind
    asked = stage.asked_by(step) if kind.asks or kind.shows_votes else None
    earlier = None if asked is None else stage.before_of(asked)
    return Scene(
        step=step.id,
        kind=kind,
        title=content.title,
        text=content.text,
        palette=content.palette,
        picture=content.picture,
        duration=content.duration,
        at=content.at,
        question="" if asked is None else stage.words_of(asked).title,
        topic=None if asked is None else asked.topic,
        before=None if earlier is None else earlier.topic,
        film=content.film,
        stream=content.stream,
        halls=stage.event.halls,
    )
