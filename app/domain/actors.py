"""Who acts: what a token says of them, the roles they hold, and what these let them do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from app.domain.access import ACCESS, SELLABLE_SCOPES, Reach, Right, Role
from app.domain.errors import Forbidden, NotFound, ScopeMissing, Unauthenticated


@dataclass(frozen=True)
class Identity:
    """What a checked token says: issuer and subject of a person, client_id of an app, scopes."""

    issuer: str | None = None
    subject: str | None = None
    client_id: str | None = None
    scopes: frozenset[str] = frozenset()
    rate: str = "standard"


VISITOR = Identity()


@dataclass(frozen=True)
class Holding:
    """A role that somebody holds, at a cooperative, a municipality or (neither) in the network."""

    role: Role
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None
    member_id: UUID | None = None


class Party(NamedTuple):
    """What somebody is to one row: the role, and the person, app or member through whom they have it."""

    role: Role
    id: UUID | None = None


@dataclass(frozen=True)
class Passed:
    """A check that somebody passed: the right, where, and as which parties to the row."""

    right: Right
    cooperative_id: UUID | None
    municipality_id: UUID | None
    own: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a person, an app, or an app for a person; nobody at all is a visitor."""

    person_id: UUID | None = None
    app_id: UUID | None = None
    issuer: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    holdings: tuple[Holding, ...] = ()
    system: bool = False
    """The worker at its timers and deliveries, for one cooperative."""
    nameless: bool = False
    """A person who is known by their token only, from a checkout."""
    passed: dict[Passed, None] | None = field(default=None, compare=False, repr=False)
    """The checks that were passed, in their order; collected under a request key only, for its repeats."""

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
        """The members through whom the actor has a right on what is their own; former ones only if they keep it."""
        _, reaches = ACCESS[right]
        return tuple(h.member_id for h in self.holdings if h.member_id and Reach.OWN in reaches.get(h.role, ()))

    def members_at(self, cooperative_id: UUID) -> tuple[UUID, ...]:
        """The members of a cooperative that the actor is; one in most cases."""
        return tuple(h.member_id for h in self.holdings if h.cooperative_id == cooperative_id and h.member_id)

    def as_member(self, *member_ids: UUID | None) -> tuple[Party, ...]:
        """What the actor is to a row by being, or having been, one of these members."""
        return tuple(Party(h.role, h.member_id) for h in self.holdings if h.member_id and h.member_id in member_ids)

    def as_customer(self, person_id: UUID | None, app_id: UUID | None) -> tuple[Party, ...]:
        """What the actor is to what this person ordered, or ordered through this app."""
        customer = self.person_id is not None and person_id == self.person_id
        app = self.app_id is not None and self.subject is None and app_id == self.app_id
        return (
            *((Party(Role.CUSTOMER, person_id),) if customer else ()),
            *((Party(Role.APP, app_id),) if app else ()),
        )

    def as_self(self) -> tuple[Party, ...]:
        """What a person is to what is about themselves; nothing for an app."""
        return (Party(Role.CUSTOMER),) if self.subject else ()

    @property
    def person(self) -> UUID:
        """The person who acts, for what only people do (sign, approve, decide). Raises Forbidden for anybody else."""
        if self.person_id is None:
            raise Forbidden
        return self.person_id

    def owns(self, person_id: UUID | None, app_id: UUID | None) -> bool:
        """Whether a row of this person or this app is the actor's; who comes through an app is not the app."""
        if self.subject is not None:
            return person_id is not None and person_id == self.person_id
        return app_id is not None and app_id == self.app_id

    def cooperative_ids(self, *roles: Role) -> tuple[UUID, ...]:
        """The cooperatives where one of these roles is held."""
        held = (h.cooperative_id for h in self.holdings if h.role in roles and h.cooperative_id is not None)
        return tuple(dict.fromkeys(held))

    def present_at(self) -> tuple[UUID, ...]:
        """The cooperatives where the actor holds anything now; a membership that ended is nothing."""
        return self.cooperative_ids(*(role for role in Role if role is not Role.FORMER_MEMBER))

    def may(
        self,
        right: Right,
        cooperative_id: UUID | None = None,
        *,
        municipality_id: UUID | None = None,
        own: Iterable[Party] = (),
    ) -> bool:
        """Whether the actor has `right` there; `own` is what it is to the row."""
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
        """Whether a role of the actor carries `right` that far, whatever the scopes of its token are."""
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
        """Pass, or raise: NotFound to an outsider, Forbidden to an insider, Unauthenticated to a visitor.

        Which scope is missing is told to who has the right but for that scope, and to insiders: to anybody else it
        would tell that the row is there.
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
        """Pass what was passed before, as who the actor is now. Raises as `require` does."""
        for one in passed:
            own = tuple(now for party in one.own for now in self._still(party))
            self.require(one.right, one.cooperative_id, municipality_id=one.municipality_id, own=own)

    def _still(self, party: Party) -> tuple[Party, ...]:
        """What the actor is now through the same person, app or member."""
        if party.id is None:
            return self.as_self() if party.role is Role.CUSTOMER else ()
        return (*self.as_customer(party.id, party.id), *self.as_member(party.id))


NOBODY = Actor()
