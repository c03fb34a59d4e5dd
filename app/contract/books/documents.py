"""Files of bills, claims and purchases. REST takes and gives their contents."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain import documents as domain
from app.domain.documents import MediaType
from app.ids import AnyId, DocumentId, PersonId
from app.usecases.books.documents import list_bill_documents, list_claim_documents, list_spending_documents


@shape(domain.Attachment)
class Attachment:
    """A file that somebody added; `GET /v1/documents/{id}` gives it."""

    id: DocumentId
    owner_id: AnyId
    """The bill, claim or purchase that it belongs to."""
    name: str
    """The name of the file."""
    media_type: MediaType
    """Its type, by its content."""
    size: int
    """The number of bytes."""
    sha256: str
    """The SHA-256 of its content, in hexadecimal digits."""
    made_at: datetime
    """When it was added."""
    added_by: PersonId
    """Who added it."""


documents = Noun("documents")
documents.get("/bills/{bill_id}/documents", list_bill_documents, Attachment)
documents.get("/cost-claims/{claim_id}/documents", list_claim_documents, Attachment)
documents.get("/spending-requests/{request_id}/documents", list_spending_documents, Attachment)
