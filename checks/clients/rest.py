"""The client that openapi-python-client made, as it is."""

import os
import uuid

from made_rest import AuthenticatedClient
from made_rest.api.catalogue import catalogue_search
from made_rest.api.orders import orders_get_order, orders_place_order
from made_rest.models import ContactInput, OrderLineInput, PlaceOrder, Problem

client = AuthenticatedClient(base_url=f"{os.environ['SAMEN_URL']}/v1", token=os.environ["TOKEN"])
offering = catalogue_search.sync(client=client, text="tuin", limit=1).items[0]
body = PlaceOrder(
    lines=[OrderLineInput(offering_id=offering.id, quantity=1)],
    contact=ContactInput(name="Jo de Wit", email="jo@example.org"),
)
placed = orders_place_order.sync(client=client, body=body, idempotency_key=uuid.uuid4().hex)
followed = orders_get_order.sync(order_id=placed.order.id, client=client)
refused = orders_get_order.sync(order_id=uuid.uuid4(), client=client)
assert isinstance(refused, Problem)
print(followed.state, refused.code)
