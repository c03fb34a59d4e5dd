"""Every field of GraphQL, by every caller: callers outside the matrix get a code and no data."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.errors import DomainError
from tests.walls.cast import FAR, NEAR, OWN, Cast
from tests.walls.fields import DEPTH, Field, fields
from tests.walls.heard import Heard, whispered
from tests.walls.matrix import RULE_FIRST, asking, matrix
from tests.walls.operations import of_nothing, operations
from tests.walls.rehearsal import Stand
from tests.walls.sample import Sample
from tests.walls.verbs import verbs_of_operations

AWAY = (401, 403, 404)
BY_A_RULE = (409, 422)
REFUSED = {code for code, error in DomainError.known.items() if error.status in AWAY}
GROUPS = {"own": OWN, "near": NEAR, "far": FAR}
TWINS = ("far-app", "far-coordinator")


@dataclass(frozen=True)
class Shown:
    """The data of a field, or the code of its refusal."""

    data: Any
    code: str | None
    text: str

    @property
    def status(self) -> int | None:
        """Of a code of the domain."""
        known = DomainError.known.get(self.code or "")
        return None if known is None else known.status

    @property
    def let_in(self) -> bool:
        return self.code is None and self.data is not None


async def asked(
    stand: Stand, everybody: Cast, field: Field, column: str, ids: dict[str, str] | None = None, *, bare: bool = False
) -> Shown:
    given = field.variables(ids or everybody.ids(column, field.verb), bare=bare)
    document = field.document(given, depth=DEPTH if column in matrix()[field.verb] else 0)
    answer = await stand.query(document, given, everybody.identity(column))
    data, errors = answer["data"], answer["errors"]
    codes = [error["extensions"]["code"] for error in errors if len(error.get("path") or ()) < 2]
    beyond = {error["extensions"]["code"] for error in errors if len(error.get("path") or ()) > 1}
    text = json.dumps(answer, default=str)
    # Links that this caller may not follow.
    assert beyond <= REFUSED, text
    return Shown(data[field.name] if data else None, codes[0] if codes else None, text)


def fits(field: Field, column: str, shown: Shown) -> bool:
    if column not in matrix()[field.verb]:
        return shown.data is None and shown.status in AWAY
    return shown.let_in or (field.root == "Mutation" and shown.data is None and shown.status in BY_A_RULE)


@pytest.mark.parametrize("group", GROUPS)
async def test_every_field_answers_whom_the_matrix_names_and_nobody_else(
    stand: Stand, sample: Sample, everybody: Cast, lines: list[str], group: str
) -> None:
    heard, wrong = Heard(sample), []
    for field in fields():
        for column in asking(GROUPS[group], field.verb):
            shown = await asked(stand, everybody, field, column)
            heard.listen(column, str(field), shown.text)
            if not fits(field, column, shown):
                wrong.append((str(field), column, shown.code))
    assert wrong == []
    assert heard.too_much() == []
    assert [column for column in GROUPS[group] if heard.too_little(column)] == []
    assert whispered(sample, lines) == []


async def test_to_a_stranger_a_field_of_what_is_there_looks_like_one_of_what_is_not(
    stand: Stand, everybody: Cast
) -> None:
    told = []
    for field in fields():
        for column in TWINS:
            ids = everybody.ids(column, field.verb)
            if column in matrix()[field.verb] or not field.names(ids):
                continue
            there = await asked(stand, everybody, field, column, ids)
            gone = await asked(stand, everybody, field, column, of_nothing(ids))
            if there.code != gone.code:
                told.append((str(field), column, there.code, gone.code))
    assert told == []


async def test_for_every_field_there_is_somebody_who_gets_data(stand: Stand, everybody: Cast) -> None:
    stopped = set()
    for field in fields():
        for column in sorted(matrix()[field.verb] & {*OWN, *FAR})[:2]:
            if (await asked(stand, everybody, field, column)).let_in:
                break
        else:
            stopped.add(field.verb)
    assert stopped == RULE_FIRST & {field.verb for field in fields()}


async def test_what_may_be_left_out_breaks_no_field(stand: Stand, everybody: Cast) -> None:
    """With only the required arguments: an answer or a refusal, never an internal error."""
    broken = []
    for field in fields():
        entitled = min(matrix()[field.verb] & {*OWN, *FAR})
        shown = await asked(stand, everybody, field, entitled, bare=True)
        if not shown.let_in and shown.status is None:
            broken.append((str(field), shown.code, shown.text[:200]))
    assert broken == []


async def test_every_operation_and_field_has_its_row_in_the_matrix(stand: Stand) -> None:
    """And no row is left of anything that both faces lost; each row lets somebody in."""
    asked_for = {field.verb for field in fields()}
    asked_for |= {operation.verb for operation in operations(verbs_of_operations(stand.app))}
    assert set(matrix()) == asked_for
    assert all(matrix().values())
