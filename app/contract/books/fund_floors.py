"""Floors of the fund."""

from datetime import date, datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, shape
from app.contract.transitions import Step, steps
from app.domain.books import fund_floors as domain
from app.domain.books.fund_floors import FUND_FLOOR, FundFloorState
from app.ids import CooperativeId, FundFloorId
from app.usecases.books import fund_floors as usecases


@shape(domain.FundFloor)
class FundFloor:
    """How low people may bring the fund of a cooperative, until a day. Without one it is 0.00."""

    id: FundFloorId
    cooperative_id: CooperativeId
    """The cooperative of the fund."""
    floor: Money
    """The least that people may leave in the fund; it may be below zero."""
    until: date
    """The last day on which it holds."""
    reason: str
    """The reason."""
    state: FundFloorState
    proposed_at: datetime
    """When the treasurer proposed it."""
    confirmed_at: datetime | None
    """When a second person confirmed it."""
    version: int
    available_transitions: list[Step] = steps("FundFloorTransition", FUND_FLOOR)


OF_ONE = "/cooperatives/{cooperative_id}/fund-floors"
ONE = "/fund-floors/{fund_floor_id}"
fund_floors = Noun("fund_floors")
fund_floors.get(OF_ONE, usecases.list_fund_floors, FundFloor)
fund_floors.post(OF_ONE, usecases.propose_fund_floor, FundFloor, key=Key.KEPT, opens="/fund-floors")
fund_floors.get(ONE, usecases.get_fund_floor, FundFloor)
fund_floors.move(f"{ONE}/transitions", usecases.move_fund_floor, FundFloor, key=Key.KEPT)
