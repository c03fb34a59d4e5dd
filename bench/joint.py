"""Joint purchases: how long an allocation takes, and how many statements it takes to close one for a thousand."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from asyncpg.connection import Connection

from app.domain.buying.allocation import Change, Inputs, SharingRule, WishLine, allocate
from app.domain.buying.joint_purchases import JointPurchaseVerb
from app.running.run import Run
from app.usecases.buying.joint_purchases import move_joint_purchase, plan_joint_purchase
from app.usecases.buying.wishes import wish_for
from app.usecases.people.members import register_member
from app.usecases.shared.purchase_forms import PurchaseArticleInput, TierInput
from app.vocabulary import MoneyIn

WISHES, ARTICLES, PARTICIPANTS = 10_000, 500, 1_000


def _articles(wishes: int, articles: int, rule: SharingRule, seed: int = 1) -> list[Inputs]:
    """Wishes with two changes each, spread over articles with packs of twelve."""
    dice, start = random.Random(seed), datetime(2026, 1, 1, tzinfo=UTC)
    lines: list[list[WishLine]] = [[] for _ in range(articles)]
    for number in range(wishes):
        states = [(dice.randrange(1, 40), dice.randrange(0, 12)) for _ in range(2)]
        changes = [Change(2 * number + n, start + timedelta(seconds=number), *state) for n, state in enumerate(states)]
        lines[number % articles].append(WishLine(UUID(int=number + 1), tuple(changes)))
    return [Inputs(rule, 12, 0, tuple(some)) for some in lines]


def allocation() -> list[str]:
    """Seconds for all articles by each rule, and how they grow where every wish is for one article."""
    rows = []
    for rule in SharingRule:
        spread, one, ten = (_articles(n, a, rule) for n, a in ((WISHES, ARTICLES), (WISHES, 1), (WISHES * 10, 1)))
        first, single, more = (_seconds(inputs) for inputs in (spread, one, ten))
        rows.append(f"| {rule} | {first * 1000:.0f} ms | {single * 1000:.0f} ms | {more / single:.1f} |")
    return rows


def _seconds(articles: list[Inputs]) -> float:
    began = time.perf_counter()
    for inputs in articles:
        allocate(inputs)
    return time.perf_counter() - began


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []
    execute = Connection._execute

    async def counting(self: Connection, query: str, *arguments: Any, **named: Any) -> Any:
        sent.append(query)
        return await execute(self, query, *arguments, **named)

    Connection._execute = counting
    try:
        yield sent
    finally:
        Connection._execute = execute


async def closing(run_as: Callable[[str], Run], coordinator: str, cooperative_id: UUID) -> str:
    """Statements and seconds to close a purchase of a thousand participants over ten articles."""
    run = run_as(coordinator)
    tiers = [TierInput(price=MoneyIn.of(999))]
    articles = [PurchaseArticleInput(title=f"Article {n}", unit="piece", pack_units=12, tiers=tiers) for n in range(10)]
    stand = await run(
        plan_joint_purchase,
        cooperative_id=cooperative_id,
        title="Bench",
        supplier="S",
        purpose="x",
        closes_at=datetime.now(UTC) + timedelta(days=9),
        articles=articles,
    )
    await run(move_joint_purchase, purchase_id=stand.purchase.id, verb=JointPurchaseVerb.OPEN)
    for number in range(PARTICIPANTS):
        name = f"j-{uuid4().hex[:8]}"
        member = await run(register_member, cooperative_id=cooperative_id, name=name, trade_name=name)
        article = stand.articles[number % 10].id
        await run(wish_for, article_id=article, quantity=7, tolerance=2, member_id=member.id)
    began = time.perf_counter()
    with counted() as sent:
        await run(move_joint_purchase, purchase_id=stand.purchase.id, verb=JointPurchaseVerb.CLOSE)
    return f"{len(sent)} statements, {(time.perf_counter() - began) * 1000:.0f} ms"


def report(closed: str) -> str:
    """The section of the results."""
    what = f"{WISHES:,} wishes with two changes each, packs of twelve; O(n log n) in the changes."
    head = f"\n## Joint purchases\n\n{what}\n\n"
    names = f"| rule | over {ARTICLES} articles | for one article | ten times the wishes take |\n|---|---|---|---|\n"
    rows = "\n".join(allocation())
    return f"{head}{names}{rows}\n\nClosing for {PARTICIPANTS:,} participants: {closed}, whatever their number.\n"
