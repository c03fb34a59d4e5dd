"""The application's checks: every use case refuses callers outside its row, with row-level security and without."""

import inspect
from typing import Any

import pytest

from app.contract.shape import bare
from app.db.engine import Database
from app.db.failures import constraints_as_rules
from app.db.people import persons
from app.domain.actors import Identity
from app.domain.errors import DomainError
from app.vocabulary import Form
from tests.walls.cast import COLUMNS, FAR, NEAR, OWN, Cast
from tests.walls.matrix import matrix
from tests.walls.sample import Sample
from tests.walls.verbs import Verb, verbs

AWAY = (401, 403, 404)
FOR_THE_FACES = {"find_tables", "check_assertion", "list_client_keys", "get_lag"}
"""Public facts, and reads of a login before anybody is known."""
SYSTEM = {
    "expire_order",
    "close_on_time",
    "top_up_on_time",
    "invoice_purchase",
    "list_due_purchases",
    "approve_on_time",
    "list_pairs_to_net",
    "propose_for_pair",
    "complete_silently",
    "tell_overdue",
    "remind_customer",
    "take_back_unpaid_vat",
    "seal_books",
    "start_check",
    "finish_check",
    "publish_events",
    "claim_deliveries",
    "finish_delivery",
    "forget_rates",
    "forget_old",
    "expire_hold",
    "end_trial",
    "remind_of_exit",
    "warn_of_lapse",
    "warn_of_limit",
    "deliver_event",
    "claim_due",
    "put_off",
    "give_back",
    "claim_messages",
    "begin_message",
    "finish_message",
    "forget_messages",
    "forget_keys",
    "stop_lapsed_imports",
    "show_prices",
    "check_books",
    "note_restore",
    "issue_due",
    "issue_collective",
    "list_due_invoices",
    "list_missing",
    "watch_missing",
    "list_transit_to_watch",
    "watch_transit",
    "tell_missing",
    "get_paper",
    "appoint_network",
}
WITHIN = {
    "import_statements",
    "import_rows",
    "finish_import",
    "renew_import",
    "lead_locked",
    "keep_invoice_files",
    "keep_payment_file",
}
"""Parts of an operation that begins with another use case."""
VERB_OF = {
    "move_order": "complete",
    "move_offering": "pause",
    "move_member": "pause",
    "decide_claim": "approve",
    "move_spending": "consent",
    "decide_held": "release",
    "move_joint_purchase": "top_up",
    "move_assignment": "deliver",
    "move_part": "leave",
}
"""The step that is tried, if it is not the first of the process: one that the state of the sample allows."""


class Undo(Exception):
    """Rolls the transaction back."""


async def attempt(database: Database, who: Identity, verb: Verb, arguments: dict[str, Any]) -> int:
    """The result of a use case for a caller, as a status; rolled back."""
    try:
        async with database.transaction() as tx:
            actor = await persons.enter(tx, who)
            with constraints_as_rules():
                await verb(tx, actor, **arguments)
                await tx.flush()
            raise Undo
    except Undo:
        return 200
    except DomainError as refusal:
        return refusal.status


def arguments_of(name: str, verb: Verb, sample: Sample) -> dict[str, Any]:
    """Values for the required parameters of a use case."""
    named: dict[str, Any] = {}
    for parameter in list(inspect.signature(verb).parameters.values())[2:]:
        if parameter.name == "verb":
            named["verb"] = VERB_OF.get(name) or next(iter(bare(parameter.annotation)))
        elif isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Form):
            named[parameter.name] = sample.forms.get(parameter.annotation) or parameter.annotation()
        elif parameter.default is inspect.Parameter.empty or parameter.name == "cooperative_id":
            named[parameter.name] = sample.values.get(f"{name}.{parameter.name}", sample.values.get(parameter.name))
    return named


@pytest.fixture(params=["both walls", "without row-level security"])
def behind(request: pytest.FixtureRequest, database: Database, books: Database) -> Database:
    """The application's role; and a role that sees every row, so that only the application's checks remain."""
    return books if request.param == "without row-level security" else database


async def test_every_use_case_refuses_strangers(behind: Database, sample: Sample, everybody: Cast) -> None:
    """Callers from elsewhere, and close callers without the right."""
    let_in = []
    for name, verb in verbs().items():
        named = frozenset(COLUMNS) if name in FOR_THE_FACES else matrix().get(name, frozenset())
        for column in {*FAR, *NEAR} - named:
            status = await attempt(behind, everybody.identity(column), verb, arguments_of(name, verb, sample))
            if status not in AWAY:
                let_in.append((name, column, status))
    assert let_in == []


async def test_the_entitled_get_in_on_the_same_ids(database: Database, sample: Sample, everybody: Cast) -> None:
    """The positive control: every use case accepts somebody."""
    nobody = []
    for name, verb in verbs().items():
        if name in SYSTEM | {
            "check_client",
            "check_assertion",
            "get_guest_files",
            "get_guest_order",
            "get_guest_payment",
        }:
            continue
        for column in OWN:
            if await attempt(database, everybody.identity(column), verb, arguments_of(name, verb, sample)) not in AWAY:
                break
        else:
            nobody.append(name)
    assert nobody == []


async def test_every_verb_under_a_key_says_which_rights_it_passed(books: Database, sample: Sample) -> None:
    """A replay checks them again: a use case without any would answer everybody who has the key."""
    async with books.transaction() as tx:
        sql = "select distinct verb, outcome -> 'passed' = '[]' as none from idempotency where outcome ? 'result'"
        kept = {row["verb"]: row["none"] for row in await tx.rows(sql)}
    assert len(kept) > 25, sorted(kept)
    assert [verb for verb, none in kept.items() if none] == []


async def test_every_use_case_without_a_row_is_the_systems_own() -> None:
    """A use case that no face runs is not reachable; a new one needs a row."""
    assert set(verbs()) - set(matrix()) == SYSTEM | FOR_THE_FACES | WITHIN
