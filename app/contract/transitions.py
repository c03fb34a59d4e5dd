"""The public form of the next steps of every process."""

from datetime import datetime
from typing import Any

from pydantic.alias_generators import to_camel

from app.adapters.messages import blocked_text
from app.contract.shape import Viewer, computed, shape
from app.domain.transitions import AvailableTransition, Case, Process, available


class Step:
    """A next step, with the reason if it is blocked."""

    allowed: bool
    """Whether the caller can do it now."""
    reason: str | None
    """The reason why it is blocked, as a code; null if it is allowed."""
    message: str | None = computed(lambda step, viewer: blocked_text(step.refusal, viewer.language))
    """The reason why it is blocked, in the caller's language."""
    needs: list[str] = computed(lambda step, _: [to_camel(name) for name in step.needs])
    """The inputs that it requires, by name, such as `reason`."""
    until: datetime | None
    """The deadline after which it is refused, if there is one."""


def steps(name: str, process: Process[Any]) -> Any:
    """The field with the next steps of a process; `name` is the name of its type."""
    words = {"verb": process.verbs, "to": process.states}
    kind: Any = shape(AvailableTransition)(type(name, (Step,), {"__annotations__": words, "__doc__": Step.__doc__}))

    def read(thing: Any, viewer: Viewer) -> list[Any]:
        return [kind.of(step, viewer) for step in available(process, Case(thing, viewer.actor, viewer.now))]

    return computed(read, kind=list[kind])
