"""Bank accounts of cooperatives."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.contract.transitions import Step, steps
from app.domain.people import bank_accounts as domain
from app.domain.people.bank_accounts import BANK_ACCOUNT, BankAccountState
from app.ids import BankAccountId, CooperativeId
from app.usecases.people import bank_accounts as usecases


@shape(domain.BankAccount)
class BankAccount:
    """A bank account of a cooperative. Once confirmed, invoices show the one that customers pay to."""

    id: BankAccountId
    cooperative_id: CooperativeId
    iban: str
    """The IBAN, in capitals without blanks."""
    name: str
    """The holder of the account."""
    for_customers: bool
    """Whether customers pay to it, once it is confirmed."""
    state: BankAccountState
    proposed_at: datetime
    """When the treasurer proposed it."""
    confirmed_at: datetime | None
    """When a second person confirmed it."""
    version: int
    available_transitions: list[Step] = steps("BankAccountTransition", BANK_ACCOUNT)


OF_ONE = "/cooperatives/{cooperative_id}/bank-accounts"
ONE = "/bank-accounts/{bank_account_id}"
bank_accounts = Noun("bank_accounts")
bank_accounts.get(OF_ONE, usecases.list_bank_accounts, BankAccount)
bank_accounts.post(OF_ONE, usecases.propose_bank_account, BankAccount, key=Key.KEPT, opens="/bank-accounts")
bank_accounts.get(ONE, usecases.get_bank_account, BankAccount)
bank_accounts.move(f"{ONE}/transitions", usecases.move_bank_account, BankAccount, key=Key.KEPT)
