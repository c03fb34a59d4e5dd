"""Standing rules for bank lines."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain.books import bank_rules as domain
from app.ids import BankRuleId, CooperativeId, PersonId
from app.usecases.books.bank_rules import add_bank_rule, end_bank_rule, get_bank_rule, list_bank_rules


@shape(domain.BankRule)
class BankRule:
    """A standing rule: new bank lines that fit it are a cost or an income of the cooperative's fund."""

    id: BankRuleId
    cooperative_id: CooperativeId
    """The cooperative whose bank lines it places."""
    iban: str | None
    """The IBAN of the other party; null: any."""
    text: str | None
    """What stands in the text of the line; null: any."""
    category: str
    """The cost or the income."""
    added_by: PersonId
    """Who added it."""
    added_at: datetime
    """When it was added."""
    ended_at: datetime | None
    """From when on it places no line any more."""
    version: int


OF_ONE = "/cooperatives/{cooperative_id}/bank-rules"
ONE = "/bank-rules/{rule_id}"
bank_rules = Noun("bank_rules")
bank_rules.get(OF_ONE, list_bank_rules, BankRule)
bank_rules.post(OF_ONE, add_bank_rule, BankRule, opens="/bank-rules")
bank_rules.get(ONE, get_bank_rule, BankRule)
bank_rules.delete(ONE, end_bank_rule, BankRule)
