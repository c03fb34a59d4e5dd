"""Lists with the read of one of their rows, found in the contracts; and a caller that uses both."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_required_argument

from app.domain.actors import Identity
from tests.walls.fields import SCHEMA
from tests.walls.operations import DOCUMENT
from tests.walls.rehearsal import Stand
from tests.world import Caller, Json


@dataclass(frozen=True)
class Pair:
    """A list and the read of one of its rows, by path or field; `needs` is the id that the list requires."""

    listed: str
    read: str
    needs: str | None
    paged: bool


def rest_pairs() -> Iterator[Pair]:
    """The list's row has the schema of the read by id, or the read is under the list's noun."""
    gets = {path: _shown(item["get"]) for path, item in DOCUMENT["paths"].items() if "get" in item}
    reads = {
        path: shown for path, (shown, _, _) in gets.items() if shown and path.endswith("}") and path.count("{") == 1
    }
    for path, (shown, listed, paged) in gets.items():
        if not listed or path.count("{") > 1:
            continue
        under = f"/{path.rsplit('/', 1)[-1]}/"
        alike = [read for read, one in reads.items() if shown == one]
        for read in alike or [read for read in reads if read.split("{")[0] == under]:
            yield Pair(path, read, path.split("{")[1].split("}")[0] if "{" in path else None, paged)


def _shown(operation: Json) -> tuple[str | None, bool, bool]:
    """The schema of the answer, whether it is a list, and whether it has pages."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    named = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").split("/")[-1], {}).get("properties", {})
    paged = "nextCursor" in named
    rows = named["items"] if paged else schema
    listed = rows.get("type") == "array"
    return (rows.get("items", {}) if listed else rows).get("$ref"), listed, paged


def graphql_pairs() -> Iterator[Pair]:
    """A connection or a list of a type, and the field that takes an `id` alone and returns that type."""
    fields = _queries()
    reads = {_type(field): name for name, field in fields.items() if set(field.args) == {"id"} and not _many(field)}
    for name, field in fields.items():
        if _many(field) and _type(field) in reads:
            needs = [argument for argument, stated in field.args.items() if is_required_argument(stated)]
            paged = str(get_named_type(field.type)).endswith("Connection")
            yield Pair(name, reads[_type(field)], needs[0] if needs else None, paged)


def _queries() -> dict[str, GraphQLField]:
    kind = SCHEMA.type_map["Query"]
    assert isinstance(kind, GraphQLObjectType)
    return dict(kind.fields)


def _type(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    return str(kind).removesuffix("Connection").removesuffix("Stand") if isinstance(kind, GraphQLObjectType) else ""


def _many(field: GraphQLField) -> bool:
    return "[" in str(field.type) or str(get_named_type(field.type)).endswith("Connection")


@dataclass(frozen=True)
class Asker:
    """A caller of both faces. A refusal shows nothing."""

    stand: Stand
    name: str
    caller: Caller
    identity: Identity

    async def rows(self, pair: Pair, place: str | None) -> list[Json]:
        """The newest rows that a list of REST shows."""
        path = pair.listed.replace("{" + f"{pair.needs}" + "}", place or "")
        shown = await self._get(f"{path}?limit=100" if pair.paged else path)
        return list(shown["items"] if pair.paged and shown else shown or ())

    async def row(self, pair: Pair, row_id: str) -> Json | None:
        """What the read of REST shows."""
        found: Json | None = await self._get(pair.read.split("{")[0] + row_id)
        return found and found.get("purchase", found)

    async def _get(self, path: str) -> Any:
        headers = {"Accept-Language": "en"}
        if self.caller.token:
            headers["Authorization"] = f"Bearer {self.caller.token}"
        answer = await self.stand.ask("GET", f"/v1{path}", headers)
        assert answer.status in (200, 401, 403, 404), (self.name, path, answer.text)
        return json.loads(answer.text) if answer.status == 200 else None

    async def listed(self, pair: Pair, place: str | None) -> set[str]:
        """The ids of the newest rows that a list of GraphQL shows."""
        said = [*([f'{pair.needs}: "{place}"'] if place else []), *(["first: 100"] if pair.paged else [])]
        below = "{ edges { node { id } } }" if pair.paged else "{ id }"
        asked = f"({', '.join(said)})" if said else ""
        shown = await self._query(f"{{ {pair.listed}{asked} {below} }}", pair.listed)
        if not shown:
            return set()
        return {edge["node"]["id"] for edge in shown["edges"]} if pair.paged else {row["id"] for row in shown}

    async def reads(self, pair: Pair, row_id: str) -> bool:
        """Whether the read of GraphQL shows anything."""
        return bool(await self._query(f'{{ {pair.read}(id: "{row_id}") {{ __typename }} }}', pair.read))

    async def _query(self, document: str, field: str) -> Any:
        answer = await self.stand.query(document, {}, self.identity)
        refused = {error["extensions"]["code"] for error in answer["errors"]}
        assert refused <= {"not_found", "forbidden", "scope_missing", "unauthenticated"}, (self.name, document, answer)
        return (answer["data"] or {}).get(field)
