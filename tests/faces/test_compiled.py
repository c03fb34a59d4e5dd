"""A document with catalogue fields only is one statement, and its answer equals that of the resolvers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType, get_named_type
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.db.engine import opened
from app.db.logins import CATALOGUE_ROLE, logins_at
from app.graphql.compiled import Written
from app.graphql.context import Context
from app.graphql.schema import schema
from app.running.catalogue import Catalogue
from app.running.run import Run
from tests.world import Json, Seller, World

CONNECTION = "catalogue"
VARIABLES = "($yes: Boolean = true, $no: Boolean!, $first: Int = 2, $text: String)"
CONDITIONS = ("", "", "", " @skip(if: $no)", " @include(if: $no)", " @include(if: $yes)", " @skip(if: true)")
ARGUMENTS = (
    "(first: $first)",
    "(first: 100, text: $text)",
    '(first: 3, category: "tuin")',
    '(town: "breda")',
    "",
    '(minPrice: {amount: "20"}, maxPrice: {amount: "30.00"})',
    '(cooperative: "no-such")',
)


@pytest.fixture(scope="session")
async def seller(world: World) -> Seller:
    """A seller with different offerings, one of them with text that bad escaping would break."""
    made = await world.cooperative()
    for number in range(5):
        await world.offering(
            made, f"{19 + number * 3}.50", title=f'"O\'Brien" \\ {number} ✓ </script>', tags=["a", "b-2"]
        )
    return made


class Both:
    """Runs the same document by both paths."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def __call__(self, document: str, **variables: Any) -> tuple[Json | None, Json]:
        """The JSON of the fast path (None if the resolvers were needed), and the answer of the resolvers."""
        quick, slow = [
            await schema.execute(document, variables, context_value=self._context(takes_text=takes_text))
            for takes_text in (True, False)
        ]
        told = {"data": slow.data, "errors": [error.formatted for error in slow.errors or ()]}
        if isinstance(quick.data, Written):
            assert not quick.errors
            return json.loads(quick.data.text), told
        assert {"data": quick.data, "errors": [error.formatted for error in quick.errors or ()]} == told
        return None, told

    def _context(self, *, takes_text: bool) -> Context:
        return Context(
            door=Run(self._catalogue.database),
            catalogue=self._catalogue,
            language="en",
            trace_id="-",
            takes_text=takes_text,
        )


@pytest.fixture
def both(app: FastAPI) -> Both:
    return Both(app.state.wiring.catalogue)


class Writer:
    """Writes a random document for a type."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw, self.room, self.aliases, self.conditions = draw, 16, 0, 0
        self.fragments: list[str] = []

    def selection(self, kind: GraphQLObjectType) -> str:
        many = min(self.draw(st.integers(1, 4)), self.room)
        self.room -= many
        parts = [self.part(kind) for _ in range(many)]
        return f"{{ {' '.join(parts)} {self.named(kind, '__typename')} }}"

    def part(self, kind: GraphQLObjectType) -> str:
        how = self.draw(st.sampled_from(("field", "field", "field", "inline", "on", "spread")))
        if how == "field":
            return self.named(kind, self.draw(st.sampled_from([*sorted(kind.fields), "__typename"])))
        if how == "spread" and len(self.fragments) < 4:
            name = f"F{len(self.fragments)}"
            self.fragments.append("")
            self.fragments[int(name[1:])] = f"fragment {name} on {kind.name} {self.selection(kind)}"
            return f"...{name}{self.condition()} ...{name}"
        return f"...{f' on {kind.name}' if how == 'on' else ''}{self.condition()} {self.selection(kind)}"

    def named(self, kind: GraphQLObjectType, name: str) -> str:
        inner = kind.fields.get(name) and get_named_type(kind.fields[name].type)
        below = self.selection(inner) if isinstance(inner, GraphQLObjectType) else ""
        return f"{self.alias()}{name}{self.condition()} {below}"

    def alias(self) -> str:
        if self.aliases > 4 or self.draw(st.integers(0, 4)):
            return ""
        self.aliases += 1
        return f"a{self.aliases}: "

    def condition(self) -> str:
        found: str = self.draw(st.sampled_from(CONDITIONS)) if self.conditions < 1 else ""
        self.conditions += bool(found)
        return found


@st.composite
def documents(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    writer, query = Writer(draw), schema._schema.query_type
    assert query is not None
    page = get_named_type(query.fields[CONNECTION].type)
    assert isinstance(page, GraphQLObjectType)
    roots = [
        f"r{number}: {CONNECTION}{draw(st.sampled_from(ARGUMENTS))}{writer.condition()} {writer.selection(page)}"
        for number in range(draw(st.integers(1, 2)))
    ]
    used = "used: catalogue(first: $first, text: $text) @skip(if: $no) { __typename @include(if: $yes) }"
    return f"query {VARIABLES} {{ {' '.join(roots)} {used} __typename }} {' '.join(writer.fragments)}"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents(), text=st.sampled_from((None, "straat", "brien")))
async def test_any_document_says_the_same(both: Both, seller: Seller, document: str, text: str | None) -> None:
    written, told = await both(document, no=False, text=text)
    assume(not any(limit in str(told["errors"]) for limit in ("too much", "aliases found", "too deep")))
    assert not told["errors"], (document, told)
    assert json.dumps(written) == json.dumps(told["data"]), document


async def test_one_offering(both: Both, world: World, seller: Seller) -> None:
    offering = await world.offering(seller, "90.75")
    document = "query ($id: UUID!) { it: catalogueOffering(id: $id) { price { amount } id cooperative { id slug } } }"
    written, told = await both(document, id=offering)
    assert written is not None
    assert written == told["data"]
    assert written["it"]["price"] == {"amount": "109.81"}
    assert list(written["it"]) == ["price", "id", "cooperative"]


async def test_pages_follow_each_other(both: Both, seller: Seller) -> None:
    document = """query ($after: String) { catalogue(first: 2, after: $after) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }"""
    first, told = await both(document)
    assert first is not None
    assert first == told["data"]
    written, told = await both(document, after=first["catalogue"]["pageInfo"]["endCursor"])
    assert written is not None
    assert written == told["data"]
    assert written["catalogue"]["pageInfo"]["hasPreviousPage"]
    ids = [edge["node"]["id"] for page in (first, written) for edge in page["catalogue"]["edges"]]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ catalogue(first: 0) { pageInfo { endCursor } } }", "bad_request"),
        ('{ catalogue(after: "no") { pageInfo { endCursor } } }', "bad_cursor"),
        ('{ catalogue(minPrice: {amount: "-1"}) { pageInfo { endCursor } } }', "bad_request"),
        (f'{{ catalogue(text: "{"x" * 5000}") {{ pageInfo {{ endCursor }} }} }}', "bad_request"),
        (f'{{ catalogueOffering(id: "{"0" * 8}-0000-0000-0000-{"0" * 12}") {{ id }} }}', "not_found"),
        ("query ($n: Int!) { catalogue(first: $n) { pageInfo { endCursor } } }", "bad_request"),
        ("{ catalogue { edges { node { price_cents } } } }", "bad_request"),
    ],
)
async def test_what_is_wrong_is_told_by_the_resolvers(both: Both, document: str, code: str) -> None:
    written, told = await both(document)
    assert written is None
    assert [error["extensions"]["code"] for error in told["errors"]] == [code]


async def test_whoever_asks_for_more_gets_it_all(world: World, seller: Seller) -> None:
    document = "{ catalogue(first: 1) { edges { node { id } } } cooperatives(first: 1) { edges { node { id } } } }"
    found = (await seller.treasurer.graphql(document))["data"]
    assert len(found["catalogue"]["edges"]) == len(found["cooperatives"]["edges"]) == 1


async def test_however_many_documents_there_are_a_connection_keeps_few_statements(database_url: str) -> None:
    async with opened(logins_at(database_url), role=CATALOGUE_ROLE, size=1) as database:
        both = Both(Catalogue(database))
        for number in range(70):
            written, _ = await both(f"{{ catalogue {{ a{number}: pageInfo {{ endCursor }} }} }}")
            assert written is not None
        kept = await database.only("select count(*) as kept from pg_prepared_statements")
    assert 10 < kept["kept"] <= 64
