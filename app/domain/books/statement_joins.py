"""How the statements of a bank account join on: which lines are new, and which statement is refused.

Files overlap, come twice and in any order. A line is known again by its account, its day, its amount and what the bank
says of it; equal lines are counted. Days that were there already must hold the same lines. Only the newest day may gain
some, as it may have been downloaded before it ended.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from app.domain.books.bank_statements import LineOfBank, StatementOfBank, check_sum
from app.domain.days import FIRST_DAY, check_day
from app.domain.errors import StatementDiffers, StatementGap

LONGEST_IDENTITY = 900
Key = tuple[date, int, str]
"""What tells a line from others of its account: its day, its cents with their sign, and its identity."""
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An account as far as its statements go: the days `first_on` to `last_on` without a gap, and its last balance.

    `lines` are those of the days that a new statement may be about.
    """

    first_on: date
    last_on: date
    closing_cents: int
    lines: Counter[Key]

    def before(self, day: date) -> int:
        """The balance at the beginning of a day."""
        return self.closing_cents - sum(key[1] * count for key, count in self.lines.items() if key[0] >= day)


@dataclass(frozen=True)
class NewLine:
    """A line that was not there, with its identity and its number among equals."""

    line: LineOfBank
    identity: str
    place: int


@dataclass(frozen=True)
class Joined:
    """What a statement adds: its new lines, and the account with them. It may only reach further."""

    known: Known
    lines: tuple[NewLine, ...]
    reaches_further: bool

    @property
    def adds(self) -> bool:
        return self.reaches_further or bool(self.lines)


def identity_of(line: LineOfBank) -> str:
    """What tells a line from others of its day and amount: the bank's reference, else counterparty and text.

    Blanks do not count: banks break texts elsewhere in another version of the same file.
    """
    if line.bank_reference:
        return f"ref {line.bank_reference}"
    said = "".join(f"{line.counterparty_iban or line.counterparty_name or ''}|{line.text}".split())
    return f"txt {said}" if len(said) <= LONGEST_IDENTITY else f"sha {sha256(said.encode()).hexdigest()}"


def key_of(line: LineOfBank) -> Key:
    """The key of a line."""
    return line.day, line.cents, identity_of(line)


def in_order(statements: Iterable[StatementOfBank]) -> list[StatementOfBank]:
    """Statements by their days, however a file lists them."""
    return sorted(statements, key=lambda one: (one.first_on, one.last_on))


def covering(statement: StatementOfBank, today: date) -> StatementOfBank:
    """The statement with days that hold all its lines and with no day to come; lines of nothing are left out.

    Raises DayOutOfRange for a day to come.
    """
    lines = tuple(line for line in statement.lines if line.cents)
    for day in (statement.first_on, *(line.day for line in lines)):
        check_day("day", day, FIRST_DAY, today)
    first = min([statement.first_on, *(line.day for line in lines)])
    last = max([min(statement.last_on, today), *(line.day for line in lines)])
    return replace(statement, first_on=first, last_on=last, lines=lines)


def begun(statement: StatementOfBank) -> Joined:
    """The first statement of an account. Raises StatementDoesNotAddUp."""
    check_sum(statement)
    empty = Known(
        first_on=statement.first_on,
        last_on=statement.first_on - DAY,
        closing_cents=statement.opening_cents,
        lines=Counter(),
    )
    return joined(empty, statement)


def joined(known: Known, statement: StatementOfBank) -> Joined:
    """What a statement adds to what is known of its account.

    Raises StatementDoesNotAddUp; DayOutOfRange if it begins before the first one; StatementGap unless it begins with
    the balance of the day before; StatementDiffers if it says anything else of a day that is known.
    """
    check_sum(statement)
    check_day("first_on", statement.first_on, known.first_on, date.max)
    _check_opening(known, statement)
    said = Counter(key_of(line) for line in statement.lines)
    _check_known_days(known, statement, said)
    new = tuple(_new_lines(known, statement))
    further = statement.last_on > known.last_on
    after = replace(
        known,
        last_on=max(known.last_on, statement.last_on),
        closing_cents=known.closing_cents + sum(one.line.cents for one in new),
        lines=known.lines | said,
    )
    return Joined(after, new, further)


def _check_opening(known: Known, statement: StatementOfBank) -> None:
    expected = known.before(statement.first_on)
    if statement.opening_cents != expected:
        raise StatementGap(
            after=min(known.last_on, statement.first_on - DAY).isoformat(),
            expected_cents=expected,
            stated_cents=statement.opening_cents,
        )


def _check_known_days(known: Known, statement: StatementOfBank, said: Counter[Key]) -> None:
    """An older day has the same lines, the newest one at least those that are known."""
    ours = Counter({key: n for key, n in known.lines.items() if statement.first_on <= key[0] <= statement.last_on})
    lost = ours - said
    added = Counter({key: n for key, n in (said - ours).items() if key[0] < known.last_on})
    if lost or added:
        raise StatementDiffers(day=min(key[0] for key in (*lost, *added)).isoformat())


def _new_lines(known: Known, statement: StatementOfBank) -> Iterable[NewLine]:
    counted: Counter[Key] = Counter()
    for line in statement.lines:
        key = key_of(line)
        counted[key] += 1
        if counted[key] > known.lines[key]:
            yield NewLine(line, key[2], counted[key])
