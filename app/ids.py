"""Ids, each with the noun that it names."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_ID = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Names:
    """Marks an id with the noun that it names, such as `member`. Only the usual form of a UUID is accepted.

    `UUID` itself would also accept braces, `urn:` and digits of any script.
    """

    noun: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"description": self.words}

    @property
    def words(self) -> str:
        """The description of the id, if nothing else describes it."""
        return f"The {self.noun.replace('_', ' ')}." if self.noun else "An id."

    def _check(self, value: Any) -> Any:
        if isinstance(value, str) and not _ID.fullmatch(value):
            raise PydanticCustomError("uuid_parsing", "an id is 32 hexadecimal digits")
        return value


def noun_of(hint: Any) -> str | None:
    """The noun that an id names; None if the type is no id."""
    return next((one.noun for one in getattr(hint, "__metadata__", ()) if isinstance(one, Names)), None)


AccountId = Annotated[UUID, Names("account")]
AgreementId = Annotated[UUID, Names("agreement")]
AllowanceId = Annotated[UUID, Names("allowance")]
AppId = Annotated[UUID, Names("app")]
AssignmentId = Annotated[UUID, Names("assignment")]
AssignmentPartId = Annotated[UUID, Names("assignment_part")]
AssignmentSignatureId = Annotated[UUID, Names("assignment_signature")]
AssignmentSlotId = Annotated[UUID, Names("assignment_slot")]
BallotId = Annotated[UUID, Names("ballot")]
BankAccountId = Annotated[UUID, Names("bank_account")]
BankLineId = Annotated[UUID, Names("bank_line")]
BankMatchId = Annotated[UUID, Names("bank_match")]
BankStatementId = Annotated[UUID, Names("bank_statement")]
BankRuleId = Annotated[UUID, Names("bank_rule")]
BarterId = Annotated[UUID, Names("barter")]
BillId = Annotated[UUID, Names("bill")]
BookCheckId = Annotated[UUID, Names("book_check")]
CashCountId = Annotated[UUID, Names("cash_count")]
CooperativeId = Annotated[UUID, Names("cooperative")]
CostClaimId = Annotated[UUID, Names("cost_claim")]
CustomerId = Annotated[UUID, Names("customer")]
DebtWriteOffId = Annotated[UUID, Names("debt_write_off")]
DeliveryId = Annotated[UUID, Names("delivery")]
DocumentId = Annotated[UUID, Names("document")]
EarningId = Annotated[UUID, Names("earning")]
EventId = Annotated[UUID, Names("event")]
FundFloorId = Annotated[UUID, Names("fund_floor")]
FundId = Annotated[UUID, Names("fund")]
HoldId = Annotated[UUID, Names("hold")]
ImportRowId = Annotated[UUID, Names("import_row")]
InvoiceId = Annotated[UUID, Names("invoice")]
JointPurchaseId = Annotated[UUID, Names("joint_purchase")]
JournalId = Annotated[UUID, Names("journal")]
JournalReversalId = Annotated[UUID, Names("journal_reversal")]
MemberEventId = Annotated[UUID, Names("member_event")]
MemberId = Annotated[UUID, Names("member")]
MunicipalityId = Annotated[UUID, Names("municipality")]
NettingId = Annotated[UUID, Names("netting")]
OfferingId = Annotated[UUID, Names("offering")]
OfferingImportId = Annotated[UUID, Names("offering_import")]
OfficeId = Annotated[UUID, Names("office")]
OrderEventId = Annotated[UUID, Names("order_event")]
OrderId = Annotated[UUID, Names("order")]
OrderLineId = Annotated[UUID, Names("order_line")]
PayeeAccountId = Annotated[UUID, Names("payee_account")]
PayoutId = Annotated[UUID, Names("payout")]
PaymentBatchId = Annotated[UUID, Names("payment_batch")]
PaymentItemId = Annotated[UUID, Names("payment_item")]
PaymentId = Annotated[UUID, Names("payment")]
PermissionId = Annotated[UUID, Names("permission")]
PermissionReadId = Annotated[UUID, Names("permission_read")]
PersonId = Annotated[UUID, Names("person")]
PowerEventId = Annotated[UUID, Names("power_event")]
PurchaseArticleId = Annotated[UUID, Names("purchase_article")]
CreditId = Annotated[UUID, Names("credit")]
RepaymentId = Annotated[UUID, Names("repayment")]
WriteOffId = Annotated[UUID, Names("write_off")]
RemittanceId = Annotated[UUID, Names("remittance")]
SendingId = Annotated[UUID, Names("sending")]
SpendingRequestId = Annotated[UUID, Names("spending_request")]
SupplierId = Annotated[UUID, Names("supplier")]
TaskId = Annotated[UUID, Names("task")]
WebhookDeliveryId = Annotated[UUID, Names("webhook_delivery")]
WebhookId = Annotated[UUID, Names("webhook")]
WishId = Annotated[UUID, Names("wish")]
WorkedHoursId = Annotated[UUID, Names("worked_hours")]
AnyId = Annotated[UUID, Names("")]
"""The id of one of several nouns."""
