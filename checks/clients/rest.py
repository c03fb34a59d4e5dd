"""The client that openapi-python-client made, as it is."""

import os
import uuid

from made_rest import AuthenticatedClient
from made_rest.api.catalogue import catalogue_search
from made_rest.api.orders import orders_get, orders_place
from made_rest.models import ContactIn, OrderIn, OrderLineIn, Problem

client = AuthenticatedClient(base_url=f"{os.environ['SAMEN_URL']}/v1", token=os.environ["TOKEN"])
offering = catalogue_search.sync(client=client, text="tuin", limit=1).items[0]
body = OrderIn(
    lines=[OrderLineIn(offering_id=offering.id, quantity=1)],
    contact=ContactIn(name="Jo de Wit", email="jo@example.org"),
)
placed = orders_place.sync(client=client, body=body, idempotency_key=uuid.uuid4().hex)
followed = orders_get.sync(order_id=placed.id, client=client)
refused = orders_get.sync(order_id=uuid.uuid4(), client=client)
assert isinstance(refused, Problem)
print(followed.state, refused.code)
