"""The events as an AsyncAPI document: the message of each type that a webhook gets."""

from typing import Any

from pydantic import TypeAdapter

from app.contract.platform.feed import Event
from app.domain.platform.feed import KINDS, Audience, EventType

Node = dict[str, Any]
HEADERS: Node = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {"type": "string", "format": "uuid", "description": "The event's id: the same when sent again."},
        "webhook-timestamp": {"type": "string", "description": "Seconds since 1970 at which it was sent."},
        "webhook-signature": {
            "type": "string",
            "description": "Standard Webhooks: one or more of `v1,…`, parted by spaces; one of them has to be right.",
        },
        "Samen-Delivery": {"type": "string", "format": "uuid", "description": "The delivery, for questions to us."},
    },
}


INFO: Node = {
    "title": "Samen events",
    "description": "Thin events: what happened, when and to what. What it is now is read at `data.resource`. "
    "At least once; of one subject in the order of `data.sequence`. The same events: `GET /v1/events`.",
    "contact": {"name": "Samen", "url": "https://example.org/samen", "email": "samen@example.org"},
    "license": {"name": "EUPL-1.2"},
    "tags": [{"name": "events"}],
}
SERVERS: Node = {
    "receiver": {"host": "app.example.org", "protocol": "https", "description": "Your own: it takes the events in."}
}


def asyncapi(version: str) -> Node:
    """The whole document (AsyncAPI 3.1)."""
    schema = TypeAdapter(Event).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas = schema.pop("$defs", {}) | {"Event": schema}
    names = {name: name.replace(".", "_") for name in KINDS}
    return {
        "asyncapi": "3.1.0",
        "info": INFO | {"version": version},
        "servers": SERVERS,
        "defaultContentType": "application/json",
        "channels": {
            "webhook": {
                "address": None,
                "description": "The address that an app gave with `POST /v1/apps/{appId}/webhooks`.",
                "messages": {names[kind]: {"$ref": f"#/components/messages/{names[kind]}"} for kind in KINDS},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/webhook"},
                "summary": "An event is posted to the webhooks that want it.",
                "description": "Any 2xx ends it, 410 ends the webhook, everything else is tried again for three days.",
            }
        },
        "components": {
            "messages": {names[kind]: _message(kind, names[kind]) for kind in KINDS},
            "schemas": schemas | {"Headers": HEADERS},
        },
    }


def _message(kind: EventType, name: str) -> Node:
    stated = KINDS[kind]
    whose = "everybody" if stated.audience is Audience.PUBLIC else "the cooperative, and the app through which it came"
    payload = {"allOf": [{"$ref": "#/components/schemas/Event"}, {"properties": {"type": {"const": kind}}}]}
    return {
        "name": name,
        "title": kind,
        "summary": stated.about,
        "description": f"For {whose}. Scope: `{stated.scope.value}`.",
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": payload,
    }
