"""What became of a topic, as it crosses storage's border."""

from dataclasses import dataclass
from enum import StrEnum

from storage.values import Topic

LONGEST_TEXT = 2000
LONGEST_DIRECTION = 120


class FollowUpStep(StrEnum):
    """In the order in which they usually come."""

    ASKED = "asked"
    HANDED = "handed"
    ANSWERED = "answered"
    DECIDED = "decided"
    DONE = "done"


ANSWERS = (FollowUpStep.ANSWERED, FollowUpStep.DECIDED, FollowUpStep.DONE)
"""The steps in which the Région says something back."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """``text`` has at most 2000 signs and may be empty, as ``direction`` may be, the Région's directorate."""

    topic: int
    step: FollowUpStep
    at: int
    text: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An idea and the Région's answer to it."""

    topic: Topic
    answer: FollowUp


class FollowUpFault(StrEnum):
    """Why a step is not taken."""

    UNKNOWN_TOPIC = "no topic has this number"
    TEXT_MISSING = "an answer needs a text"
    DIRECTION_MISSING = "say to which direction the topic is handed"
    TEXT_TOO_LONG = f"the text has more than {LONGEST_TEXT} signs"
    DIRECTION_TOO_LONG = f"the direction's name has more than {LONGEST_DIRECTION} signs"


def follow_up_fault(step: FollowUp) -> FollowUpFault | None:
    if step.step is FollowUpStep.ANSWERED and not step.text.strip():
        return FollowUpFault.TEXT_MISSING
    if step.step is FollowUpStep.HANDED and not step.direction.strip():
        return FollowUpFault.DIRECTION_MISSING
    if len(step.text) > LONGEST_TEXT:
        return FollowUpFault.TEXT_TOO_LONG
    if len(step.direction) > LONGEST_DIRECTION:
        return FollowUpFault.DIRECTION_TOO_LONG
    return None
