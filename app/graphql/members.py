"""GraphQL: members and their thermometer."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

import strawberry

from app.adapters.drawings import thermometer_svg
from app.adapters.messages import explain
from app.domain import members as domain
from app.domain.members import MEMBERSHIP, Destination, MemberState
from app.domain.thermometer import Thermometer as DomainThermometer
from app.domain.transitions import available
from app.graphql.context import Context, Info
from app.graphql.types import (
    AvailableTransitionType,
    Connection,
    Money,
    MoneyInput,
    Node,
    changed,
    page_of,
    show,
    stated,
)
from app.usecases.members import (
    change_member,
    get_member,
    get_thermometer,
    list_member_events,
    list_members,
    move_member,
    refer_member,
    register_member,
    set_goal,
)

strawberry.enum(MemberState)
strawberry.enum(Destination)


@strawberry.enum
class MemberVerb(Enum):
    TAKE_IN = "take_in"
    START_TRIAL = "start_trial"
    ADMIT = "admit"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXIT = "exit"
    PAUSE = "pause"
    RESUME = "resume"


@strawberry.enum
class PotKind(Enum):
    POT = "pot"
    COLLECTIVE = "collective"


@strawberry.type
class Member(Node):
    cooperative_id: UUID
    name: str
    trade_name: str
    person_id: UUID | None
    state: MemberState
    goal_text: str | None
    goal: Money | None
    trial_until: date | None
    exited_on: date | None
    destination: Destination | None
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, member: domain.Member, context: Context) -> "Member":
        actor = context.actor
        found = available(
            MEMBERSHIP,
            member,
            lambda right: actor.may(right, member.cooperative_id, own=actor.as_member(member.id)),
        )
        return show(cls, member, available_transitions=AvailableTransitionType.all_of(found))


@strawberry.type
class MemberEvent:
    id: UUID
    verb: str
    state: MemberState
    at: datetime
    person_id: UUID | None
    app_id: UUID | None
    note: str


@strawberry.type
class Movement:
    journal_id: UUID
    line: int
    journal_kind: str
    effective_on: date
    booked_at: datetime
    amount: Money
    balance_after: Money
    order_reference: str | None
    title: str | None
    reason: str


@strawberry.type(description="How full a member's savings pot is, and why.")
class Thermometer:
    member_id: UUID
    cooperative_id: UUID
    name: str
    kind: PotKind
    balance: Money
    reserved: Money
    pending: Money
    held: Money
    year: int
    year_total: Money
    threshold: Money | None
    room_left: Money | None
    goal_text: str | None
    goal: Money | None
    movements: list[Movement]
    svg: str

    @classmethod
    def of(cls, found: DomainThermometer, language: str) -> "Thermometer":
        movements = [
            show(Movement, m, amount=Money.of(m.cents), reason=explain(m.rule, m.facts, language))
            for m in found.movements
        ]
        kind, svg = PotKind(found.kind), thermometer_svg(found, language)
        return show(cls, found, kind=kind, movements=movements, svg=svg)


@strawberry.type
class MemberQuery:
    @strawberry.field(description="The members of a cooperative, for its staff.")
    async def members(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Member]:
        page = page_of(first, after)
        found = await info.context.run(list_members, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: Member.of(row, info.context), page)

    @strawberry.field(description="One member, for the staff and the member.")
    async def member(self, info: Info, id: UUID) -> Member:
        return Member.of(await info.context.run(get_member, member_id=id), info.context)

    @strawberry.field(description="What happened to a membership, oldest first.")
    async def member_events(self, info: Info, member_id: UUID) -> list[MemberEvent]:
        found = await info.context.run(list_member_events, member_id=member_id)
        return [show(MemberEvent, event) for event in found]

    @strawberry.field(description="How full the savings pot is and why: every line with its reason.")
    async def thermometer(self, info: Info, member_id: UUID, movements: int = 20) -> Thermometer:
        found = await info.context.run(get_thermometer, member_id=member_id, movements=movements)
        return Thermometer.of(found, info.context.language)


@strawberry.type
class MemberMutation:
    @strawberry.mutation(description="Register a member, or a candidate.")
    async def register_member(
        self,
        info: Info,
        cooperative_id: UUID,
        name: str,
        trade_name: str,
        person_id: UUID | None = None,
        candidate: bool = False,
    ) -> Member:
        found = await info.context.run(
            register_member,
            cooperative_id=cooperative_id,
            name=name,
            trade_name=trade_name,
            person_id=person_id,
            candidate=candidate,
        )
        return Member.of(found, info.context)

    @strawberry.mutation(description="Refer somebody to a cooperative, for a case manager of its municipality.")
    async def refer_member(
        self, info: Info, cooperative_id: UUID, name: str, trade_name: str, note: str = ""
    ) -> Member:
        found = await info.context.run(
            refer_member, cooperative_id=cooperative_id, name=name, trade_name=trade_name, note=note
        )
        return Member.of(found, info.context)

    @strawberry.mutation(description="Change what is named; what is left out stays as it is.")
    async def change_member(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        name: str | None = strawberry.UNSET,
        trade_name: str | None = strawberry.UNSET,
        person_id: UUID | None = strawberry.UNSET,
    ) -> Member:
        changes = changed(("person_id",), name=name, trade_name=trade_name, person_id=person_id)
        found = await info.context.run(change_member, member_id=id, expected_version=expected_version, changes=changes)
        return Member.of(found, info.context)

    @strawberry.mutation(description="Take in, start a trial, admit, reject, withdraw, pause, resume or exit.")
    async def move_member(
        self,
        info: Info,
        id: UUID,
        verb: MemberVerb,
        destination: Destination | None = None,
        note: str = "",
        expected_version: int | None = None,
    ) -> Member:
        found = await info.context.run(
            move_member,
            member_id=id,
            verb=verb.value,
            destination=destination,
            note=note,
            expected_version=expected_version,
        )
        return Member.of(found, info.context)

    @strawberry.mutation(description="What the member saves for; null takes the goal away.")
    async def set_goal(
        self,
        info: Info,
        member_id: UUID,
        expected_version: int,
        text: str | None = strawberry.UNSET,
        amount: MoneyInput | None = strawberry.UNSET,
    ) -> Member:
        wanted, price = stated("text", text), stated("amount", amount)
        cents = price.cents if price else None
        found = await info.context.run(
            set_goal, member_id=member_id, text=wanted, cents=cents or None, expected_version=expected_version
        )
        return Member.of(found, info.context)
