"""All possible callers, by their relation to the cooperative of the sample."""

from dataclasses import dataclass

from app.domain.access import Scope
from app.domain.actors import VISITOR, Identity
from app.keys import people_issuer
from tests.walls.sample import BUYER, PARTNER, Sample
from tests.world import Caller, World

OWN = (
    "customer",
    "app",
    "partner",
    "member",
    "coordinator",
    "treasurer",
    "approver",
    "network",
    "case-manager",
    "controller",
    "sister-member",
    "sister-coordinator",
    "sister-treasurer",
    "voter",
    "voters-treasurer",
    "umbrella-treasurer",
)
"""Callers with a relation to it: their own order, member or office; or a cooperation with it, or the umbrella of it."""
NEAR = ("colleague", "other-customer", "narrow-app", "narrow-treasurer")
"""Callers that are close but have no right: another member, another customer, an app and a person without the scope."""
FAR = (
    "visitor",
    "far-customer",
    "far-app",
    "far-partner",
    "far-member",
    "far-coordinator",
    "far-treasurer",
    "far-case-manager",
    "far-controller",
)
"""Every role, somewhere else."""
COLUMNS = (*OWN, *NEAR, *FAR)

NARROW = ("catalogue:read",)
APPS = frozenset({"app", "partner", "narrow-app", "far-app", "far-partner"})
SCOPES_OF = {"app": BUYER, "far-app": BUYER, "partner": PARTNER, "far-partner": PARTNER}
SCOPES_OF |= {"narrow-app": NARROW, "narrow-treasurer": NARROW}
"""All others have every scope."""
INSTEAD: dict[str, dict[str, str]] = {
    "get_guest_payment": {"token": "unpaid_token"},
    "list_credits": {"order_id": "credited_id"},
    "list_repayments": {"order_id": "credited_id"},
    "move_payment": {"payment_id": "cash_id"},
    "list_write_offs": {"order_id": "lost_id"},
    "propose_write_off": {"order_id": "lost_id"},
    "reverse_journal": {"journal_id": "lost_journal_id"},
    "get_journal_reversal": {"reversal_id": "lost_reversal_id"},
    "decline_reversal": {"reversal_id": "lost_reversal_id"},
    "get_supplier_order": {"purchase_id": "bought_id"},
    "credit_wish": {"wish_id": "bought_wish_id"},
}
"""Other ids of the sample, for a use case that needs another state."""


@dataclass(frozen=True)
class Cast:
    people: dict[str, Caller]
    sample: Sample

    def ids(self, column: str, verb: str) -> dict[str, str]:
        """The ids in a caller's requests: those of the sample in the state that the use case needs; or their own."""
        ids = self.sample.ids
        instead = {name: ids[other] for name, other in INSTEAD.get(verb, {}).items()}
        if verb == "change_me" and self.people[column].login == self.sample.seller.treasurer.login:
            # The network gave them an address.
            instead["me:version"] = "2"
        return ids | instead | (self.sample.own if column == "customer" else {})

    def identity(self, column: str) -> Identity:
        """The contents of their verified token."""
        if column == "visitor":
            return VISITOR
        scopes = frozenset(SCOPES_OF.get(column, Scope))
        return identity(self.sample.world, self.people[column].login, app=column in APPS, scopes=scopes)


def identity(world: World, login: str, *, app: bool = False, scopes: frozenset[str] = frozenset(Scope)) -> Identity:
    if app:
        return Identity(None, None, login, scopes)
    return Identity(people_issuer(world.settings), login, None, scopes)


async def cast(world: World, sample: Sample) -> Cast:
    """Makes all callers; those from elsewhere get a cooperative and a municipality of their own."""
    seller, sister, collective = sample.seller, sample.sister, sample.collective
    other = await world.cooperative()
    far_partner, far_app = await world.app(list(PARTNER), [other.id]), await world.app(list(BUYER))
    own = (
        sample.customer,
        sample.buyer,
        sample.partner_app,
        seller.member,
        seller.coordinator,
        seller.treasurer,
        sample.approver,
        world.network,
        sample.manager,
        seller.controller,
        sister.member,
        sister.coordinator,
        sister.treasurer,
        collective.member,
        collective.treasurer,
        sample.umbrella.treasurer,
    )
    near = (
        sample.colleague,
        sample.customer,
        await world.app(list(NARROW), [seller.id]),
        world.person(seller.treasurer.login, frozenset(NARROW)),
    )
    far = (
        world.visitor,
        world.person(),
        far_app,
        far_partner,
        other.member,
        other.coordinator,
        other.treasurer,
        await world.officer("case_manager", municipalityId=other.municipality_id),
        other.controller,
    )
    return Cast(dict(zip(COLUMNS, (*own, *near, *far), strict=True)), sample)
