"""Lines of a bank statement, straight into the books: for tests of what happens to lines that are there."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from app.db import ledger
from app.db.books.bank_statements import (
    bank_lines,
    bank_statements,
    begin_statements,
    moment_of_taking,
    statements_from,
)
from app.db.engine import Tx, uuid7
from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.books.bank_statements import BankLine, BankStatement, StatementSource
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.usecases.shared.match_lines import match_new_lines
from tests.world import IBAN, Json, Seller, World

numbers = count()


async def came(world: World, seller: Seller, *lines: tuple[str, str], iban: str = IBAN, **more: Any) -> list[str]:
    """Lines of a statement of today, each an amount and a text; returns their ids."""
    async with world.books.transaction(world.clock()) as tx:
        day = date.fromisoformat(more.pop("day", tx.today.isoformat()))
        if await statements_from(tx, UUID(seller.id)) is None:
            await begin_statements(tx, UUID(seller.id), date(2026, 1, 1))
        treasurer = await _treasurer(tx, seller)
        said = "select coalesce(sum(cents), 0)::bigint from bank_line where cooperative_id = $1 and iban = $2"
        opening = await tx.value(said, UUID(seller.id), iban)
        statement = BankStatement(
            id=uuid7(),
            cooperative_id=UUID(seller.id),
            iban=iban,
            number=str(next(numbers)),
            first_on=day,
            last_on=day,
            opening_cents=opening,
            closing_cents=opening + sum(round(float(amount) * 100) for amount, _ in lines),
            source=StatementSource.FILE,
            entered_by=treasurer,
            entered_at=tx.now,
            taken_at=await moment_of_taking(tx, UUID(seller.id), iban),
        )
        await bank_statements.add(tx, statement)
        made = []
        for amount, text in lines:
            line = BankLine(
                id=uuid7(),
                cooperative_id=UUID(seller.id),
                statement_id=statement.id,
                iban=iban,
                day=day,
                cents=round(float(amount) * 100),
                identity=f"ref {next(numbers)}",
                place=1,
                text=text,
                left_cents=round(float(amount) * 100),
                **more,
            )
            await bank_lines.add(tx, line)
            await ledger.post(tx, line_posting(line))
            made.append(str(line.id))
        return made


def line_posting(line: BankLine) -> Posting:
    """The journal of a line."""
    bank = Leg(kind=AccountKind.BANK, cents=-line.cents, rule="match", facts={}, party=line.iban)
    waits = Leg(kind=AccountKind.SUSPENSE, cents=line.cents, rule="match", facts={}, party=str(line.id))
    return Posting(
        id=uuid7(),
        cooperative_id=line.cooperative_id,
        kind=JournalKind.BANK_LINE,
        source_type="bank_line",
        source_id=line.id,
        part=1,
        effective_on=line.day,
        legs=(bank, waits),
    )


async def matched(world: World, seller: Seller, *line_ids: str) -> None:
    """Matches new lines by the rules, as an import does."""
    async with world.books.transaction(world.clock()) as tx:
        treasurer = await _treasurer(tx, seller)
        lines = await bank_lines.all(tx, id=tuple(UUID(line) for line in line_ids))
        actor = Actor(person_id=treasurer, scopes=frozenset(Scope), holdings=(_office(seller),))
        await match_new_lines(tx, actor, UUID(seller.id), lines)


def _office(seller: Seller) -> Holding:
    return Holding(Role.TREASURER, cooperative_id=UUID(seller.id))


async def _treasurer(tx: Tx, seller: Seller) -> UUID:
    sql = "select person_id from office where cooperative_id = $1 and role = 'treasurer' limit 1"
    found: UUID = await tx.value(sql, UUID(seller.id))
    return found


async def left_of(world: World, line_id: str) -> str:
    """What of a line has no place, in euro."""
    async with world.books.transaction(world.clock()) as tx:
        return f"{(await bank_lines.get(tx, UUID(line_id))).left_cents / 100:.2f}"


async def place(seller: Seller, line_id: str, *parts: Json, status: int = 201) -> Any:
    """Places parts of a line by hand; a text as amount is in euro."""
    sent = [part | ({"amount": {"amount": part["amount"]}} if "amount" in part else {}) for part in parts]
    return await seller.treasurer("POST", f"/v1/bank-lines/{line_id}/matches", {"parts": sent}, status=status)


async def reverse(seller: Seller, match: Json, status: int | None = None) -> Any:
    """Undoes a match by the reversal of its journal."""
    where = f"/v1/journals/{match['journalId']}/reversals"
    return await seller.treasurer("POST", where, {"reason": "vergissing"}, status=status)
