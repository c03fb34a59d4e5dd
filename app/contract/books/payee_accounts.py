"""Bank accounts of creditors."""

from datetime import datetime

from app.contract.creditors import Creditor
from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.contract.transitions import Step, steps
from app.domain.books import payee_accounts as domain
from app.domain.books.payee_accounts import PAYEE_ACCOUNT, PayeeAccountState
from app.ids import CooperativeId, PayeeAccountId
from app.usecases.books import payee_accounts as usecases


@shape(domain.PayeeAccount)
class PayeeAccount:
    """The bank account of a creditor. The cooperative pays to it once a second person has confirmed it."""

    id: PayeeAccountId
    cooperative_id: CooperativeId
    """The cooperative that pays."""
    creditor: Creditor
    """Whom it pays."""
    iban: str | None
    """The IBAN, in capitals without blanks; null once the member was erased."""
    name: str | None
    """The holder of the account; null once the member was erased."""
    state: PayeeAccountState
    proposed_at: datetime
    """When it was proposed."""
    confirmed_at: datetime | None
    """When a second person confirmed it."""
    version: int
    available_transitions: list[Step] = steps("PayeeAccountTransition", PAYEE_ACCOUNT)


OF_ONE = "/cooperatives/{cooperative_id}/payee-accounts"
ONE = "/payee-accounts/{payee_account_id}"
payee_accounts = Noun("payee_accounts")
payee_accounts.get(OF_ONE, usecases.list_payee_accounts, PayeeAccount)
# A stored answer would tell a member's account, which is sealed.
payee_accounts.post(OF_ONE, usecases.propose_payee_account, PayeeAccount, key=Key.REFUSED, opens="/payee-accounts")
payee_accounts.get(ONE, usecases.get_payee_account, PayeeAccount)
payee_accounts.move(f"{ONE}/transitions", usecases.move_payee_account, PayeeAccount, key=Key.REFUSED)
