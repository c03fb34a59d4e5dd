"""Every verb of assignments and nettings by GraphQL."""

import uuid
from typing import Any

from tests.world import GUEST, Caller, Json, Seller, World

COLLECTIVE: list[Json] = [{"kind": "collective"}]
PLAN = """($key: String!, $cooperative: UUID!, $assignment: PlanAssignmentInput!) {
    planAssignment(idempotencyKey: $key, cooperativeId: $cooperative, input: $assignment) {
      id version state net { amount } contact { name } lines { unitPrice { amount } } } }"""
MOVE = """($key: String!, $id: UUID!, $verb: AssignmentVerb!, $reason: String! = "") {
    moveAssignment(idempotencyKey: $key, id: $id, input: {verb: $verb, reason: $reason}) { state } }"""
JOIN = """($key: String!, $slot: UUID!, $member: UUID!) {
    joinAssignmentSlot(idempotencyKey: $key, slotId: $slot, input: {memberId: $member}) { id state } }"""
PART = """($key: String!, $id: UUID!, $verb: PartVerb!, $to: UUID) {
    moveAssignmentPart(idempotencyKey: $key, id: $id, input: {verb: $verb, toMemberId: $to}) { state } }"""


async def ask(who: Caller, text: str, **variables: Any) -> Any:
    asked = text if text.startswith(("{", "query")) else f"mutation {text}"
    found = await who.graphql(asked, key=uuid.uuid4().hex, **variables)
    assert "errors" not in found, found
    return next(iter(found["data"].values()))


async def planned(lead: Seller) -> tuple[str, str]:
    """An assignment with one slot of two seats, published."""
    stated: Json = {"title": "Feest", "startsAt": "2026-11-24T09:00:00Z", "endsAt": "2026-11-24T17:00:00Z"}
    stated |= {"contact": GUEST, "audience": "ALL", "lines": [{"title": "Feest", "unitPrice": {"amount": "90.00"}}]}
    made = await ask(lead.coordinator, PLAN, cooperative=lead.id, assignment=stated)
    assert (made["net"]["amount"], made["contact"]["name"]) == ("90.00", GUEST["name"])
    change = """($id: UUID!, $changes: AssignmentChangeInput!) {
        changeAssignment(id: $id, expectedVersion: 1, input: $changes) { title net { amount } terms } }"""
    changes = {"title": "Buurtfeest", "lines": [{"title": "Feest", "unitPrice": {"amount": "100.00"}}]}
    changed = await ask(lead.coordinator, change, id=made["id"], changes=changes)
    assert changed == {"title": "Buurtfeest", "net": {"amount": "100.00"}, "terms": 2}
    add = """($key: String!, $id: UUID!, $slot: AddSlotInput!) {
        addAssignmentSlot(idempotencyKey: $key, assignmentId: $id, input: $slot) { id version } }"""
    slot = {"role": "Koken", "minutes": 60, "seats": 1, "shareKind": "HOURS", "skills": ["wok"]}
    slot_id = (await ask(lead.coordinator, add, id=made["id"], slot=slot))["id"]
    seats = """($id: UUID!, $changes: SlotChangeInput!) {
        changeAssignmentSlot(id: $id, expectedVersion: 1, input: $changes) { seats shareKind } }"""
    assert (await ask(lead.coordinator, seats, id=slot_id, changes={"seats": 2}))["seats"] == 2
    assert (await ask(lead.coordinator, MOVE, id=made["id"], verb="PUBLISH"))["state"] == "PUBLISHED"
    return made["id"], slot_id


async def staffed(world: World, lead: Seller, other: Seller, slot_id: str) -> list[tuple[Caller, str]]:
    """Both seats taken: one by invitation, one handed on to a colleague."""
    invite = """($key: String!, $slot: UUID!, $cooperative: UUID!, $member: UUID!) {
        inviteToAssignmentSlot(idempotencyKey: $key, slotId: $slot,
          input: {cooperativeId: $cooperative, memberId: $member}) { id state } }"""
    asked = await ask(lead.coordinator, invite, slot=slot_id, cooperative=other.id, member=other.member_id)
    assert (await ask(other.member, PART, id=asked["id"], verb="ACCEPT"))["state"] == "TAKEN"
    mine = await ask(lead.member, JOIN, slot=slot_id, member=lead.member_id)
    colleague, colleague_id = await world.member(lead)
    assert (await ask(lead.member, PART, id=mine["id"], verb="HAND_ON", to=colleague_id))["state"] == "TAKEN"
    assert (await ask(colleague, PART, id=mine["id"], verb="TAKE_OVER"))["state"] == "HANDED_ON"
    return [(other.member, other.member_id), (colleague, colleague_id)]


async def test_an_assignment_by_graphql(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job, slot_id = await planned(lead)
    people = await staffed(world, lead, other, slot_id)
    shown = await ask(
        other.member, "query($id: UUID!) { assignment(id: $id) { terms openSeats contact { name } } }", id=job
    )
    assert shown == {"terms": shown["terms"], "openSeats": 0, "contact": None}
    slots = "query($id: UUID!) { assignmentSlots(assignmentId: $id) { share { amount } skills } }"
    assert await ask(other.member, slots, id=job) == [{"share": {"amount": "50.00"}, "skills": ["wok"]}]
    sign = """($key: String!, $id: UUID!, $cooperative: UUID!, $terms: Int!) {
        signAssignment(idempotencyKey: $key, assignmentId: $id,
          input: {cooperativeId: $cooperative, terms: $terms}) { share { amount } } }"""
    for seller in (lead, other):
        signed = await ask(seller.treasurer, sign, id=job, cooperative=seller.id, terms=shown["terms"])
        assert signed["share"]["amount"] == "50.00"
    terms = "query($id: UUID!) { assignmentTerms(assignmentId: $id) { shares { signed parts } } }"
    assert (await ask(lead.treasurer, terms, id=job))["shares"] == [{"signed": True, "parts": 1}] * 2
    signatures = "query($id: UUID!) { assignmentSignatures(assignmentId: $id) { cooperativeId } }"
    assert await ask(other.treasurer, signatures, id=job) == [{"cooperativeId": other.id}]
    for verb in ("AGREE", "START"):
        await ask(lead.coordinator, MOVE, id=job, verb=verb)
    await worked(lead, job, people)
    await ask(lead.coordinator, MOVE, id=job, verb="DELIVER")
    approved = await ask(lead.treasurer, MOVE, id=job, verb="APPROVE", reason="gebeld")
    assert approved["state"] == "APPROVED"
    flows = "query($id: UUID!) { assignmentFlows(assignmentId: $id) { source target amount { amount } } }"
    assert {f["amount"]["amount"] for f in await ask(lead.treasurer, flows, id=job)} == {"21.00", "50.00"}
    listed = "query($id: UUID!) { assignments(cooperativeId: $id, state: APPROVED) { edges { node { id } } } }"
    assert await ask(other.member, listed, id=other.id) == {"edges": [{"node": {"id": job}}]}
    await netted(lead, other)


async def worked(lead: Seller, job: str, people: list[tuple[Caller, str]]) -> None:
    """Two hours each, reported and approved."""
    parts = "query($id: UUID!) { assignmentParts(assignmentId: $id) { edges { node { id memberId state } } } }"
    report = """($key: String!, $part: UUID!, $minutes: Int!) {
        reportHours(idempotencyKey: $key, partId: $part, input: {minutes: $minutes, note: "x"}) { id approvedAt } }"""
    approve = "($key: String!, $id: UUID!) { approveHours(idempotencyKey: $key, id: $id) { approvedAt } }"
    preview = "query($id: UUID!) { partPreview(partId: $id) { net { amount } legs { kind } } }"
    for who, member_id in people:
        edges = (await ask(who, parts, id=job))["edges"]
        part = next(
            e["node"]["id"] for e in edges if (e["node"]["memberId"], e["node"]["state"]) == (member_id, "TAKEN")
        )
        assert (await ask(who, preview, id=part))["net"]["amount"] == "50.00"
        entry = await ask(who, report, part=part, minutes=120)
        assert (await ask(lead.coordinator, approve, id=entry["id"]))["approvedAt"]
        hours = "query($id: UUID!) { workedHours(partId: $id) { minutes } }"
        assert await ask(who, hours, id=part) == [{"minutes": 120}]
        one = "query($id: UUID!) { assignmentPart(id: $id) { minutes availableTransitions { verb } } }"
        assert (await ask(who, one, id=part))["minutes"] == 120


async def netted(lead: Seller, other: Seller) -> None:
    """Declined, proposed again and confirmed by both; with a limit for later debts."""
    propose = """($key: String!, $one: UUID!, $other: UUID!) {
        proposeNetting(idempotencyKey: $key, cooperativeId: $one, input: {withCooperativeId: $other}) {
        id net { amount } } }"""
    first = await ask(lead.treasurer, propose, one=lead.id, other=other.id)
    decline = """($key: String!, $id: UUID!, $side: UUID!) {
        declineNetting(idempotencyKey: $key, id: $id, input: {cooperativeId: $side, reason: "later"}) {
        state reason } }"""
    assert await ask(other.treasurer, decline, id=first["id"], side=other.id) == {
        "state": "DECLINED",
        "reason": "later",
    }
    made = await ask(other.treasurer, propose, one=other.id, other=lead.id)
    confirm = """($key: String!, $id: UUID!, $side: UUID!) {
        confirmNetting(idempotencyKey: $key, id: $id, input: {cooperativeId: $side}) { state } }"""
    for seller in (lead, other):
        await ask(seller.treasurer, confirm, id=made["id"], side=seller.id)
    one = "query($id: UUID!) { netting(id: $id) { state } }"
    assert await ask(lead.treasurer, one, id=made["id"]) == {"state": "CONFIRMED"}
    listed = "query($id: UUID!) { nettings(cooperativeId: $id) { edges { node { state } } } }"
    assert len((await ask(lead.treasurer, listed, id=lead.id))["edges"]) == 2
    lines = """query($id: UUID!, $side: UUID!) {
        nettingStatement(nettingId: $id, cooperativeId: $side) {
        lines { reason amount { amount } } total { amount } } }"""
    stated = await ask(other.treasurer, lines, id=made["id"], side=other.id)
    assert (stated["total"]["amount"], len(stated["lines"])) == ("60.50", 1)
    assert stated["lines"][0]["reason"].startswith("Charged for 'Buurtfeest'")
    limit = """($creditor: UUID!, $debtor: UUID!, $limit: MoneyInput) {
        setCreditLimit(cooperativeId: $creditor, debtorId: $debtor, input: {limit: $limit}) { limit { amount } } }"""
    for amount in ({"amount": "10.00"}, None):
        made = await ask(other.treasurer, limit, creditor=other.id, debtor=lead.id, limit=amount)
        assert made["limit"] == amount
    limits = "query($id: UUID!) { creditLimits(cooperativeId: $id) { limit { amount } debtorId } }"
    assert await ask(other.treasurer, limits, id=other.id) == [{"limit": None, "debtorId": lead.id}]
