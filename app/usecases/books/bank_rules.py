"""Standing rules: which bank lines are always the same cost or income of the fund."""

from typing import Annotated

from app.db.books.bank_rules import bank_rules
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_matches import BankCategory
from app.domain.books.bank_rules import BankRule, check_rule, ended
from app.domain.page import Page, PageRequest
from app.ids import BankRuleId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.bank_accounts import Iban
from app.vocabulary import Doc, Text

CounterpartyIban = Annotated[Iban, Doc("The IBAN of the other party; without it, any.")]
LineText = Annotated[
    str, Text(3, 120), Doc("What stands in the text of the line, in capitals or not; without it, any.")
]


async def add_bank_rule(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    category: BankCategory,
    iban: CounterpartyIban | None = None,
    text: LineText | None = None,
) -> BankRule:
    """Add a standing rule: new bank lines with this IBAN, and with this text, are a cost or an income of the fund.

    Lines that name an order or a payment go there all the same. For the treasurer. Raises RuleRefused without an
    account and a text.
    """
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.PLACE_LINE, cooperative_id)
    rule = BankRule(
        id=uuid7(),
        cooperative_id=cooperative_id,
        category=category,
        added_by=actor.person,
        added_at=tx.now,
        iban=iban,
        text=text,
    )
    await bank_rules.add(tx, check_rule(rule))
    return rule


async def end_bank_rule(tx: Tx, actor: Actor, *, rule_id: BankRuleId) -> BankRule:
    """End a standing rule: what it placed stays. For the treasurer. Raises AlreadySettled."""
    seen = await bank_rules.get(tx, rule_id)
    actor.require(Right.PLACE_LINE, seen.cooperative_id)
    return await bank_rules.save(tx, ended(await bank_rules.get(tx, rule_id, lock=True), tx.now))


@shows_private
async def list_bank_rules(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[BankRule]:
    """The standing rules for bank lines, newest first, and those that ended. For the treasurer."""
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.READ_BANK, cooperative_id)
    return await bank_rules.page(tx, page, cooperative_id=cooperative_id)


@shows_private
@reads_by_id(bank_rules)
async def get_bank_rule(tx: Tx, actor: Actor, *, rule_id: BankRuleId) -> BankRule:
    """One standing rule. For the treasurer. Raises NotFound."""
    rule = await bank_rules.get(tx, rule_id)
    actor.require(Right.READ_BANK, rule.cooperative_id)
    return rule
