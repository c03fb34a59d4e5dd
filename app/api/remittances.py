"""REST: what a cooperative owes its municipality: reported line by line, invoiced, settled, recomputed."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Money, Month, Out, PageOut, TransitionOut, Version, When, money
from app.domain.actors import Actor
from app.domain.remittances import REMITTANCE, Remittance, RemittanceState, as_csv
from app.domain.transitions import available
from app.usecases.remittances import (
    get_owed,
    get_remittance,
    invoice_remittance,
    list_remittances,
    recompute_remittance,
    report_remittance,
    settle_remittance,
)

router = noun("remittances")


class SpecificationFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


class RemittanceIn(In):
    through: Month


class InvoiceOfMunicipality(In):
    reference: Annotated[str, Field(min_length=1, max_length=60)]


class RemittancePayment(In):
    paid_on: Day | None = None


class RecomputationIn(In):
    remittance_id: UUID


class OwedOut(Out):
    owed: Money = money("cents")


class RemittanceOut(Out):
    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    after: str | None
    through: str
    amount: Money = money("cents")
    digest: str
    state: RemittanceState
    reference: str
    reported_at: When
    settled_on: Day | None
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, remittance: Remittance, actor: Actor, language: str) -> "RemittanceOut":
        place = remittance.municipality_id
        found = available(
            REMITTANCE, remittance, lambda right: actor.may(right, remittance.cooperative_id, municipality_id=place)
        )
        months: dict[str, Any] = {"after": remittance.after and f"{remittance.after:%Y-%m}"}
        months |= {"through": f"{remittance.through:%Y-%m}"}
        shown = cls.model_validate(vars(remittance) | months)
        return shown.model_copy(update={"available_transitions": TransitionOut.all_of(found, language)})


class SpecificationLine(Out):
    """A line of the ledger and its inputs; `member` is a pseudonym."""

    journal_id: UUID
    line: int
    effective_on: Day
    period: Day
    kind: str
    rule: str
    cents: int
    member: str | None
    facts: dict[str, Any]


class SpecificationOut(Out):
    id: UUID
    cooperative_id: UUID
    cents: int
    digest: str
    lines: list[SpecificationLine]


class DifferenceOut(Out):
    journal_id: UUID
    line: int
    stated: Money = money("stated_cents")
    recomputed: Money | None = money("recomputed_cents")


class RecomputationOut(Out):
    remittance_id: UUID
    matches: bool
    stated: Money = money("stated_cents")
    recomputed: Money = money("recomputed_cents")
    ledger: Money = money("ledger_cents")
    digest_matches: bool
    differences: list[DifferenceOut]


@router.get("/cooperatives/{cooperative_id}/remittance-owed")
async def owed(cooperative_id: UUID, run: RunDep) -> OwedOut:
    """What is owed and not reported yet."""
    return OwedOut.model_validate({"cents": await run(get_owed, cooperative_id=cooperative_id)})


@router.get("/cooperatives/{cooperative_id}/remittances")
async def list_all(
    cooperative_id: UUID, run: RunDep, language: LanguageDep, page: PageDep, request: Request, response: Response
) -> PageOut[RemittanceOut]:
    """What was reported, newest first; for the treasurer and the municipality's controllers."""
    found = await run(list_remittances, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: RemittanceOut.of(row, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/remittances", status_code=201)
async def report(
    cooperative_id: UUID, body: RemittanceIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> RemittanceOut:
    """Report what is owed for all closed months through one."""
    run, once = keyed
    made = await once(
        report_remittance, cooperative_id=cooperative_id, through=date.fromisoformat(f"{body.through}-01")
    )
    response.headers["Location"] = f"/v1/remittances/{made.id}"
    tag(response, made.version)
    return RemittanceOut.of(made, run.actor, language)


@router.get("/remittances/{remittance_id}")
async def get(remittance_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> RemittanceOut:
    """One remittance."""
    found = await run(get_remittance, remittance_id=remittance_id)
    tag(response, found.version)
    return RemittanceOut.of(found, run.actor, language)


@router.get(
    "/remittances/{remittance_id}/specification",
    response_model=SpecificationOut,
    responses={200: {"content": {"text/csv": {}}, "description": "Every line with its inputs"}},
)
async def specification(
    remittance_id: UUID,
    run: RunDep,
    form: Annotated[SpecificationFormat, Query(alias="format")] = SpecificationFormat.JSON,
) -> Any:
    """Every line with its inputs, which sums to the amount; as JSON or CSV."""
    found = await run(get_remittance, remittance_id=remittance_id)
    if form is SpecificationFormat.JSON:
        return SpecificationOut.model_validate(found)
    headers = {"Content-Disposition": f'attachment; filename="remittance-{found.through:%Y-%m}.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/remittances/{remittance_id}/invoices", status_code=201)
async def invoice(
    remittance_id: UUID,
    body: InvoiceOfMunicipality,
    keyed: KeyedDep,
    language: LanguageDep,
    seen: SeenDep,
    response: Response,
) -> RemittanceOut:
    """The municipality's word that it asks for this amount, with its own reference."""
    run, once = keyed
    asked = await once(invoice_remittance, remittance_id=remittance_id, reference=body.reference, expected_version=seen)
    tag(response, asked.version)
    return RemittanceOut.of(asked, run.actor, language)


@router.post("/remittances/{remittance_id}/payments", status_code=201)
async def settle(
    remittance_id: UUID,
    body: RemittancePayment,
    keyed: KeyedDep,
    language: LanguageDep,
    seen: SeenDep,
    response: Response,
) -> RemittanceOut:
    """Record that it was paid."""
    run, once = keyed
    paid = await once(settle_remittance, remittance_id=remittance_id, paid_on=body.paid_on, expected_version=seen)
    tag(response, paid.version)
    return RemittanceOut.of(paid, run.actor, language)


@router.post("/recomputations")
async def recompute(body: RecomputationIn, run: RunDep) -> RecomputationOut:
    """Work a specification out again from its stored inputs; nothing is changed."""
    return RecomputationOut.model_validate(await run(recompute_remittance, remittance_id=body.remittance_id))
