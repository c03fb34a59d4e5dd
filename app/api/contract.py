"""The public OpenAPI document: what FastAPI makes, with the parts that all operations share written once.

The Dutch API Design Rules want the major version in the server's address, an `API-Version` in every answer, and
problem+json for errors.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.api.examples import add_examples
from app.contract.operation import Key
from app.contract.tables import TABLES
from app.usecases.declared.visitors import is_open
from app.vocabulary import KEY, LONGEST_KEY

Node = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
_DECLARED = [operation for table in TABLES for operation in table.operations]
OPEN_TO_ALL = {one.id for one in _DECLARED if is_open(one.use_case)} | {
    "operations_readyz",
    "orders_guest_electronic_invoice",
    "orders_guest_invoice",
    "orders_guest_payment_qr",
}
"""Operations that visitors may call too; every other one needs a token before it looks anything up."""
HAVE_A_PAGE = ("/order-status/{token}",)
"""Paths that answer a browser with a page."""
NEED_A_KEY = {one.id.replace(" ", "_") for one in _DECLARED if one.key is Key.NEEDED}
PROBLEM: Node = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457, with a code and what to do next",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "An address that explains the code"},
        "title": {"type": "string", "description": "What the status says"},
        "status": {"type": "integer", "description": "The HTTP status"},
        "code": {"type": "string", "description": "The same in GraphQL's `extensions.code`"},
        "detail": {"type": "string", "description": "In Dutch or English, by Accept-Language"},
        "instance": {"type": "string", "description": "What was asked for"},
        "traceId": {"type": "string", "description": "Mention it when you report a fault"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "Everything that a form refused"},
        "facts": {"type": "object", "description": "The values behind `detail`"},
        "availableTransitions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "After a 409 the steps that its state does allow",
        },
        "error": {"type": "string", "description": "At `/oauth/token`: as RFC 6749 has it"},
        "error_description": {"type": "string", "description": "At `/oauth/token`: the same as `detail`"},
    },
}
REFUSALS = {
    "400": "The request does not fit the contract.",
    "401": "Log in first, or the token is not valid.",
    "403": "You may not do this.",
    "404": "It does not exist, or you cannot see it.",
    "409": "Its state does not allow this; `availableTransitions` says what it does.",
    "410": "It was done before, and its answer was forgotten: it told of somebody who was erased.",
    "412": "It was changed meanwhile: read it again.",
    "413": "The body is larger than 100 kB, or a file of offerings larger than 100 MB.",
    "415": "Say with Content-Type what you send.",
    "422": "It fits, but breaks a rule or a balance.",
    "431": "Its path and headers are larger than 16 kB.",
    "429": "Too fast: wait as long as `Retry-After` says.",
    "428": "Name the version that you saw, with If-Match.",
    "500": "A fault of ours: report it with the `traceId`.",
    "503": "The database or the login provider does not answer: repeat the request under the same Idempotency-Key.",
}
HEADERS: Node = {
    "RateLimit": {
        "description": "What is left of the rate: `r` units, until a new minute begins in `t` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {"description": "The rate: `q` units in `w` seconds.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "ApiVersion": {"description": "The full version of this API.", "schema": {"type": "string"}, "required": True},
    "Etag": {
        "description": "The version and a hash of what is shown: send it back in `If-Match`, or in `If-None-Match`.",
        "schema": {"type": "string"},
        "required": True,
    },
    "ContentEtag": {
        "description": "A tag of the content: send it in `If-None-Match`.",
        "schema": {"type": "string"},
        "required": True,
    },
    "IdempotencyReplayed": {
        "description": "`true` if this is the answer to an earlier request under the same key.",
        "schema": {"type": "string"},
    },
    "Link": {"description": '`<…>; rel="next"` where another page follows.', "schema": {"type": "string"}},
}


def shaped(document: Node) -> Node:
    """The public document; the given one is changed."""
    components, version = document["components"], "/v1"
    components["schemas"]["Problem"] = PROBLEM
    components["schemas"].pop("HTTPValidationError", None)
    components["schemas"].pop("ValidationError", None)
    components["headers"] = HEADERS
    components["responses"] = {_name(status): _refusal(status, text) for status, text in REFUSALS.items()}
    document["servers"] = [{"url": version}]
    document["paths"] = {path.removeprefix(version): item for path, item in document["paths"].items()}
    for path, item in document["paths"].items():
        if path.startswith("/oauth/"):
            item["servers"] = [{"url": "/"}]
        for method in METHODS:
            if method in item:
                _operation(path, method, item[method], components["schemas"])
    for path in HAVE_A_PAGE:
        document["paths"][path]["get"]["responses"]["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    for name, schema in components["schemas"].items():
        for stated in schema.get("properties", {}).values():
            if name.endswith("Change"):
                stated.pop("default", None)
    for node in _nodes(document):
        _plain_null(node)
    renamed: Node = _renamed(document, {name: _pascal(name) for name in components["schemas"]})
    add_examples(renamed)
    return renamed


SHARED = "/catalogue/"
NOT_MODIFIED = "You have it already: see `If-None-Match`."
IF_NONE_MATCH: Node = {
    "name": "if-none-match",
    "in": "header",
    "required": False,
    "schema": {"type": ["string", "null"], "title": "If-None-Match"},
    "description": "The ETags that you have; 304 if one still holds.",
}
SAID: Node = {
    "API-Version": {"$ref": "#/components/headers/ApiVersion"},
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
}
"""The headers of every answer."""


def _name(status: str) -> str:
    return f"Refused{status}"


def _refusal(status: str, text: str) -> Node:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    wait = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}} if status in ("429", "503") else {}
    return {"description": text, "headers": SAID | wait, "content": content}


def _own_headers(response: Node, schemas: Node) -> Node:
    """The headers of an answer that shows one object with a version, or a page."""
    shown = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    if shown.startswith("PageOut_"):
        return {"Link": {"$ref": "#/components/headers/Link"}}
    versioned = "version" in schemas.get(shown, {}).get("properties", {})
    return {"ETag": {"$ref": "#/components/headers/Etag"}} if versioned else {}


def _operation(path: str, method: str, operation: Node, schemas: Node) -> None:
    """Adds to this operation the answers and parameters that every operation has."""
    operation["operationId"] = operation["operationId"].replace(" ", "_")
    operation.setdefault("security", [])
    operation["summary"] = _first_sentence(operation.get("description", "")) or operation["summary"]
    if operation["operationId"] in OPEN_TO_ALL:
        operation["security"] = [{}, *operation["security"]]
    responses = operation["responses"]
    for response in responses.values():
        response["headers"] = response.get("headers", {}) | SAID | _own_headers(response, schemas)
    # Caches share the answer, so it has no rate headers, and a tag of its content.
    if path.startswith(SHARED):
        own = {"API-Version": SAID["API-Version"], "ETag": {"$ref": "#/components/headers/ContentEtag"}}
        kept = {name: told for name, told in responses["200"]["headers"].items() if name not in SAID}
        responses["200"]["headers"] = own | kept
    if method == "get" and "ETag" in responses.get("200", {}).get("headers", {}):
        responses["304"] = {"description": NOT_MODIFIED, "headers": responses["200"]["headers"]}
        operation.setdefault("parameters", []).append(dict(IF_NONE_MATCH))
    stated = [status for status in responses if status in REFUSALS]
    expected = ["400", "401", "403", "404", "413", "422", "429", "431", "500", "503", *stated]
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "idempotency-key" in {name.lower() for name in names}:
        expected.append("410")
    if method != "get":
        expected += ["409", *(["415"] if "requestBody" in operation else [])]
    if "if-match" in {name.lower() for name in names}:
        expected += ["412", "428"] if method == "patch" else ["412"]
    for status in sorted(set(expected)):
        responses[status] = {"$ref": f"#/components/responses/{_name(status)}"}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            # A form field that was left empty counts as left out.
            parameter["allowEmptyValue"] = True
        said = parameter["schema"].pop("description", None)
        parameter.setdefault("description", said)
        if parameter["name"].lower() == "idempotency-key":
            parameter |= {
                "required": operation["operationId"] in NEED_A_KEY,
                "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": f"^{KEY}$"},
            }
            for response in (responses[status] for status in responses if status < "300"):
                response["headers"] |= {"Idempotency-Replayed": {"$ref": "#/components/headers/IdempotencyReplayed"}}


def _first_sentence(text: str) -> str:
    """The name of an operation in a list: the first sentence of its description."""
    return re.split(r"[.:;](?:\s|$)", " ".join(text.split()), maxsplit=1)[0][:120]


def below(prefix: str, document: Node) -> Node:
    """The document with its servers below a path prefix, as it is served; the given one does not change."""

    def moved(node: Node) -> Node:
        servers = [server | {"url": f"{prefix}{server['url']}"} for server in node.get("servers", ())]
        return node | {"servers": servers} if servers else node

    return moved(document) | {"paths": {path: moved(item) for path, item in document["paths"].items()}}


def _nodes(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from _nodes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _nodes(inner)


def _plain_null(node: Node) -> None:
    """`anyOf` of a plain type and null as one list of types, which keeps the format beside them."""
    options = node.get("anyOf")
    if not isinstance(options, list) or len(options) != 2 or {"type": "null"} not in options:
        return
    (option,) = (option for option in options if option != {"type": "null"})
    if isinstance(option.get("type"), str) and "enum" not in option and "const" not in option:
        del node["anyOf"]
        node.update(option | {"type": [option["type"], "null"]} | node)


def _pascal(name: str) -> str:
    """`PageOut_OrderOut_` is an `OrderPage`; `Body_apps_token` a `AppsTokenBody`."""
    if name.startswith("PageOut_"):
        return name.removeprefix("PageOut_").removesuffix("_").removesuffix("Out") + "Page"
    if name.startswith("Body_"):
        return "".join(part.title() for part in name.removeprefix("Body_").split("_")) + "Body"
    return name


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """The document with other names for its schemas, also in references."""
    if isinstance(node, dict):
        found = {names.get(key, key) if "_" in key else key: _renamed(value, names) for key, value in node.items()}
        reference = found.get("$ref")
        if isinstance(reference, str):
            start, _, last = reference.rpartition("/")
            found["$ref"] = f"{start}/{names.get(last, last)}"
        return found
    return [_renamed(inner, names) for inner in node] if isinstance(node, list) else node


def install(made: Callable[[], Node]) -> Callable[[], Node]:
    """A function that returns the document, shaped once."""
    kept: Node = {}

    def openapi() -> Node:
        if not kept:
            kept.update(shaped(made()))
        return kept

    return openapi
