"""An example of every request body, made from its schema and a list of values, so that none is written by hand."""

from typing import Any

Node = dict[str, Any]
WORDS: Node = {
    "name": "Noor de Wit",
    "tradeName": "Noors tuinen",
    "street": "Markt 1",
    "postcode": "4811 AB",
    "town": "Breda",
    "email": "noor@example.org",
    "phone": "06 12345678",
    "address": "Dorpsstraat 1, 4811 AB Breda",
    "organisation": "Buurthuis De Stek",
    "title": "Tuin snoeien",
    "text": "Met eigen gereedschap; het snoeisel gaat mee.",
    "category": "tuin",
    "tags": ["snoeien"],
    "slug": "de-stek",
    "about": "Samen werken in de wijk.",
    "note": "Graag voor de middag.",
    "reason": "Afgesproken met de klant.",
    "purpose": "gereedschap",
    "purposes": ["gereedschap"],
    "supplier": "Tuinhandel Breda",
    "receipt": "https://example.org/bon-17.pdf",
    "place": "Dorpsplein",
    "quantity": 2,
    "minutes": 120,
    "units": 12,
    "packUnits": 12,
    "unit": "spoel",
    "seats": 2,
    "packs": 3,
    "role": "Koken",
    "skills": ["koken"],
    "months": 3,
    "year": 2026,
    "count": 4,
    "terms": 1,
    "stock": 10,
    "url": "https://shop.example.org/samen",
    "kinds": ["order.placed"],
    "redirectUris": ["https://shop.example.org"],
    "issuer": "https://login.example.org",
    "subject": "f1c3a9",
    "giver": "Stichting Buurtfonds",
    "law": "Participatiewet",
    "scopes": ["catalogue:read", "orders:write"],
    "client_id": "0198b2b6-7f0a-7c3e-9a54-0c6f1f3b2d10",
    "endsAt": "2026-03-14T17:00:00+01:00",
    "closesAt": "2026-04-01T20:00:00+02:00",
    "until": "2026-12-31",
    "client_secret": "…",
    "grant_type": "client_credentials",
    "reference": "2026-0042",
    "percent": "12.5",
}
"""For each field, values to try if its type allows them."""
OWN: dict[str, Node] = {
    "AddCooperative": {"name": "De Stek"},
    "AddMunicipality": {"name": "Breda"},
    "RegisterApp": {"name": "Winkel van Breda"},
    "GiveOffice": {"role": "treasurer", "cooperativeId": "0198b2b6-7f0a-7c3e-9a54-0c6f1f3b2d10"},
    "SetGoal": {"text": "Elektrische heggenschaar"},
    "DraftAgreement": {
        "title": "Overeenkomst 2026",
        "activeFrom": "2026-04-01",
        "rules": [
            {"kind": "share_of_surplus", "percent": "10", "to": "cooperative_fund"},
            {"kind": "remit_above", "threshold": "3000.00", "percent": "50"},
            {"kind": "pot"},
        ],
        "examples": [
            {"name": "A first sale", "net": "200.00", "expected": {"cooperative_fund": "20.00", "pot": "180.00"}}
        ],
    },
    "PlanJointPurchase": {"title": "Garen voor de winter", "supplier": "Garenhandel Tilburg"},
    **{name: {"title": "Naaigaren, zwart"} for name in ("AddArticle", "PurchaseArticleInput")},
    "PlanAssignment": {"title": "Buurtfeest"},
    "OrderLineInput": {"quantity": 2},
    "AskInvoice": {"percent": "30"},
    "AddFund": {"title": "Gereedschapsfonds"},
    "ProposePurchase": {"title": "Bakfiets", "supplier": "Fietsenmaker Breda"},
    **{name: {"title": "Elektrische heggenschaar"} for name in ("RequestSpending", "SpendFund")},
}
"""Values of fields for one body, if they differ from those for others."""
TELLING = frozenset({"contact", "email", "text", "tags", "note", "kinds", "skills", "client_id", "client_secret"})
"""Optional fields that the example shows anyway."""
FORMATS = {
    "uuid": "0198b2b6-7f0a-7c3e-9a54-0c6f1f3b2d10",
    "date": "2026-03-14",
    "date-time": "2026-03-14T09:30:00+01:00",
}


def add_examples(document: Node) -> None:
    """Adds an example to every request body; the document is changed."""
    for item in document["paths"].values():
        for operation in item.values():
            for body in operation["requestBody"]["content"].values() if "requestBody" in operation else ():
                schema = _met(document, body["schema"])
                if schema.get("type") == "object":
                    body.setdefault("example", _object(document, schema))


def _met(document: Node, schema: Node) -> Node:
    """The schema, or the one that it refers to; of alternatives the first."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif options := schema.get("oneOf") or schema.get("anyOf"):
            schema = options[0]
        else:
            return schema


def _object(document: Node, schema: Node) -> Node:
    """Its required fields and those of `TELLING`; if nothing is required, the first three."""
    fields, own = schema.get("properties", {}), OWN.get(schema.get("title", ""), {})
    chosen = [name for name in fields if name in schema.get("required", ()) or name in TELLING or name in own]
    return {
        name: own[name] if name in own else _value(document, name, fields[name]) for name in chosen or list(fields)[:3]
    }


def _value(document: Node, name: str, stated: Node) -> Any:
    schema = _met(document, stated)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if kind == "object":
        return _object(document, schema)
    if kind == "array":
        return WORDS[name] if name in WORDS else [_value(document, name, schema["items"])]
    if kind == "string":
        return _text(name, schema)
    return WORDS.get(name, schema.get("minimum", 1)) if kind in ("integer", "number") else True


def _text(name: str, schema: Node) -> str:
    if name in WORDS:
        return str(WORDS[name])
    return FORMATS[schema["format"]] if "format" in schema else str(schema.get("examples", ["tuin"])[0])
