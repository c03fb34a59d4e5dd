"""Every operation of REST, by every caller, with a valid body: callers outside the matrix are refused."""

import json
from hashlib import blake2b

import pytest

from tests.walls.cast import FAR, NEAR, OWN, Cast
from tests.walls.heard import Heard, whispered
from tests.walls.matrix import RULE_FIRST, asking, matrix
from tests.walls.operations import Operation, of_nothing, operations
from tests.walls.rehearsal import Answer, Stand
from tests.walls.sample import Sample
from tests.walls.verbs import verbs_of_operations

AWAY = (401, 403, 404)
IN = (200, 201, 202, 204)
BY_A_RULE = (409, 422)
GROUPS = {"own": OWN, "near": NEAR, "far": FAR}
TWINS = ("visitor", "far-app", "far-coordinator")
"""Strangers without a token, with few scopes and with all, who try existing and unknown ids."""


def fits(operation: Operation, column: str, answer: Answer) -> bool:
    """Whether the answer fits the matrix: success, or a refusal by a rule of the state; or a refusal of the caller."""
    if column not in matrix()[operation.verb]:
        return answer.status in ((401,) if column == "visitor" else AWAY)
    return answer.status in IN or (operation.method != "GET" and answer.status in BY_A_RULE)


@pytest.mark.parametrize("group", GROUPS)
async def test_every_operation_lets_in_whom_the_matrix_names_and_nobody_else(
    stand: Stand, sample: Sample, everybody: Cast, lines: list[str], group: str
) -> None:
    heard, wrong = Heard(sample), []
    for operation in operations(verbs_of_operations(stand.app)):
        for column in asking(GROUPS[group], operation.verb):
            answer = await asked(stand, everybody, operation, column)
            # Whoever has the link of an order reads its invoices, which name the buyer.
            if operation.verb != "get_guest_files":
                heard.listen(column, operation.name, answer.text)
            if not fits(operation, column, answer):
                wrong.append((operation.name, column, answer.status, answer.code))
    assert wrong == []
    assert heard.too_much() == []
    assert [column for column in GROUPS[group] if heard.too_little(column)] == []
    assert any('"logger": "samen.audit", "message": "refused"' in line for line in lines)
    assert whispered(sample, lines) == []


def version_of(operation: Operation, answer: Answer) -> str | None:
    """The expected ETag if the contract says that it is a version: of the shown object, or of the one inside it."""
    stated = operation.stated["responses"][str(answer.status)]["headers"]
    versioned = stated.get("ETag", {}).get("$ref", "").endswith("/Etag")
    if not versioned:
        return None
    shown = json.loads(answer.text)
    held = next((one for one in (shown, *shown.values()) if isinstance(one, dict) and "version" in one), None)
    if held is None:
        return None
    return f'"{held["version"]}-{blake2b(answer.text.encode(), digest_size=12).hexdigest()}"'


async def asked(
    stand: Stand, everybody: Cast, operation: Operation, column: str, ids: dict[str, str] | None = None
) -> Answer:
    ids = ids or everybody.ids(column, operation.verb)
    headers, body = operation.sent(everybody.people[column], ids)
    return await stand.ask(operation.method, operation.address(ids), headers, body)


async def test_to_a_stranger_what_is_there_looks_like_what_is_not(stand: Stand, everybody: Cast) -> None:
    """The same answer for an existing id and an unknown one."""
    told = []
    for operation in operations(verbs_of_operations(stand.app)):
        for column in TWINS:
            ids = everybody.ids(column, operation.verb)
            if column in matrix()[operation.verb] or not operation.names(ids):
                continue
            there = await asked(stand, everybody, operation, column, ids)
            gone = await asked(stand, everybody, operation, column, of_nothing(ids))
            if (there.status, there.code) != (gone.status, gone.code):
                told.append((operation.name, column, there.code, gone.code))
    assert told == []


async def test_for_every_operation_there_is_somebody_for_whom_it_succeeds(stand: Stand, everybody: Cast) -> None:
    """The positive control on the same ids; use cases that a rule stops first are listed."""
    stopped, all_of_them = set(), operations(verbs_of_operations(stand.app))
    for operation in all_of_them:
        for column in sorted(matrix()[operation.verb] & {*OWN, *FAR})[:2]:
            answer = await asked(stand, everybody, operation, column)
            if answer.status in IN:
                assert version_of(operation, answer) in (None, answer.etag), operation.name
                break
        else:
            stopped.add(operation.verb)
    assert stopped == RULE_FIRST & {operation.verb for operation in all_of_them}
