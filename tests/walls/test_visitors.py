"""Callers without a token see public facts only, and get the same answer for existing and unknown objects."""

from app.usecases.declared.visitors import is_open
from tests.walls.cast import Cast
from tests.walls.fields import fields
from tests.walls.matrix import matrix
from tests.walls.operations import of_nothing
from tests.walls.rehearsal import Stand
from tests.walls.test_graphql_matrix import asked
from tests.walls.test_use_cases import FOR_THE_FACES
from tests.walls.verbs import verbs


async def test_a_visitor_is_asked_for_a_token_by_every_field_that_is_not_public(stand: Stand, everybody: Cast) -> None:
    told, named = [], 0
    for field in fields():
        ids = everybody.ids("visitor", field.verb)
        if "visitor" in matrix()[field.verb]:
            continue
        there, gone = [await asked(stand, everybody, field, "visitor", one) for one in (ids, of_nothing(ids))]
        named += field.names(ids)
        if there.text != gone.text or there.code != "unauthenticated":
            told.append((str(field), there.code, gone.code))
    assert told == []
    assert named > 100


def test_the_verbs_that_are_open_to_visitors_are_those_of_the_matrix() -> None:
    opened = {name for name, verb in verbs().items() if is_open(verb)}
    assert opened == {name for name in verbs() if "visitor" in matrix().get(name, ())} | FOR_THE_FACES
