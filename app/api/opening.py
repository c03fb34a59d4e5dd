"""REST: opening balances of a cooperative that runs already."""

from datetime import date
from uuid import UUID

from app.api.deps import KeyedDep, noun
from app.api.models import BalanceIn, Day, Flag, In, Money, Month, Out, money
from app.domain.ledger import AccountKind
from app.domain.opening import Opening, OpeningAccount, OpeningPot, OpeningTotal
from app.usecases.opening import open_books, try_opening
from app.vocabulary import MoneyIn

router = noun("ledger")


class OpeningAccountIn(In):
    """What stands on an account: what the cooperative has, or what it owes or keeps, as people say it."""

    kind: AccountKind
    amount: BalanceIn


class OpeningPotIn(In):
    member_id: UUID
    month: Month
    amount: MoneyIn


class OpeningTotalIn(In):
    """What a member kept in a month before remittance; without a member: what came to the cooperative fund."""

    month: Month
    amount: MoneyIn
    member_id: UUID | None = None


class OpeningIn(In):
    as_of: Day
    accounts: list[OpeningAccountIn]
    pots: list[OpeningPotIn] = []
    totals: list[OpeningTotalIn] = []
    dry_run: Flag = False


class OpeningOut(Out):
    """`journalId` is null after a dry run."""

    owned: Money = money("owned_cents")
    owed: Money = money("owed_cents")
    pots: Money = money("pots_cents")
    members: int
    totals: Money = money("totals_cents")
    journal_id: UUID | None


@router.post("/cooperatives/{cooperative_id}/opening-balances", status_code=201)
async def opening(cooperative_id: UUID, body: OpeningIn, keyed: KeyedDep) -> OpeningOut:
    """Begin the books in the middle of a year; with `dryRun` only look whether it would be right. For the treasurer."""
    run, once = keyed
    given = Opening(
        body.as_of,
        tuple(OpeningAccount(account.kind, account.amount.cents) for account in body.accounts),
        tuple(OpeningPot(pot.member_id, _first(pot.month), pot.amount.cents) for pot in body.pots),
        tuple(OpeningTotal(_first(total.month), total.amount.cents, total.member_id) for total in body.totals),
    )
    if body.dry_run:
        return OpeningOut.model_validate(await run(try_opening, cooperative_id=cooperative_id, opening=given))
    return OpeningOut.model_validate(await once(open_books, cooperative_id=cooperative_id, opening=given))


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
