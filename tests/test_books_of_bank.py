"""`check-books` finds every inserted error about what is at the bank."""

import pytest

from tests.bank_files import detail, entry
from tests.scenarios.quirks import books
from tests.test_books import caught
from tests.world import World

PLANTED = {
    "a line": "update bank_line set cents = cents + 1",
    "a line less": "delete from bank_line where day > '2026-02-01'",
    "another account": "update bank_line set iban = 'NL58XXXB0000008888'",
    "the closing balance": "update bank_statement set closing_cents = closing_cents + 1",
    "the opening balance": "update bank_statement set opening_cents = opening_cents + 1",
    "the books": "update entry set cents = cents + 1 where rule = 'bank_line' and cents < -1",
    "the account in the books": "update account set party = 'x' || party where kind = 'bank' and party is not null",
    "a closed month": "update journal set effective_on = '2026-02-03' where kind = 'bank_line'",
    "a line of a closed month": "update bank_line set day = '2026-02-03' where day < '2026-02-01'",
    "a journal": "update journal set source_id = uuidv7() where kind = 'bank_line'",
}


@pytest.fixture(scope="module")
async def stated(world: World) -> None:
    """A cooperative with a closed month, and lines of this one."""
    with world.clock.at("2026-02-20"):
        made = await books(world, "large", "small")
        early = entry("60.50", detail("60.50", made.text("small")), day="<Dt>2026-01-30</Dt>")
        await made.bring(early, day="2026-01-30")
        late = entry("242.00", detail("242.00", made.text("large")), day="<Dt>2026-02-02</Dt>")
        await made.bring(late, day="2026-02-02")
        await made.seller.treasurer("POST", f"/v1/cooperatives/{made.seller.id}/periods", {"month": "2026-01"})
        await world.guard()


@pytest.mark.usefixtures("stated")
@pytest.mark.parametrize("case", PLANTED)
async def test_planted_errors_of_the_bank_are_caught(database_url: str, case: str) -> None:
    assert "I23" in await caught(database_url, [PLANTED[case]])
