"""The files of a statement of account: CSV for spreadsheets, PDF for people."""

import csv
import io
from datetime import date
from typing import Any

from app.adapters.exports import cell
from app.adapters.messages import euro, say
from app.adapters.typesetting import typeset
from app.domain.money import decimal_text
from app.domain.selling.accounts import AccountEntry, CustomerAccount

COLUMNS = ("day", "kind", "reference", "amount", "balance")


def account_csv(account: CustomerAccount) -> str:
    """The opening balance, one row for each entry, and the closing balance."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow((account.since.isoformat(), "opening", "", "", decimal_text(account.opening_cents)))
    writer.writerows(
        (
            entry.day.isoformat(),
            entry.kind,
            cell(entry.reference),
            decimal_text(entry.cents),
            decimal_text(entry.balance_cents),
        )
        for entry in account.entries
    )
    writer.writerow((account.until.isoformat(), "closing", "", "", decimal_text(account.closing_cents)))
    return text.getvalue()


def account_pdf(account: CustomerAccount, day: date, language: str) -> bytes:
    """The statement as PDF, made on `day`: the same bytes for the same input."""
    return typeset("account", _Words(account, day, language).all(), day)


class _Words:
    """The texts of one statement."""

    def __init__(self, account: CustomerAccount, made_on: date, language: str) -> None:
        self.account, self.made_on, self.language = account, made_on, language

    def say(self, code: str, **facts: Any) -> str:
        return say("account", code, self.language, **facts)

    def day(self, day: date) -> str:
        return say("invoice", "day", self.language, day=day.isoformat())

    def euro(self, cents: int) -> str:
        return euro(cents, self.language)

    def all(self) -> dict[str, Any]:
        """Texts by the names that the template knows."""
        account = self.account
        period = self.say("period", first=account.since.isoformat(), last=account.until.isoformat())
        return {
            "language": self.language,
            "day": [self.made_on.year, self.made_on.month, self.made_on.day],
            "title": self.say("title"),
            "number": f"– {account.customer}",
            "document": f"{self.say('title')} {account.customer} – {account.seller}",
            "page": say("invoice", "page", self.language, page="{page}", pages="{pages}"),
            "seller": account.seller,
            "buyer": {"label": self.say("customer"), "name": account.customer},
            "facts": [
                {"label": self.say("days"), "text": period},
                {"label": self.say("made_on"), "text": self.day(self.made_on)},
            ],
            "table": {
                "head": [self.say(code) for code in ("day", "description", "amount", "balance")],
                "opening": [self.day(account.since), self.say("opening"), "", self.euro(account.opening_cents)],
                "rows": [self.row(entry) for entry in account.entries],
                "empty": "" if account.entries else self.say("empty"),
            },
            "closing": self.closing(),
            "note": self.say("note"),
        }

    def row(self, entry: AccountEntry) -> list[str]:
        """Its day, what it is, its amount and the balance after it."""
        what = self.say(f"kind_{entry.kind}", reference=entry.reference)
        return [self.day(entry.day), what, self.euro(entry.cents), self.euro(entry.balance_cents)]

    def closing(self) -> dict[str, str]:
        """What is to be paid after the last day, or what the customer gets back."""
        cents = self.account.closing_cents
        code = "owes" if cents > 0 else "owed" if cents < 0 else "even"
        return {"label": self.say(code, day=self.account.until.isoformat()), "amount": self.euro(abs(cents))}
