"""Every table, so that the migrations see them all."""

from sqlmodel import SQLModel

from app.db import (
    agreements,
    allowances,
    apps,
    cooperatives,
    costs,
    customers,
    earnings,
    idempotency,
    ledger,
    members,
    municipalities,
    offerings,
    orders,
    outbox,
    payments,
    people,
    permissions,
    remittances,
    seals,
    spending,
    vat,
)

NOUNS = (
    *(allowances, agreements, apps, cooperatives, costs, customers, earnings, idempotency, ledger),
    *(
        members,
        municipalities,
        offerings,
        orders,
        outbox,
        payments,
        people,
        permissions,
        remittances,
        seals,
        spending,
        vat,
    ),
)
metadata = SQLModel.metadata
