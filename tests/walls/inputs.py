"""The inputs of an operation or a field: made from its contract, with values that a contract cannot know."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    is_required_argument,
    is_required_input_field,
)
from graphql.type import get_nullable_type

from tests.walls.sample import DRAFT, EURO
from tests.walls.verbs import subject_of
from tests.world import GUEST, MARKET, Json

SAID = f"gezegd{uuid4().hex[:8]}"
"""Every text that is sent: no log may contain it."""
SOON = datetime.now(UTC) + timedelta(days=3)
CHANGED: Json = {"title": SAID}
PRICED: Json = {
    "lines": [{"title": SAID, "unitPrice": EURO}],
    "costs": [{"title": SAID, "supplier": SAID, "amount": EURO, "vat": {"amount": "0.00"}, "deductible": "50"}],
}
BILL_LINE: Json = {"title": SAID, "net": EURO, "rate": "21", "vat": {"amount": "0.21"}, "category": "rent"}
ARTICLE: Json = {"title": SAID, "unit": SAID, "tiers": [{"price": EURO}]}
ADDRESS: Json = {"street": SAID, "postcode": "4811 JD", "town": SAID}
BUYER: Json = {"postalAddress": MARKET}
CUSTOMER: Json = GUEST | {"buyer": BUYER}
GIVEN: dict[str, Json] = {
    "place_order": {"contact": CUSTOMER, "lines": [{"offeringId": "offering_id", "quantity": 1}]},
    "list_orders": {"reference": "SMKKT5DN"},
    "ask_invoice": {"postalAddress": MARKET},
    "move_order": {"verb": "complete"},
    "add_offering": {"kind": "service"},
    "put_offering": {"kind": "goods"},
    "change_offering": CHANGED,
    "move_offering": {"verb": "pause"},
    "set_stock": {"stock": 5},
    "lock_wish": {"units": 1},
    "set_goal": {"text": SAID, "amount": EURO},
    "change_cooperative": {"about": SAID},
    "change_invoice_details": {"legalName": SAID, "postalAddress": ADDRESS},
    "check_invoice_series": {"year": 2019, "lastNumber": "1"},
    "change_member": {"tradeName": SAID},
    "move_member": {"verb": "pause"},
    "give_office": {"role": "controller", "municipalityId": "municipality_id"},
    "register_app": {"scopes": ["orders:read"], "cooperativeIds": ["cooperative_id"]},
    "change_app": {"name": SAID},
    "change_webhook": {"kinds": ["order.placed"]},
    "draft_agreement": DRAFT,
    "change_agreement": CHANGED,
    "claim_cost": {"deductible": "50"},
    "decide_claim": {"verb": "approve"},
    "decide_held": {"verb": "release"},
    "grant_allowance": {"kind": "premium", "amount": EURO},
    "request_spending": {"purpose": "gereedschap", "supplier": SAID},
    "change_me": {"email": "jo@example.org"},
    "set_my_contact": {"email": "jo@example.org", "buyer": BUYER},
    "move_spending": {"verb": "consent"},
    "give_permission": {"startsOn": "2026-07-01", "until": "2026-07-31"},
    "report_remittance": {"through": "2026-02"},
    "close_month": {"month": "2026-02"},
    "count_cash": {"countedOn": "2026-03-03"},
    "record_payout": {"creditor": {"kind": "supplier", "id": "payable_supplier_id"}},
    "add_bank_rule": {"category": "cost/rent", "text": SAID},
    "match_line": {"parts": [{"cash": True, "amount": {"amount": "0.01"}}]},
    "add_fund": {"purposes": ["dak"]},
    "change_supplier": {"name": SAID},
    "enter_bill": {"creditor": {"kind": "supplier", "id": "supplier_id"}, "lines": [BILL_LINE]},
    "move_bill": {"verb": "approve"},
    "propose_fund_floor": {"floor": {"amount": "-1.00"}, "until": SOON.date().isoformat()},
    "propose_payee_account": {
        "creditor": {"kind": "municipality", "id": "municipality_id"},
        "iban": "NL20INGB0001234567",
    },
    "spend_fund": {"purpose": "gereedschap"},
    "answer_barter": {"verb": "confirm"},
    "answer_delivery": {"verb": "confirm"},
    "plan_joint_purchase": {"purpose": "gereedschap", "articles": [ARTICLE]},
    "change_joint_purchase": CHANGED,
    "price_article": {"packPrice": EURO, "reason": SAID},
    "move_joint_purchase": {"verb": "cancel", "reason": SAID},
    "wish_for": {"quantity": 1, "cooperativeId": "cooperative_id"},
    "change_assignment": {"about": SAID} | PRICED,
    "move_assignment": {"verb": "cancel", "reason": SAID},
    "change_slot": {"place": SAID},
    "move_part": {"verb": "leave"},
    "plan_assignment": {"contact": CUSTOMER} | PRICED,
    "open_books": {"asOf": "2026-01-01"},
    "replay_agreement": {"year": 2025},
    "take_in": {"source": "winkel"},
    "propose_bank_statement": {
        "firstOn": "2026-03-03",
        "lastOn": "2026-03-03",
        "opening": {"amount": "4841.00"},
        "closing": {"amount": "4841.00"},
    },
    "set_limit": {"limit": EURO},
    "set_credit_limit": {"limit": EURO},
    "check_client": {"grant_type": "client_credentials"},
}
"""By use case; a text that names an id of the sample stands for that id."""
KNOWN: Json = {
    "since": "2026-01-01",
    "until": "2026-12-31",
    "month": "2026-03",
    "format": "csv",
    "category": "verf",
    "slug": "een-nieuwe",
    "cbsCode": "GM9999",
    "url": "https://example.org/hook",
    "after": "0",
    "through": "2026-02",
    "billedOn": "2026-03-01",
    "endsAt": (SOON + timedelta(hours=8)).isoformat(),
    "quantity": 1,
    "year": 2026,
    "source": "winkel",
    "externalId": "W-1",
    "activeFrom": "2028-02-01",
    "idempotencyKey": "",
    "amount": EURO,
    "shareKind": "rest",
    "minutes": 60,
    "role": SAID,
    "email": "jo@example.org",
    "iban": "NL91ABNA0417164300",
}
"""By name, for every use case."""


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Inputs:
    """Values for one use case, with a caller's ids."""

    def __init__(self, schemas: Json, ids: dict[str, str], verb: str) -> None:
        self.schemas, self.ids = schemas, ids
        self.subject = subject_of(verb)
        self.version = int(ids.get(f"{self.subject or 'me'}:version", "1"))
        self.given = {name: self._with_ids(value) for name, value in GIVEN.get(verb, {}).items()}

    def _with_ids(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_ids(one) for one in value]
        if isinstance(value, dict):
            return {name: self._with_ids(one) for name, one in value.items()}
        return self.ids.get(value, value) if isinstance(value, str) and value.endswith("_id") else value

    def named(self, name: str) -> Any:
        """A value by its name: set for this use case, an id of the sample, or the same everywhere."""
        known = {
            **KNOWN,
            "expectedVersion": self.version,
            **{n: v for n, v in self.ids.items() if n.endswith("_id") or n == "token"},
            **self.given,
        }
        return known.get(name, known.get(snake(name)))

    def body(self, node: Json) -> Any:
        """A body that fits a schema of the OpenAPI document: its required fields, and those set for the use case."""
        node = self._resolved(node)
        asked = set(node.get("required", ())) | (set(node.get("properties", ())) & set(self.given))
        return {name: self.value(name, node["properties"][name]) for name in sorted(asked)}

    def value(self, name: str, node: Json) -> Any:
        node = self._resolved(node)
        kind = node.get("type")
        if isinstance(node.get("properties"), dict) and not isinstance(self.given.get(name), dict):
            return EURO if set(node["properties"]) == {"amount", "currency"} else self.body(node)
        if kind == "array" and name not in self.given:
            return [self.value(name, node["items"])]
        if "enum" in node and self.named(name) not in node["enum"]:
            return node["enum"][0]
        found = self.named(name)
        return _plain(node.get("format") or (kind[0] if isinstance(kind, list) else kind)) if found is None else found

    def _resolved(self, node: Json) -> Json:
        if "$ref" in node:
            return self._resolved(self.schemas[node["$ref"].rsplit("/", 1)[1]])
        options = node.get("anyOf") or node.get("oneOf")
        return self._resolved(options[0]) if options else node

    def variables(self, field: GraphQLField, *, bare: bool = False) -> dict[str, Any]:
        """The arguments of a field of the schema; `bare`: only required ones.

        `id` is the id of the use case's subject.
        """
        found = {}
        for name, argument in field.args.items():
            if is_required_argument(argument) or (name in self.given and not bare):
                stated = self.ids[self.subject] if name == "id" and self.subject else None
                found[name] = stated or self.input(name, argument.type)
        return found

    def input(self, name: str, kind: GraphQLInputType) -> Any:
        bare = get_nullable_type(kind)
        if isinstance(bare, GraphQLList):
            stated = self.given.get(name)
            return [self.input(name, bare.of_type)] if stated is None else [shouted_as(one, bare) for one in stated]
        if isinstance(bare, GraphQLInputObjectType):
            return self._object(name, bare)
        found = self.named(name)
        if isinstance(bare, GraphQLEnumType):
            shouted = shouted_as(found, bare)
            return shouted if shouted in bare.values else next(iter(bare.values))
        return _plain(bare.name) if found is None else found

    def _object(self, name: str, kind: GraphQLInputObjectType) -> Any:
        stated = self.given.get(name)
        if isinstance(stated, dict):
            return shouted_as(stated, kind)
        if kind.name == "MoneyInput":
            return EURO
        asked = [n for n, field in kind.fields.items() if is_required_input_field(field) or n in self.given]
        return {inner: self.input(inner, kind.fields[inner].type) for inner in asked}


def _plain(kind: str | None) -> Any:
    """Any value of a type or a format."""
    known: Json = {"integer": 1, "Int": 1, "boolean": True, "Boolean": True, "date": "2026-03-01"}
    known |= {"Date": "2026-03-01", "date-time": SOON.isoformat(), "DateTime": SOON.isoformat()}
    known |= {"uuid": str(UUID(int=1)), "UUID": str(UUID(int=1)), "object": {}, "JSON": {}}
    return known.get(kind or "", SAID)


def shouted_as(value: Any, kind: Any) -> Any:
    """In GraphQL form: values of an enumeration in capitals, also inside inputs."""
    outer = get_nullable_type(kind)
    named = get_nullable_type(outer.of_type if isinstance(outer, GraphQLList) else outer)
    if isinstance(value, list):
        return [shouted_as(one, named) for one in value]
    if isinstance(value, dict) and isinstance(named, GraphQLInputObjectType):
        return {name: shouted_as(one, named.fields[name].type) for name, one in value.items()}
    enum = isinstance(named, GraphQLEnumType)
    return re.sub("[:./]", "_", value.upper()) if enum and isinstance(value, str) else value
