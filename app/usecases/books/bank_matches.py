"""Bank lines are placed by hand, in parts; and where what is left of one might go."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.db.books.bank_matches import bank_matches
from app.db.books.bank_statements import bank_lines
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_matches import BankCategory, BankMatch, check_parts
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import MatchRule, Part, Suggestion, What, suggest
from app.domain.creditors import CreditorKind
from app.domain.errors import RuleRefused
from app.ids import BankLineId, JournalId, OrderId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.creditors import CreditorInput
from app.usecases.shared.match_lines import open_for, tell_open_lines
from app.usecases.shared.place_line import Placing, place_parts
from app.vocabulary import Balance, Doc, Flag, Form

MOST_PARTS = 100


class MatchPart(Form):
    """A part of a bank line, and its only place."""

    amount: Annotated[
        Balance | None,
        Doc("The amount of the part, above zero if it came in; without it, all that is left of the line."),
    ] = None
    order_id: Annotated[OrderId | None, Doc("The order whose customer pays, or gets money back.")] = None
    creditor: Annotated[
        CreditorInput | None, Doc("The creditor who is paid or, by money that comes in, pays something back.")
    ] = None
    category: Annotated[BankCategory | None, Doc("The cost or the income of the cooperative's fund.")] = None
    cash: Annotated[Flag, Doc("Whether it is cash that was brought to the bank, or taken from it.")] = False
    item_id: Annotated[
        JournalId | None, Doc("The journal that recorded it before the bank did: its amount is in transit.")
    ] = None
    own_account: Annotated[
        Flag, Doc("Whether it is money to another account of the cooperative, whose line is still to come.")
    ] = False
    other_line_id: Annotated[BankLineId | None, Doc("Another bank line, whose amount has the other sign.")] = None

    def part(self, left_cents: int) -> Part:
        """The part as the domain's type. Raises RuleRefused unless it names one place."""
        creditor = self.creditor.creditor if self.creditor else None
        of_customer = creditor is not None and creditor.kind is CreditorKind.CUSTOMER
        targets = {
            What.ORDER: creditor.id if creditor and of_customer and not self.order_id else self.order_id,
            What.CREDITOR: creditor.id if creditor and (self.order_id or not of_customer) else None,
            What.ITEM: self.item_id,
            What.LINE: self.other_line_id,
        }
        named = {what: target for what, target in targets.items() if target is not None}
        places = [*named, *([What.CATEGORY] if self.category else []), *([What.CASH] if self.cash else [])]
        places += [What.ITEM] if self.own_account else []
        if len(places) != 1:
            raise RuleRefused(rule="one_place", value=", ".join(places))
        return Part(
            cents=left_cents if self.amount is None else self.amount.cents,
            what=places[0],
            target_id=named.get(places[0]),
            creditor_kind=creditor.kind if creditor and not of_customer else None,
            category=self.category,
        )


MatchParts = Annotated[
    list[MatchPart],
    Field(min_length=1, max_length=MOST_PARTS),
    Doc("The parts, each with one place; what they leave of the line stays open."),
]


async def match_line(tx: Tx, actor: Actor, *, line_id: BankLineId, parts: MatchParts) -> list[BankMatch]:
    """Place a bank line, or parts of it, by hand. For the treasurer. A mistake is undone by reversing the journal.

    Money for an order is a payment of it; money that goes back is a repayment. An amount that was recorded before its
    line came is in transit, and the line brings it.

    Raises NotFound, AlreadySettled for a line that is placed, MoreThanLeft, RuleRefused, NothingOwed,
    SecondPersonNeeded for the buyer and the makers of an order.
    """
    seen = await bank_lines.get(tx, line_id)
    actor.require(Right.PLACE_LINE, seen.cooperative_id)
    line = await _alone(tx, seen)
    wanted = _amounts(line, parts)
    check_parts(line, wanted)
    made = await place_parts(tx, Placing(actor=actor, line=line, rule=MatchRule.BY_HAND), wanted)
    if line.parked_reason is not None:
        await bank_lines.save(tx, line.unparked)
    await tell_open_lines(tx, line.cooperative_id)
    return await bank_matches.all(tx, id=tuple(made))


@shows_private
@reads_by_id(bank_lines, (bank_matches, "line_id"))
async def list_bank_matches(tx: Tx, actor: Actor, *, line_id: BankLineId) -> list[BankMatch]:
    """The parts of a bank line that have, or had, a place; oldest first. For the treasurer."""
    line = await bank_lines.get(tx, line_id)
    actor.require(Right.READ_BANK, line.cooperative_id)
    return await bank_matches.all(tx, line_id=line_id)


@shows_private
async def list_match_suggestions(tx: Tx, actor: Actor, *, line_id: BankLineId) -> list[Suggestion]:
    """Where what is left of a bank line might go, the likeliest first; at most ten. For the treasurer.

    It goes nowhere by itself: a match takes the parts of one.
    """
    line = await bank_lines.get(tx, line_id)
    actor.require(Right.READ_BANK, line.cooperative_id)
    if not line.left_cents:
        return []
    return suggest(line, await open_for(tx, line.cooperative_id, [line], by_amount=True), uuid7)


async def _alone(tx: Tx, seen: BankLine) -> BankLine:
    """The line as it is now; nobody else matches in these books until the transaction ends."""
    await cooperatives.plain.get(tx, seen.cooperative_id, lock=True)
    return await bank_lines.get(tx, seen.id, lock=True)


def _amounts(line: BankLine, parts: Sequence[MatchPart]) -> list[Part]:
    """The parts; one without an amount gets what the others leave. Raises RuleRefused if several have none."""
    without = [part for part in parts if part.amount is None]
    if len(without) > 1:
        raise RuleRefused(rule="amount_needed", value=str(line.id))
    left = line.left_cents - sum(part.amount.cents for part in parts if part.amount is not None)
    return [part.part(left) for part in parts]
