"""The largest values of a form fit into the database: no constraint fires instead of the form."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from annotated_types import Le, MaxLen
from pydantic import BaseModel, create_model
from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from app.contract.shape import bare, optional
from app.domain.money import decimal_text
from app.vocabulary import BalanceIn, Between, Form, MoneyIn, Text, Verbatim
from tests.walls.cast import FAR, OWN, Cast
from tests.walls.fields import fields
from tests.walls.matrix import matrix
from tests.walls.operations import operations
from tests.walls.rehearsal import Stand
from tests.walls.test_forms import declared_of, marks_of
from tests.walls.verbs import verbs_of_operations
from tests.world import Json

CONSTRAINTS = {
    str(one.name)
    for table in SQLModel.metadata.tables.values()
    for one in table.constraints
    if isinstance(one, CheckConstraint)
}


def largest(form: type[BaseModel], good: Json) -> Iterator[tuple[str, Any]]:
    """Each field of a form with its largest value; the other fields have the values of `good`."""
    for field in form.model_fields.values():
        hint, marks = optional(bare(field.rebuild_annotation()))[0], marks_of(field)
        name = str(field.alias)
        if get_origin(bare(hint)) is list:
            one = create_model("One", __base__=Form, item=(get_args(bare(hint))[0], ...))
            first = (good.get(name) or [None])[0]
            yield from ((name, [value]) for _, value in largest(one, {"item": first}) if first is not None)
        elif isinstance(bare(hint), type) and issubclass(bare(hint), Form):
            part = good.get(name) or {}
            yield from ((name, part | {inner: value}) for inner, value in largest(bare(hint), part))
        else:
            yield from ((name, value) for value in most(bare(hint), marks))


def most(hint: Any, marks: list[Any]) -> Iterator[Any]:
    """The longest text, the highest amount, the greatest number of a field."""
    for mark in (inner for one in marks for inner in (one, *getattr(one, "metadata", ()))):
        if isinstance(mark, Text | Verbatim):
            yield "x" * mark.longest
        elif isinstance(mark, Between):
            text = decimal_text(mark.high)
            yield {"amount": text} if hint in (MoneyIn, BalanceIn) else text
        elif isinstance(mark, Le):
            yield mark.le
        elif isinstance(mark, MaxLen) and any(str(getattr(one, "pattern", "")).endswith("://[!-~]+$") for one in marks):
            yield "https://example.org/".ljust(mark.max_length, "x")


async def test_no_constraint_speaks_before_a_form(stand: Stand, everybody: Cast) -> None:
    by_verb = {one.verb: one for one in operations(verbs_of_operations(stand.app)) if one.json is not None}
    tried, spoke = 0, []
    for field in fields():
        declared = declared_of(field)
        if declared is None or declared.body is None:
            continue
        operation, column = by_verb[field.verb], min(matrix()[field.verb] & {*OWN, *FAR})
        who, ids = everybody.people[column], everybody.ids(column, field.verb)
        good = operation.inputs(ids).body(operation.json or {})
        for name, value in largest(declared.body, good):
            headers, sent = operation.sent(who, ids, good | {name: value})
            answer = await stand.ask(operation.method, operation.address(ids), headers, sent)
            tried += 1
            if answer.status >= 500 or any(f"'{one}'" in answer.text for one in CONSTRAINTS):
                spoke.append((declared.id, name, str(value)[:40], answer.status, answer.text))
    assert tried > 150
    assert spoke == []
