"""Files of bills, claims and purchases: private, added by those who may enter the thing, kept as they came."""

from typing import Annotated
from uuid import UUID

from app.db.books.bills import bills
from app.db.buying.spending import requests
from app.db.documents import attachments, attachments_of, find_attached, keep_documents
from app.db.earning.costs import claims
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bills import Bill
from app.domain.buying.spending import Request, SpendingState
from app.domain.documents import MOST_FILES, Attachment, Document, sha256_of, type_of
from app.domain.earning.costs import CostClaim
from app.domain.errors import NotFound, RuleRefused
from app.domain.second_person import require_here_or_above
from app.ids import BillId, CostClaimId, DocumentId, SpendingRequestId
from app.usecases.declared.audit import shows_private
from app.vocabulary import Doc, Text

FileName = Annotated[str, Text(1, 120), Doc("The name of the file.")]


async def add_bill_document(tx: Tx, actor: Actor, *, bill_id: BillId, name: FileName, content: bytes) -> Attachment:
    """Add a file to a bill. For the staff. Raises RuleRefused for another type, a sixth file, or one above 10 MB."""
    bill = await bills.get(tx, bill_id)
    actor.require(Right.WRITE_BILL, bill.cooperative_id)
    added = await _add(tx, actor, bill, name, content)
    await tell(tx, "bill.filed", bill.cooperative_id, bill.id)
    return added


@shows_private
async def list_bill_documents(tx: Tx, actor: Actor, *, bill_id: BillId) -> list[Attachment]:
    """The files of a bill, oldest first. For the staff, the outside approver and officers of the umbrella."""
    _read_bill(actor, await bills.get(tx, bill_id))
    return await attachments_of(tx, bill_id)


async def add_claim_document(
    tx: Tx, actor: Actor, *, claim_id: CostClaimId, name: FileName, content: bytes
) -> Attachment:
    """Add a file to a cost claim: its receipt. For whoever may claim it. Raises RuleRefused as for a bill."""
    claim = await claims.get(tx, claim_id)
    actor.require(Right.CLAIM_COST, claim.cooperative_id, own=actor.as_member(claim.member_id))
    return await _add(tx, actor, claim, name, content)


@shows_private
async def list_claim_documents(tx: Tx, actor: Actor, *, claim_id: CostClaimId) -> list[Attachment]:
    """The files of a cost claim, oldest first. For the staff and the member."""
    _read_claim(actor, await claims.get(tx, claim_id))
    return await attachments_of(tx, claim_id)


async def add_spending_document(
    tx: Tx, actor: Actor, *, request_id: SpendingRequestId, name: FileName, content: bytes
) -> Attachment:
    """Add a file to a purchase from a pot: its receipt. For the member and the treasurer.

    Raises RuleRefused as for a bill.
    """
    request = await requests.get(tx, request_id)
    own = actor.as_member(request.member_id)
    _of_member(actor, Right.REQUEST_SPENDING if own else Right.PAY_SPENDING, request)
    return await _add(tx, actor, request, name, content)


@shows_private
async def list_spending_documents(tx: Tx, actor: Actor, *, request_id: SpendingRequestId) -> list[Attachment]:
    """The files of a purchase from a pot, oldest first. For the staff and the member."""
    _read_spending(actor, await requests.get(tx, request_id))
    return await attachments_of(tx, request_id)


@shows_private
async def get_document(tx: Tx, actor: Actor, *, document_id: DocumentId) -> Document:
    """A file that was added, for those who may read what it belongs to. Raises NotFound."""
    attached = await attachments.get(tx, document_id)
    await _require_reading(tx, actor, attached.owner_id)
    found = await find_attached(tx, document_id)
    if found is None:
        raise NotFound
    return found


async def _add(tx: Tx, actor: Actor, owner: Bill | CostClaim | Request, name: str, content: bytes) -> Attachment:
    """The file, added; the same file again changes nothing."""
    media_type, digest = type_of(content), sha256_of(content)
    before = await attachments_of(tx, owner.id)
    same = next((one for one in before if one.sha256 == digest), None)
    if same is not None:
        return same
    if len(before) >= MOST_FILES:
        raise RuleRefused(rule="five_files", value=str(MOST_FILES))
    document = Document(
        id=uuid7(),
        cooperative_id=owner.cooperative_id,
        owner_id=owner.id,
        name=name,
        media_type=media_type,
        sha256=digest,
        content=content,
        made_at=tx.now,
        added_by=actor.person,
    )
    await keep_documents(tx, document)
    return next(one for one in await attachments_of(tx, owner.id) if one.sha256 == digest)


async def _require_reading(tx: Tx, actor: Actor, owner_id: UUID) -> None:
    if (bill := await bills.find(tx, id=owner_id)) is not None:
        _read_bill(actor, bill)
    elif (claim := await claims.find(tx, id=owner_id)) is not None:
        _read_claim(actor, claim)
    elif (request := await requests.find(tx, id=owner_id)) is not None:
        _read_spending(actor, request)
    else:
        raise NotFound


def _read_bill(actor: Actor, bill: Bill) -> None:
    require_here_or_above(actor, Right.READ_BILL, bill.cooperative_id, bill.umbrella_id)


def _read_claim(actor: Actor, claim: CostClaim) -> None:
    actor.require(Right.READ_CLAIM, claim.cooperative_id, own=actor.as_member(claim.member_id))


def _read_spending(actor: Actor, request: Request) -> None:
    """The right of the staff and the member; that of a claim, as others decide about purchases without its files."""
    own = actor.as_member(request.member_id)
    _of_member(actor, Right.READ_SPENDING if own else Right.READ_CLAIM, request)


def _of_member(actor: Actor, right: Right, request: Request) -> None:
    """A draft belongs to its member."""
    own = actor.as_member(request.member_id)
    if request.state is SpendingState.DRAFT and not own:
        raise NotFound
    actor.require(right, request.cooperative_id, own=own)
