"""Who writes what at the database: rows of the sample's cooperative, by the callers of `cast`, without a use case.

A use case may lend the staff's view to somebody who is not listed here: for its one step, after its own checks.
"""

from tests.walls.cast import COLUMNS

STAFF = ("coordinator", "treasurer", "narrow-treasurer")
"""The database knows of no scopes."""
SISTERS = ("sister-coordinator", "sister-treasurer")
PARTNERS = ("partner", "narrow-app")
SELLERS = (*STAFF, *PARTNERS, "member")
REVIEWERS = (*SELLERS, "approver")
"""The outside approver publishes an offering, with its units."""
KNOWN = tuple(column for column in COLUMNS if column not in ("visitor", "far-customer"))
"""Callers of whom the database has a row."""
ENTERED = (*KNOWN, "far-customer")
Callers = dict[str, tuple[str, ...]]
INSERTS: Callers = {
    "agreement": (*STAFF, "network"),
    "allowance": STAFF,
    "app": (*STAFF, "network"),
    "assignment": STAFF,
    "assignment_customer": STAFF,
    "assignment_hours": (*STAFF, *SISTERS, "sister-member"),
    "assignment_part": (*STAFF, *SISTERS, "sister-member"),
    "assignment_signature": STAFF,
    "assignment_slot": STAFF,
    "ballot": ("voters-treasurer",),
    "bank_account": STAFF,
    "barter": STAFF,
    "book_check": ("network",),
    "cooperative": ("network",),
    "cost_claim": (*STAFF, "member"),
    "credit": STAFF,
    "credit_limit": STAFF,
    "credit_line": STAFF,
    "customer": ("customer", "other-customer"),
    "earning": STAFF,
    "earning_before": SISTERS,
    "fund_month": STAFF,
    "fund_year": STAFF,
    "internal_delivery": SISTERS,
    "invoice_prefix": (*STAFF, "network"),
    "joint_purchase": STAFF,
    "journal_reversal": STAFF,
    "member": STAFF,
    "member_event": STAFF,
    "member_month": STAFF,
    "member_year": STAFF,
    "municipality": ("network",),
    "netting": (*STAFF, *SISTERS),
    "offering": STAFF,
    "offering_edition": REVIEWERS,
    "offering_import": (*STAFF, *PARTNERS),
    "offering_import_row": (*STAFF, *PARTNERS),
    "office": ("network",),
    "order": KNOWN,
    "order_event": SELLERS,
    "outbox": ENTERED,
    "payment": (*STAFF, "member"),
    "permission": ("case-manager",),
    "permission_read": STAFF,
    "power_event": (*STAFF, "network"),
    "purchase_article": STAFF,
    "purchase_credit": STAFF,
    "remittance": STAFF,
    "repayment": STAFF,
    "replay_figures": STAFF,
    "restricted_fund": STAFF,
    "sealed_key": STAFF,
    "small_business_spell": STAFF,
    "small_business_year": (*STAFF, *SISTERS),
    "specification": STAFF,
    "spending": ("member",),
    "stock": REVIEWERS,
    "stock_hold": KNOWN,
    "task": STAFF,
    "timer": ENTERED,
    "webhook": ("app", "network"),
    "wish": STAFF,
    "wish_change": STAFF,
    "write_off": STAFF,
}
"""A row of the sample with the values that a new one has; of an order and a hold, in the caller's own name."""
UPDATES: Callers = {
    "agreement": (*STAFF, "network", "controller"),
    "allowance": STAFF,
    "app": (*STAFF, "network"),
    "assignment": STAFF,
    "assignment_hours": (*STAFF, *SISTERS),
    "assignment_part": (*STAFF, *SISTERS, "sister-member"),
    "assignment_slot": STAFF,
    "ballot": ("voters-treasurer",),
    "barter": STAFF,
    "bank_account": (*STAFF, "approver", "umbrella-treasurer"),
    "cooperative": (*STAFF, "network"),
    "cost_claim": STAFF,
    "credit": STAFF,
    "credit_limit": STAFF,
    "customer": ("customer", "other-customer"),
    "earning": STAFF,
    "fund_month": STAFF,
    "internal_delivery": STAFF,
    "joint_purchase": STAFF,
    "journal_reversal": STAFF,
    "member": (*STAFF, "member", "colleague"),
    "member_month": STAFF,
    "member_year": STAFF,
    "netting": (*STAFF, *SISTERS),
    "offering": REVIEWERS,
    "offering_import": (*STAFF, *PARTNERS),
    "order": STAFF,
    "payment": STAFF,
    "permission": (*STAFF, "case-manager"),
    "person": ("member", "network", "colleague"),
    "purchase_article": STAFF,
    "purchase_credit": STAFF,
    "remittance": (*STAFF, "controller"),
    "repayment": STAFF,
    "sealed_key": STAFF,
    "small_business_spell": STAFF,
    "small_business_year": (*STAFF, *SISTERS),
    "spending": (*STAFF, "approver", "case-manager"),
    "stock": ENTERED,
    "stock_hold": (*SELLERS, "customer", "app", "other-customer"),
    "task": STAFF,
    "webhook": ("app", "network"),
    "webhook_delivery": ("app", "network"),
    "wish": STAFF,
    "write_off": (*STAFF, "approver"),
}
"""Some column to its own value. Which columns, and to what, is narrower: see the grants, checks and triggers."""
DELETES: Callers = {
    "stock": REVIEWERS,
    "webhook": ("app", "network"),
    "webhook_delivery": ("app", "network"),
}
WRITES = {"insert": INSERTS, "update": UPDATES, "delete": DELETES}
WORKERS = {
    "book_check": ("insert", "update"),
    "feed_head": ("update",),
    "message": ("insert", "update", "delete"),
    "offering_import": ("update",),
    "outbox": ("update",),
    "timer": ("update",),
    "webhook": ("update",),
    "webhook_delivery": ("insert", "update"),
    "rate_window": ("delete",),
}
"""What the worker writes before it enters a cooperative."""
