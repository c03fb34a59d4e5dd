"""Every operation of the contract as a request, with a caller's ids."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from app.api.contract import METHODS
from tests.walls.inputs import Inputs
from tests.world import Caller, Json

FILE = "application/x-ndjson"
OF_BANK = "application/xml"
FORM = "application/x-www-form-urlencoded"
DOCUMENT: Json = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    stated: Json
    verb: str

    @property
    def json(self) -> Json | None:
        """The schema of its JSON body."""
        content = self.stated.get("requestBody", {}).get("content", {})
        schema: Json | None = content.get("application/json", {}).get("schema")
        return schema

    def inputs(self, ids: dict[str, str]) -> Inputs:
        return Inputs(DOCUMENT["components"]["schemas"], ids, self.verb)

    def address(self, ids: dict[str, str]) -> str:
        """Its path and required query."""
        inputs = self.inputs(ids)
        path = re.sub(r"{(\w+)}", lambda name: ids[name.group(1)], self.path)
        wanted = [one for one in self.stated.get("parameters", ()) if one.get("in") == "query" and one.get("required")]
        query = "&".join(f"{one['name']}={inputs.named(one['name'])}" for one in wanted)
        base = "" if self.path.startswith("/oauth/") else "/v1"
        return f"{base}{path}" + (f"?{query}" if query else "")

    def names(self, ids: dict[str, str]) -> bool:
        """Whether its path or query contains an id."""
        said = self.address(ids) + (json.dumps(self.inputs(ids).body(self.json)) if self.json else "")
        return any(value in said for name, value in ids.items() if name.endswith("_id"))

    def sent(self, caller: Caller, ids: dict[str, str], body: Json | None = None) -> tuple[dict[str, str], bytes]:
        """Headers and a body that fits; or the given one."""
        headers = {"Accept-Language": "en"}
        if any(one["name"].lower() == "idempotency-key" for one in self.stated.get("parameters", ())):
            headers["Idempotency-Key"] = uuid4().hex
        if caller.token:
            headers["Authorization"] = f"Bearer {caller.token}"
        if "428" in self.stated["responses"]:
            headers["If-Match"] = f'"{self.inputs(ids).version}"'
        content = self.stated.get("requestBody", {}).get("content", {})
        if self.json is not None:
            stated = self.inputs(ids).body(self.json) if body is None else body
            return headers | {"Content-Type": "application/json"}, json.dumps(stated).encode()
        if FILE in content:
            return headers | {"Content-Type": FILE}, ids["file"].encode()
        if "application/pdf" in content:
            return headers | {"Content-Type": "application/pdf"}, b"%PDF-1.7"
        if OF_BANK in content:
            return headers | {"Content-Type": OF_BANK}, ids["statement_file"].encode()
        if content:
            return headers | {"Content-Type": FORM}, urlencode(_login(ids)).encode()
        return headers, b""


def of_nothing(ids: dict[str, str]) -> dict[str, str]:
    """The same names with ids that do not exist."""
    kept = ("client_id", "external_id")
    return {n: str(uuid4()) if n.endswith("_id") and n not in kept else value for n, value in ids.items()}


def _login(ids: dict[str, str]) -> dict[str, str]:
    return {name: ids[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}


def operations(verbs: dict[str, str]) -> list[Operation]:
    """All of the contract."""
    found = []
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if stated := item.get(method):
                name = stated["operationId"]
                found.append(Operation(name, method.upper(), path, stated, verbs[name]))
    return found
