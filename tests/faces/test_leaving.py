"""Operations that will be removed are announced early: in the contract and in answers, with their successor."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.graphql.schema import schema
from tests.world import World


async def test_an_operation_that_leaves_names_its_successor(world: World) -> None:
    app = await world.app()
    place = f"/v1/apps/{app.login}"
    headers = {"Authorization": f"Bearer {world.network.token}"}
    answer = await world.client.delete(place, headers=headers)
    assert answer.status_code == 200
    assert parsedate_to_datetime(answer.headers["Sunset"]) == datetime(2027, 6, 1, tzinfo=UTC)
    since = datetime.fromtimestamp(int(answer.headers["Deprecation"].removeprefix("@")), UTC)
    assert since < datetime(2027, 6, 1, tzinfo=UTC)
    assert answer.headers["Link"] == f'<{place}>; rel="successor-version"'
    seen = answer.json()
    assert seen["disabledAt"] is not None
    # Its tokens stop working too.
    await app("GET", place, status=401)
    match = {"If-Match": f'"{seen["version"]}"'}
    again = await world.network("PATCH", place, {"enabled": True, "name": "Buurtklus 2"}, headers=match)
    assert (again["disabledAt"], again["name"]) == (None, "Buurtklus 2")
    assert (await app("GET", place))["name"] == "Buurtklus 2"
    other = await world.client.get(place, headers=headers)
    assert {"Sunset", "Deprecation"} & set(other.headers) == set()


async def test_the_contracts_say_so_too(world: World) -> None:
    document = (await world.client.get("/v1/openapi.json")).json()
    assert document["paths"]["/apps/{app_id}"]["delete"]["deprecated"] is True
    mutation = schema._schema.mutation_type
    assert mutation is not None
    assert mutation.fields["disableApp"].deprecation_reason
