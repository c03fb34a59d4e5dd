"""Where money went."""

from app.adapters.messages import explain
from app.contract.shape import Money, Viewer, cents, seen, shape
from app.domain import flows as domain


def _reason(flow: domain.Flow, viewer: Viewer) -> str:
    return explain(flow.rule, flow.facts, viewer.language) if flow.rule else ""


@shape(domain.Flow)
class Flow:
    """Money that went from one place to the next."""

    source: str
    """Where it came from."""
    target: str
    """Where it went."""
    amount: Money = cents("cents")
    """How much."""
    reason: str = seen(_reason)
    """Why, in the caller's language; empty if there is more than one reason."""
