"""Restricted funds, barter in minutes, deliveries within one legal entity."""

from datetime import date, datetime

from app.contract.books import Journal
from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain import barters, deliveries
from app.domain import funds as domain
from app.domain.barters import BARTER, BarterState
from app.domain.deliveries import DELIVERY, DeliveryState
from app.ids import BarterId, CooperativeId, DeliveryId, FundId, MemberId
from app.usecases.barters import answer_barter, get_minutes, list_barters, propose_barter
from app.usecases.deliveries import answer_delivery, list_deliveries, propose_delivery
from app.usecases.funds import add_fund, donate, get_fund, list_funds, spend_fund


@shape(domain.Fund)
class RestrictedFund:
    """Money that may be spent on named purposes only."""

    id: FundId
    cooperative_id: CooperativeId
    """The cooperative that keeps it."""
    title: str
    """What it is called."""
    purposes: list[str]
    """What it may be spent on."""
    balance: Money
    """What stands in it."""
    version: int


@shape(barters.Trade)
class Barter:
    """Work that one member did for another; minutes, no euro."""

    id: BarterId
    cooperative_id: CooperativeId
    """The cooperative of both."""
    giver_id: MemberId
    """Who worked."""
    receiver_id: MemberId
    """Who it was done for."""
    minutes: int
    """How long it took."""
    title: str
    """What was done."""
    proposed_at: datetime
    """When it was proposed."""
    state: BarterState
    version: int
    available_transitions: list[Step] = steps("BarterTransition", BARTER)


@shape(barters.MemberMinutes)
class MemberMinutes:
    """The minutes that a member has to spend."""

    member_id: MemberId
    """Whose they are."""
    minutes: int
    """How many; below zero the member owes them."""


@shape(deliveries.Delivery)
class InternalDelivery:
    """What one cooperative delivered to another of the same legal entity: no VAT, no invoice."""

    id: DeliveryId
    from_cooperative_id: CooperativeId
    """The cooperative that delivered."""
    to_cooperative_id: CooperativeId
    """The cooperative that received."""
    amount: Money = cents("cents")
    """What it is worth."""
    title: str
    """What was delivered."""
    delivered_on: date
    """The day of the delivery."""
    state: DeliveryState
    version: int
    available_transitions: list[Step] = steps("InternalDeliveryTransition", DELIVERY)


THERE = "/cooperatives/{cooperative_id}"
funds = Noun("funds")
funds.get(f"{THERE}/funds", list_funds, RestrictedFund)
funds.post(f"{THERE}/funds", add_fund, RestrictedFund, opens="/funds")
funds.get("/funds/{fund_id}", get_fund, RestrictedFund)
funds.post("/funds/{fund_id}/donations", donate, Journal)
funds.post("/funds/{fund_id}/expenses", spend_fund, Journal)
funds.get(f"{THERE}/barters", list_barters, Barter)
funds.post(f"{THERE}/barters", propose_barter, Barter)
funds.move("/barters/{barter_id}/transitions", answer_barter, Barter)
funds.get("/members/{member_id}/minutes", get_minutes, MemberMinutes)
funds.get(f"{THERE}/internal-deliveries", list_deliveries, InternalDelivery, field="internal_deliveries")
funds.post(f"{THERE}/internal-deliveries", propose_delivery, InternalDelivery)
funds.move("/internal-deliveries/{delivery_id}/transitions", answer_delivery, InternalDelivery)
