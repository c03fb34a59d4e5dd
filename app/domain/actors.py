"""The actor: the identity from the token, the roles that the actor holds, and the rights that follow from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from app.domain.access import ACCESS, SELLABLE_SCOPES, Reach, Right, Role
from app.domain.errors import Forbidden, NotFound, ScopeMissing, Unauthenticated


@dataclass(frozen=True)
class Identity:
    """The contents of a verified token: issuer and subject of a person, client_id of an app, scopes."""

    issuer: str | None = None
    subject: str | None = None
    client_id: str | None = None
    scopes: frozenset[str] = frozenset()
    rate: str = "standard"


VISITOR = Identity()


@dataclass(frozen=True)
class Holding:
    """A role held at a cooperative, at a municipality or (neither) in the network."""

    role: Role
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None
    member_id: UUID | None = None


class Party(NamedTuple):
    """The actor's relation to one row: the role, and the person, app or member that has it."""

    role: Role
    id: UUID | None = None


@dataclass(frozen=True)
class Passed:
    """A check that the actor passed: the right, the place, and the parties to the row."""

    right: Right
    cooperative_id: UUID | None
    municipality_id: UUID | None
    own: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The actor: a person, an app, or an app for a person; without any of them a visitor."""

    person_id: UUID | None = None
    app_id: UUID | None = None
    issuer: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    holdings: tuple[Holding, ...] = ()
    system: bool = False
    """The worker, running timers and deliveries for one cooperative."""
    nameless: bool = False
    """A person known by their token only, from a checkout."""
    passed: dict[Passed, None] | None = field(default=None, compare=False, repr=False)
    """The checks that were passed, in order; collected only under a request key, because a replay must pass them again.
    """

    @property
    def visitor(self) -> bool:
        return self.subject is None and self.app_id is None and not self.system

    @cached_property
    def roles(self) -> frozenset[Role]:
        held = {holding.role for holding in self.holdings}
        return frozenset(held | ({Role.VISITOR} if self.visitor else {Role.CUSTOMER if self.subject else Role.APP}))

    def member_ids(self) -> frozenset[UUID]:
        return frozenset(h.member_id for h in self.holdings if h.member_id is not None)

    def members_with(self, right: Right) -> tuple[UUID, ...]:
        """The members through whom the actor has a right on their own rows; former members only if they keep that
        right.
        """
        _, reaches = ACCESS[right]
        return tuple(h.member_id for h in self.holdings if h.member_id and Reach.OWN in reaches.get(h.role, ()))

    def members_at(self, cooperative_id: UUID) -> tuple[UUID, ...]:
        """The actor's members at a cooperative; usually one."""
        return tuple(h.member_id for h in self.holdings if h.cooperative_id == cooperative_id and h.member_id)

    def as_member(self, *member_ids: UUID | None) -> tuple[Party, ...]:
        """The parties that the actor is, as a present or former member among these."""
        return tuple(Party(h.role, h.member_id) for h in self.holdings if h.member_id and h.member_id in member_ids)

    def as_customer(self, person_id: UUID | None, app_id: UUID | None) -> tuple[Party, ...]:
        """The parties that the actor is to the orders of this person, or to orders through this app."""
        customer = self.person_id is not None and person_id == self.person_id
        app = self.app_id is not None and self.subject is None and app_id == self.app_id
        return (
            *((Party(Role.CUSTOMER, person_id),) if customer else ()),
            *((Party(Role.APP, app_id),) if app else ()),
        )

    def as_self(self) -> tuple[Party, ...]:
        """The party that a person is to their own data; empty for an app."""
        return (Party(Role.CUSTOMER),) if self.subject else ()

    @property
    def person(self) -> UUID:
        """The acting person, for acts of people only (sign, approve, decide). Raises Forbidden for anybody else."""
        if self.person_id is None:
            raise Forbidden
        return self.person_id

    def owns(self, person_id: UUID | None, app_id: UUID | None) -> bool:
        """Whether a row of this person or this app is the actor's; a person who uses an app does not own the app's
        rows.
        """
        if self.subject is not None:
            return person_id is not None and person_id == self.person_id
        return app_id is not None and app_id == self.app_id

    def cooperative_ids(self, *roles: Role) -> tuple[UUID, ...]:
        """The cooperatives where the actor holds one of these roles."""
        held = (h.cooperative_id for h in self.holdings if h.role in roles and h.cooperative_id is not None)
        return tuple(dict.fromkeys(held))

    def present_at(self) -> tuple[UUID, ...]:
        """The cooperatives where the actor takes part now; ended memberships and outside approvers do not count."""
        outside = (Role.FORMER_MEMBER, Role.APPROVER)
        return self.cooperative_ids(*(role for role in Role if role not in outside))

    def may(
        self,
        right: Right,
        cooperative_id: UUID | None = None,
        *,
        municipality_id: UUID | None = None,
        own: Iterable[Party] = (),
    ) -> bool:
        """Whether the actor has `right` there; `own` is the actor's parties to the row."""
        if self.system:
            return True
        scope, _ = ACCESS[right]
        if not self.visitor and scope not in self.scopes:
            return False
        own = tuple(own)
        allowed = self._reaches(right, cooperative_id, municipality_id, own)
        if allowed and self.passed is not None:
            self.passed[Passed(right, cooperative_id, municipality_id, own)] = None
        return allowed

    def _reaches(
        self, right: Right, cooperative_id: UUID | None, municipality_id: UUID | None, own: Iterable[Party]
    ) -> bool:
        """Whether a role of the actor carries `right` that far, regardless of the token's scopes."""
        _, reaches = ACCESS[right]
        for party in own if not self.visitor else ():
            if Reach.OWN in reaches.get(party.role, ()):
                return True
        if any(Reach.ANYONE in reaches.get(role, ()) for role in self.roles):
            return True
        for holding in self.holdings:
            reach = reaches.get(holding.role, set())
            at_cooperative = cooperative_id is not None and holding.cooperative_id == cooperative_id
            at_municipality = municipality_id is not None and holding.municipality_id == municipality_id
            if (
                (Reach.COOPERATIVE in reach and at_cooperative)
                or (Reach.MUNICIPALITY in reach and at_municipality)
                or (Reach.NETWORK in reach and holding.role is Role.NETWORK)
            ):
                return True
        return False

    def require(
        self,
        right: Right,
        cooperative_id: UUID | None = None,
        *,
        municipality_id: UUID | None = None,
        own: Iterable[Party] = (),
    ) -> None:
        """Checks a right. Raises NotFound for an outsider, Forbidden for an insider, Unauthenticated for a visitor.

        The missing scope is named only to insiders, and to callers that lack nothing but the scope: anybody else would
        learn from it that the row exists.
        """
        own = tuple(own)
        if self.may(right, cooperative_id, municipality_id=municipality_id, own=own):
            return
        if self.visitor:
            raise Unauthenticated
        scope, _ = ACCESS[right]
        places = {holding.cooperative_id for holding in self.holdings if holding.cooperative_id}
        inside = bool(own) or cooperative_id is None or cooperative_id in places
        if scope not in self.scopes and (inside or self._reaches(right, cooperative_id, municipality_id, own)):
            people = {"how": "for_people"} if self.subject is None and scope not in SELLABLE_SCOPES else {}
            raise ScopeMissing(scope=scope, **people)
        app = {"how": "app"} if self.subject is None else {}
        raise Forbidden(right=right, **app) if inside else NotFound

    def require_again(self, passed: Iterable[Passed]) -> None:
        """Checks again what was passed before, with the actor's present roles. Raises as `require` does."""
        for one in passed:
            own = tuple(now for party in one.own for now in self._still(party))
            self.require(one.right, one.cooperative_id, municipality_id=one.municipality_id, own=own)

    def _still(self, party: Party) -> tuple[Party, ...]:
        """The actor's present parties through the same person, app or member."""
        if party.id is None:
            return self.as_self() if party.role is Role.CUSTOMER else ()
        return (*self.as_customer(party.id, party.id), *self.as_member(party.id))


NOBODY = Actor()
