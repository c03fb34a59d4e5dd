"""The client that ariadne-codegen made, as it is."""

import os
import uuid

from made_graph import Client
from made_graph.exceptions import GraphQLClientGraphQLMultiError

headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
client = Client(url=f"{os.environ['SAMEN_URL']}/graphql", headers=headers)
offering = client.browse(first=1, text="tuin").catalogue.edges[0].node
placed = client.place(key=uuid.uuid4().hex, offering=offering.id).place_order.order
followed = client.follow(id=placed.id).order
try:
    client.follow(id=uuid.uuid4())
except GraphQLClientGraphQLMultiError as refused:
    print(followed.state.value, refused.errors[0].extensions["code"])
