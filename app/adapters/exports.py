"""Files: the journals as CSV, JSON lines or beancount, statements of nettings, and orders to suppliers as CSV."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from app.adapters.messages import explain
from app.domain.books.nettings import StatementLine
from app.domain.buying.purchase_costs import SupplierOrder
from app.domain.chart import CATEGORIES
from app.domain.ledger import Account, AccountKind, Journal
from app.domain.money import CURRENCY, decimal_text

ExportFormat = Literal["csv", "jsonl", "beancount"]
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "beancount": "text/plain"}
COLUMNS = (
    "journal_id",
    "line",
    "booked_at",
    "effective_on",
    "period",
    "kind",
    "source_type",
    "source_id",
    "account_id",
    "account_kind",
    "rgs_code",
    "member_id",
    "party",
    "party_name",
    "amount",
    "currency",
    "rule",
    "reason",
    "category",
)
ROOTS = {
    AccountKind.BANK: "Assets:Bank",
    AccountKind.CASH: "Assets:Cash",
    AccountKind.IN_TRANSIT: "Assets:InTransit",
    AccountKind.SUSPENSE: "Assets:Suspense",
    AccountKind.RECEIVABLE_CUSTOMER: "Assets:Receivable:Customer",
    AccountKind.CUSTOMER_CREDIT: "Liabilities:CustomerCredit",
    AccountKind.ADVANCE: "Liabilities:Advance",
    AccountKind.TO_SHARE: "Liabilities:ToShare",
    AccountKind.PAYABLE_SUPPLIER: "Liabilities:Payable:Supplier",
    AccountKind.PAYABLE_MEMBER: "Liabilities:Payable:Member",
    AccountKind.PAYABLE_MUNICIPALITY: "Liabilities:Payable:Municipality",
    AccountKind.PAYABLE_COOPERATIVE: "Liabilities:Payable:Cooperative",
    AccountKind.VAT: "Liabilities:Vat",
    AccountKind.VAT_RETURN: "Liabilities:VatReturn",
    AccountKind.COOPERATIVE_FUND: "Equity:CooperativeFund",
    AccountKind.TRAINING_POT: "Equity:TrainingPot",
    AccountKind.POT: "Liabilities:Pot",
    AccountKind.HELD: "Liabilities:Held",
    AccountKind.RESERVED: "Liabilities:Reserved",
    AccountKind.RECEIVABLE_MEMBER: "Assets:Receivable:Member",
    AccountKind.RECEIVABLE_COOPERATIVE: "Assets:Receivable:Cooperative",
    AccountKind.RESTRICTED_FUND: "Equity:Restricted",
}
ORDER_COLUMNS = ("article", "unit", "packs", "packUnits", "units", "packPrice", "net", "gross")
"""Of the order to a supplier."""


def export(form: ExportFormat, journals: Sequence[Journal], accounts: Sequence[Account], language: str) -> str:
    """The journals in a format; beancount asserts the balances of `accounts`, so pass them for complete books only."""
    if form == "beancount":
        return _beancount(journals, accounts, language)
    rows = _rows(journals, {account.id: account for account in accounts}, language)
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def statement_csv(lines: Sequence[StatementLine], language: str) -> str:
    """One row for each entry between two cooperatives: day, reason, and the amount that the other owes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("day", "reason", "amount"))
    writer.writerows(
        (line.day.isoformat(), cell(explain(line.rule, line.facts, language)), decimal_text(line.cents))
        for line in lines
    )
    return text.getvalue()


def supplier_csv(order: SupplierOrder) -> str:
    """One row for each article, then delivery, discount and total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ORDER_COLUMNS)
    for line in order.lines:
        amounts = [decimal_text(cents) for cents in (line.pack_price_cents, line.net_cents, line.gross_cents)]
        writer.writerow([cell(line.article), cell(line.unit), line.packs, line.pack_units, line.units, *amounts])
    for name, cents in (
        ("delivery", order.delivery_cents),
        ("discount", -order.discount_cents),
        ("total", order.total_cents),
    ):
        writer.writerow([name, "", "", "", "", "", "", decimal_text(cents)])
    return text.getvalue()


def _rows(journals: Sequence[Journal], accounts: dict[object, Account], language: str) -> list[dict[str, object]]:
    """A row for each entry, then one for each result line of the journal, which names a category and no account.

    Credits are positive. The entries of a journal sum to zero, and so do its result lines.
    """
    rows: list[dict[str, object]] = []
    for journal in journals:
        head = {
            "journal_id": str(journal.id),
            "booked_at": journal.booked_at.isoformat(),
            "effective_on": journal.effective_on.isoformat(),
            "period": f"{journal.period:%Y-%m}",
            "kind": str(journal.kind),
            "source_type": journal.source_type,
            "source_id": str(journal.source_id),
        }
        for entry in journal.entries:
            account = accounts[entry.account_id]
            row: dict[str, object] = head | {
                "line": entry.line,
                "account_id": str(entry.account_id),
                "account_kind": str(entry.account_kind),
                "rgs_code": account.rgs_code,
                "member_id": str(entry.member_id or ""),
                "party": account.party or "",
                "party_name": account.party_name or "",
                "amount": decimal_text(entry.cents),
                "currency": account.currency,
                "rule": entry.rule,
                "reason": explain(entry.rule, entry.facts, language),
            }
            rows.append({name: row.get(name, "") for name in COLUMNS})
        for number, result in enumerate(journal.results, start=1):
            row = head | {
                "line": number,
                "rgs_code": CATEGORIES[result.category],
                "amount": decimal_text(result.cents),
                "currency": CURRENCY,
                "category": result.category,
            }
            rows.append({name: row.get(name, "") for name in COLUMNS})
    return rows


def cell(value: object) -> object:
    """The value, quoted if a spreadsheet would compute it as a formula; amounts stay unchanged."""
    text = str(value)
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch("[0-9.]+", text[1:])
    return f"'{text}" if formula else value


def _beancount(journals: Sequence[Journal], accounts: Sequence[Account], language: str) -> str:
    """In beancount debits are positive, so every sign is reversed."""
    if not journals:
        return 'option "operating_currency" "EUR"\n'
    first, last = min(j.effective_on for j in journals), max(j.effective_on for j in journals)
    lines = ['option "operating_currency" "EUR"', ""]
    lines += [f"{first} open {_account(a.kind, a.id)} {a.currency}" for a in accounts]
    used = sorted({result.category for journal in journals for result in journal.results})
    lines += [f"{first} open {_result_account(category)} {CURRENCY}" for category in used]
    for journal in sorted(journals, key=lambda j: (j.effective_on, j.id)):
        lines += ["", f'{journal.effective_on} * "{journal.kind} {journal.source_id}"', f'  journal: "{journal.id}"']
        for entry in journal.entries:
            reason = explain(entry.rule, entry.facts, language).replace("\\", "").replace('"', "'")
            place = _account(entry.account_kind, entry.account_id)
            lines += [f"  {place}  {decimal_text(-entry.cents)} EUR", f'    reason: "{reason}"']
        lines += [f"  {_result_account(line.category)}  {decimal_text(-line.cents)} EUR" for line in journal.results]
    lines += [""]
    after = last + timedelta(days=1)
    lines += [f"{after} balance {_account(a.kind, a.id)}  {decimal_text(-a.balance_cents)} EUR" for a in accounts]
    return "\n".join(lines) + "\n"


def _account(kind: AccountKind, account_id: object) -> str:
    return f"{ROOTS[kind]}:{str(account_id).upper()}"


def _result_account(category: str) -> str:
    """The account of a category, such as `Income:Revenue:Services:1a`."""
    root = "Income" if category.startswith(("revenue", "income")) else "Expenses"
    names = (part.title().replace("_", "") if part[:1].isalpha() else part for part in category.split("/"))
    return ":".join((root, *names))
