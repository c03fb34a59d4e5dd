"""The Prometheus metrics, on their own port."""

import httpx

from app.adapters.metrics import expose
from tests.live import free_port
from tests.world import World


async def test_requests_are_counted_by_route_and_never_by_id(world: World) -> None:
    seller = await world.cooperative()
    port = free_port()
    expose(None, "127.0.0.1")
    expose(port, "127.0.0.1")
    await seller.member("GET", f"/v1/members/{seller.member_id}/thermometer")
    await world.visitor("GET", "/v1/nothing-here", status=404)
    async with httpx.AsyncClient() as client:
        found = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    counted = 'samen_requests_total{method="GET",route="/v1/members/{member_id}/thermometer",status="200"}'
    assert counted in found
    assert 'samen_request_seconds_bucket{le="0.005",route="/v1/members/{member_id}/thermometer"}' in found
    assert seller.member_id not in found
    assert "nothing-here" not in found


async def test_they_are_not_on_the_port_of_the_api(world: World) -> None:
    await world.visitor("GET", "/metrics", status=404)
