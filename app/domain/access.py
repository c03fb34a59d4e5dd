"""Access rights: one table of right, role and reach; deny by default.

A token's scope only narrows a person's rights.
"""

from enum import StrEnum


class Role(StrEnum):
    """The role of somebody at a cooperative, at a municipality or in the network."""

    VISITOR = "visitor"
    CUSTOMER = "customer"
    APP = "app"
    MEMBER = "member"
    FORMER_MEMBER = "former_member"
    COORDINATOR = "coordinator"
    TREASURER = "treasurer"
    NETWORK = "network"
    CASE_MANAGER = "case_manager"
    CONTROLLER = "controller"
    APPROVER = "approver"
    """The outside approver of a cooperative: the second person if it has only one."""


class Reach(StrEnum):
    """How far a role carries a right."""

    ANYONE = "anyone"
    OWN = "own"
    """Only on a row that the actor is a party to: its customer, its app, its member."""
    COOPERATIVE = "cooperative"
    MUNICIPALITY = "municipality"
    NETWORK = "network"


class Scope(StrEnum):
    """A permission that a token can have."""

    CATALOGUE_READ = "catalogue:read"
    OFFERINGS_READ = "offerings:read"
    OFFERINGS_WRITE = "offerings:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    PAYMENTS_WRITE = "payments:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    LEDGER_READ = "ledger:read"
    AGREEMENTS_WRITE = "agreements:write"
    NETWORK_WRITE = "network:write"
    EVENTS_READ = "events:read"


class Right(StrEnum):
    """A right that roles can carry."""

    READ_PUBLIC = "read_public"
    WRITE_MUNICIPALITY = "write_municipality"
    ADD_COOPERATIVE = "add_cooperative"
    WRITE_COOPERATIVE = "write_cooperative"
    WRITE_INVOICE_DETAILS = "write_invoice_details"
    READ_READINESS = "read_readiness"
    PROPOSE_BANK_ACCOUNT = "propose_bank_account"
    CONFIRM_BANK_ACCOUNT = "confirm_bank_account"
    READ_BANK_ACCOUNT = "read_bank_account"
    ADD_PERSON = "add_person"
    READ_PERSON = "read_person"
    READ_SELF = "read_self"
    CHANGE_SELF = "change_self"
    EXPORT_SELF = "export_self"
    ERASE_SELF = "erase_self"
    GIVE_OFFICE = "give_office"
    NAME_APPROVER = "name_approver"
    READ_POWER = "read_power"
    READ_MEMBER = "read_member"
    WRITE_MEMBER = "write_member"
    REFER_MEMBER = "refer_member"
    RELINK_MEMBER = "relink_member"
    PAUSE_MEMBERSHIP = "pause_membership"
    SET_GOAL = "set_goal"
    BE_CUSTOMER = "be_customer"
    READ_APP = "read_app"
    WRITE_APP = "write_app"
    SET_RATE = "set_rate"
    READ_AGREEMENT = "read_agreement"
    WRITE_AGREEMENT = "write_agreement"
    SIGN_FOR_COOPERATIVE = "sign_for_cooperative"
    SIGN_FOR_MUNICIPALITY = "sign_for_municipality"
    PREVIEW_SPLIT = "preview_split"
    READ_OFFERING = "read_offering"
    WRITE_OFFERING = "write_offering"
    REVIEW_OFFERING = "review_offering"
    SEE_PURCHASE_PRICE = "see_purchase_price"
    READ_IMPORT = "read_import"
    READ_HOLD = "read_hold"
    BUY = "buy"
    READ_ORDER = "read_order"
    WORK_ORDER = "work_order"
    CONFIRM_ORDER = "confirm_order"
    CANCEL_ORDER = "cancel_order"
    RUN_TIMER = "run_timer"
    RECORD_PAYMENT = "record_payment"
    RECORD_CASH = "record_cash"
    READ_PAYMENT = "read_payment"
    REFUND = "refund"
    READ_INVOICE = "read_invoice"
    ASK_INVOICE = "ask_invoice"
    ISSUE_INVOICE = "issue_invoice"
    READ_INVOICE_SERIES = "read_invoice_series"
    CONFIRM_WRITE_OFF = "confirm_write_off"
    READ_WRITE_OFF = "read_write_off"
    CONFIRM_FOR_PART = "confirm_for_part"
    READ_FOR_PART = "read_for_part"
    READ_WRITE_OFF_REVERSAL = "read_write_off_reversal"
    READ_REVERSAL_FOR_PART = "read_reversal_for_part"
    READ_COST_REVERSAL = "read_cost_reversal"
    SEE_MARGIN = "see_margin"
    CLAIM_COST = "claim_cost"
    DECIDE_CLAIM = "decide_claim"
    READ_CLAIM = "read_claim"
    CANCEL_SPENDING = "cancel_spending"
    REQUEST_SPENDING = "request_spending"
    READ_SPENDING = "read_spending"
    DECIDE_SPENDING = "decide_spending"
    CONSENT_TO_SPENDING = "consent_to_spending"
    PAY_SPENDING = "pay_spending"
    CHECK_BOOKS = "check_books"
    LEAD_PURCHASE = "lead_purchase"
    READ_PURCHASE = "read_purchase"
    WISH = "wish"
    LEAD_ASSIGNMENT = "lead_assignment"
    READ_ASSIGNMENT = "read_assignment"
    TAKE_PART = "take_part"
    SIGN_ASSIGNMENT = "sign_assignment"
    APPROVE_HOURS = "approve_hours"
    CONFIRM_ASSIGNMENT = "confirm_assignment"
    READ_NETTING = "read_netting"
    CONFIRM_NETTING = "confirm_netting"
    SET_LIMIT = "set_limit"
    SETTLE_PURCHASE = "settle_purchase"
    PROPOSE_PURCHASE = "propose_purchase"
    CAST_VOTE = "cast_vote"
    PAY_PURCHASE = "pay_purchase"
    PROPOSE_BARTER = "propose_barter"
    ANSWER_BARTER = "answer_barter"
    READ_BARTER = "read_barter"
    READ_FUND = "read_fund"
    WRITE_FUND = "write_fund"
    CONFIRM_FUND_FLOOR = "confirm_fund_floor"
    READ_FUND_FLOOR = "read_fund_floor"
    DELIVER_INTERNALLY = "deliver_internally"
    TRACE_ORDER = "trace_order"
    REPLAY_AGREEMENT = "replay_agreement"
    OPEN_BOOKS = "open_books"
    SETTLE_POT = "settle_pot"
    REPORT_REMITTANCE = "report_remittance"
    READ_REMITTANCE = "read_remittance"
    READ_SPECIFICATION = "read_specification"
    INVOICE_REMITTANCE = "invoice_remittance"
    SETTLE_REMITTANCE = "settle_remittance"
    GIVE_PERMISSION = "give_permission"
    READ_PERMISSION = "read_permission"
    GRANT_ALLOWANCE = "grant_allowance"
    READ_ALLOWANCE = "read_allowance"
    READ_EARNING = "read_earning"
    DECIDE_HELD = "decide_held"
    READ_THERMOMETER = "read_thermometer"
    READ_LEDGER = "read_ledger"
    CLOSE_MONTH = "close_month"
    READ_BANK = "read_bank"
    IMPORT_STATEMENT = "import_statement"
    CONFIRM_STATEMENT = "confirm_statement"
    READ_STATEMENT = "read_statement"
    PLACE_LINE = "place_line"
    COUNT_CASH = "count_cash"
    READ_SUPPLIER = "read_supplier"
    WRITE_SUPPLIER = "write_supplier"
    READ_BILL = "read_bill"
    WRITE_BILL = "write_bill"
    APPROVE_BILL = "approve_bill"
    READ_PAYOUT = "read_payout"
    PAY_OUT = "pay_out"
    READ_BATCH = "read_batch"
    MAKE_BATCH = "make_batch"
    APPROVE_BATCH = "approve_batch"
    SET_PAYEE_ACCOUNT = "set_payee_account"
    CONFIRM_PAYEE_ACCOUNT = "confirm_payee_account"
    READ_PAYEE_ACCOUNT = "read_payee_account"
    READ_EVENT = "read_event"
    MANAGE_WEBHOOK = "manage_webhook"
    READ_TASK = "read_task"
    DO_TASK = "do_task"


SELLABLE_SCOPES = frozenset(
    {
        Scope.CATALOGUE_READ,
        Scope.OFFERINGS_READ,
        Scope.OFFERINGS_WRITE,
        Scope.ORDERS_READ,
        Scope.ORDERS_WRITE,
        Scope.EVENTS_READ,
    }
)
"""The scopes that an app can have for itself; any other needs a person's token."""


R, W = Role, Reach
Reaches = dict[Role, set[Reach]]
_STAFF: Reaches = {R.COORDINATOR: {W.COOPERATIVE}, R.TREASURER: {W.COOPERATIVE}}
_OFFICE: Reaches = {R.COORDINATOR: {W.COOPERATIVE}}
_TREASURER: Reaches = {R.TREASURER: {W.COOPERATIVE}}
_APPROVER: Reaches = {R.APPROVER: {W.COOPERATIVE}}
_NETWORK: Reaches = {R.NETWORK: {W.NETWORK}}
_BUYER: Reaches = {R.CUSTOMER: {W.OWN}, R.APP: {W.OWN}}
_MAKER: Reaches = {R.MEMBER: {W.OWN}}
_KEPT: Reaches = {R.MEMBER: {W.OWN}, R.FORMER_MEMBER: {W.OWN}}
"""Former members can still see their own."""
_PARTNER: Reaches = {R.APP: {W.COOPERATIVE}}
_ALL: Reaches = {role: {W.ANYONE} for role in Role}
_TOKEN: Reaches = {role: {W.ANYONE} for role in Role if role is not R.VISITOR}


def _join(*parts: Reaches) -> Reaches:
    joined: Reaches = {}
    for part in parts:
        for role, reaches in part.items():
            joined[role] = joined.get(role, set()) | reaches
    return joined


ACCESS: dict[Right, tuple[Scope, Reaches]] = {
    Right.READ_PUBLIC: (Scope.CATALOGUE_READ, _ALL),
    Right.WRITE_MUNICIPALITY: (Scope.NETWORK_WRITE, _NETWORK),
    Right.ADD_COOPERATIVE: (Scope.NETWORK_WRITE, _NETWORK),
    Right.WRITE_COOPERATIVE: (Scope.NETWORK_WRITE, _join(_OFFICE, _NETWORK)),
    Right.WRITE_INVOICE_DETAILS: (Scope.NETWORK_WRITE, _join(_STAFF, _NETWORK)),
    Right.READ_READINESS: (Scope.MEMBERS_READ, _join(_STAFF, _NETWORK)),
    Right.PROPOSE_BANK_ACCOUNT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.CONFIRM_BANK_ACCOUNT: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.READ_BANK_ACCOUNT: (Scope.ORDERS_READ, _join(_STAFF, _APPROVER)),
    Right.ADD_PERSON: (Scope.MEMBERS_WRITE, _join({R.COORDINATOR: {W.ANYONE}}, _NETWORK)),
    Right.READ_PERSON: (Scope.MEMBERS_READ, _join(_NETWORK, {R.CUSTOMER: {W.OWN}})),
    Right.READ_SELF: (Scope.CATALOGUE_READ, _TOKEN),
    Right.CHANGE_SELF: (Scope.MEMBERS_WRITE, {R.CUSTOMER: {W.OWN}}),
    Right.EXPORT_SELF: (Scope.LEDGER_READ, {R.CUSTOMER: {W.OWN}}),
    Right.ERASE_SELF: (Scope.MEMBERS_WRITE, {R.CUSTOMER: {W.OWN}}),
    Right.GIVE_OFFICE: (Scope.NETWORK_WRITE, _NETWORK),
    # Of the umbrella, for its parts.
    Right.NAME_APPROVER: (Scope.NETWORK_WRITE, _STAFF),
    Right.READ_POWER: (
        Scope.MEMBERS_READ,
        _join(_STAFF, _NETWORK, {R.MEMBER: {W.COOPERATIVE}, R.CUSTOMER: {W.OWN}}),
    ),
    Right.READ_MEMBER: (Scope.MEMBERS_READ, _join(_STAFF, _KEPT)),
    Right.WRITE_MEMBER: (Scope.MEMBERS_WRITE, _OFFICE),
    Right.REFER_MEMBER: (Scope.MEMBERS_WRITE, {R.CASE_MANAGER: {W.MUNICIPALITY}}),
    Right.RELINK_MEMBER: (Scope.MEMBERS_WRITE, _NETWORK),
    Right.PAUSE_MEMBERSHIP: (Scope.MEMBERS_WRITE, _join(_OFFICE, _MAKER)),
    Right.SET_GOAL: (Scope.MEMBERS_WRITE, _MAKER),
    Right.BE_CUSTOMER: (Scope.ORDERS_WRITE, {R.CUSTOMER: {W.OWN}}),
    Right.READ_APP: (Scope.CATALOGUE_READ, _join(_OFFICE, _NETWORK, {R.APP: {W.OWN}})),
    Right.WRITE_APP: (Scope.NETWORK_WRITE, _join(_OFFICE, _NETWORK)),
    Right.SET_RATE: (Scope.NETWORK_WRITE, _NETWORK),
    Right.READ_EVENT: (Scope.EVENTS_READ, _TOKEN),
    Right.MANAGE_WEBHOOK: (Scope.EVENTS_READ, _join(_OFFICE, _NETWORK, {R.APP: {W.OWN}})),
    Right.READ_AGREEMENT: (
        Scope.MEMBERS_READ,
        _join(_STAFF, _NETWORK, {R.MEMBER: {W.COOPERATIVE}, R.CONTROLLER: {W.MUNICIPALITY}}),
    ),
    Right.WRITE_AGREEMENT: (Scope.AGREEMENTS_WRITE, _join(_STAFF, _NETWORK)),
    Right.SIGN_FOR_COOPERATIVE: (Scope.AGREEMENTS_WRITE, _TREASURER),
    Right.SIGN_FOR_MUNICIPALITY: (Scope.AGREEMENTS_WRITE, {R.CONTROLLER: {W.MUNICIPALITY}}),
    Right.PREVIEW_SPLIT: (Scope.MEMBERS_READ, _join(_STAFF, {R.MEMBER: {W.COOPERATIVE}})),
    Right.READ_OFFERING: (Scope.OFFERINGS_READ, _join(_STAFF, _APPROVER, {R.MEMBER: {W.COOPERATIVE}}, _PARTNER)),
    Right.WRITE_OFFERING: (Scope.OFFERINGS_WRITE, _join(_OFFICE, _MAKER, _PARTNER)),
    Right.REVIEW_OFFERING: (Scope.OFFERINGS_WRITE, _join(_OFFICE, _APPROVER)),
    Right.SEE_PURCHASE_PRICE: (Scope.OFFERINGS_READ, _join(_STAFF, _MAKER, _PARTNER)),
    Right.READ_IMPORT: (Scope.OFFERINGS_READ, _join(_STAFF, _PARTNER)),
    Right.READ_HOLD: (Scope.OFFERINGS_READ, _STAFF),
    Right.BUY: (Scope.ORDERS_WRITE, _TOKEN),
    Right.READ_ORDER: (Scope.ORDERS_READ, _join(_STAFF, _BUYER, _MAKER, _PARTNER)),
    Right.WORK_ORDER: (Scope.ORDERS_WRITE, _join(_OFFICE, _MAKER, _PARTNER)),
    Right.CONFIRM_ORDER: (Scope.ORDERS_WRITE, _BUYER),
    Right.CANCEL_ORDER: (Scope.ORDERS_WRITE, _join(_OFFICE, _BUYER)),
    Right.RUN_TIMER: (Scope.ORDERS_WRITE, {}),
    Right.RECORD_PAYMENT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.RECORD_CASH: (Scope.ORDERS_WRITE, _MAKER),
    Right.READ_PAYMENT: (Scope.ORDERS_READ, _join(_STAFF, _BUYER)),
    Right.REFUND: (Scope.PAYMENTS_WRITE, _TREASURER),
    # Of the cooperative that sells, and of the one that buys.
    Right.READ_INVOICE: (Scope.ORDERS_READ, _join(_STAFF, _BUYER, _PARTNER)),
    Right.ASK_INVOICE: (Scope.ORDERS_WRITE, _join(_STAFF, _BUYER)),
    Right.ISSUE_INVOICE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_INVOICE_SERIES: (Scope.ORDERS_READ, _STAFF),
    Right.CONFIRM_WRITE_OFF: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.SEE_MARGIN: (Scope.ORDERS_READ, _STAFF),
    Right.READ_WRITE_OFF: (Scope.ORDERS_READ, _join(_STAFF, _APPROVER)),
    # Of the umbrella, for its parts: as their second person.
    Right.CONFIRM_FOR_PART: (Scope.PAYMENTS_WRITE, _STAFF),
    Right.READ_FOR_PART: (Scope.ORDERS_READ, _STAFF),
    Right.READ_REVERSAL_FOR_PART: (Scope.LEDGER_READ, _STAFF),
    # Reversals that take two people.
    Right.READ_WRITE_OFF_REVERSAL: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER)),
    Right.READ_COST_REVERSAL: (Scope.LEDGER_READ, _STAFF),
    Right.CLAIM_COST: (Scope.ORDERS_WRITE, _join(_STAFF, _MAKER)),
    Right.DECIDE_CLAIM: (Scope.PAYMENTS_WRITE, _STAFF),
    Right.READ_CLAIM: (Scope.ORDERS_READ, _join(_STAFF, _MAKER)),
    Right.CANCEL_SPENDING: (Scope.MEMBERS_WRITE, _KEPT),
    Right.REQUEST_SPENDING: (Scope.MEMBERS_WRITE, _MAKER),
    Right.READ_SPENDING: (
        Scope.LEDGER_READ,
        _join(_STAFF, _APPROVER, _KEPT, {R.CASE_MANAGER: {W.MUNICIPALITY}}),
    ),
    Right.DECIDE_SPENDING: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.CONSENT_TO_SPENDING: (Scope.MEMBERS_WRITE, {R.CASE_MANAGER: {W.MUNICIPALITY}}),
    Right.PAY_SPENDING: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.CHECK_BOOKS: (Scope.LEDGER_READ, _NETWORK),
    Right.OPEN_BOOKS: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.TRACE_ORDER: (Scope.LEDGER_READ, _join(_STAFF, _MAKER)),
    Right.REPLAY_AGREEMENT: (Scope.MEMBERS_READ, _join(_STAFF, {R.CONTROLLER: {W.MUNICIPALITY}})),
    Right.PROPOSE_BARTER: (Scope.MEMBERS_WRITE, _MAKER),
    Right.ANSWER_BARTER: (Scope.MEMBERS_WRITE, _MAKER),
    Right.READ_BARTER: (Scope.MEMBERS_READ, _join(_STAFF, _MAKER)),
    Right.READ_FUND: (Scope.LEDGER_READ, _STAFF),
    Right.WRITE_FUND: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.CONFIRM_FUND_FLOOR: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.READ_FUND_FLOOR: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER)),
    Right.DELIVER_INTERNALLY: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.LEAD_PURCHASE: (Scope.MEMBERS_WRITE, _STAFF),
    Right.READ_PURCHASE: (Scope.MEMBERS_READ, _join(_STAFF, _MAKER)),
    Right.WISH: (Scope.MEMBERS_WRITE, _join(_STAFF, _MAKER)),
    Right.LEAD_ASSIGNMENT: (Scope.ORDERS_WRITE, _OFFICE),
    Right.READ_ASSIGNMENT: (Scope.ORDERS_READ, _join(_STAFF, _MAKER, _BUYER)),
    Right.TAKE_PART: (Scope.ORDERS_WRITE, _join(_OFFICE, _MAKER)),
    Right.SIGN_ASSIGNMENT: (Scope.ORDERS_WRITE, _STAFF),
    Right.APPROVE_HOURS: (Scope.ORDERS_WRITE, _STAFF),
    Right.CONFIRM_ASSIGNMENT: (Scope.ORDERS_WRITE, _join(_BUYER, _TREASURER)),
    Right.READ_NETTING: (Scope.LEDGER_READ, _TREASURER),
    Right.CONFIRM_NETTING: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.SET_LIMIT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.SETTLE_PURCHASE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.PROPOSE_PURCHASE: (Scope.MEMBERS_WRITE, _join(_STAFF, _MAKER)),
    Right.CAST_VOTE: (Scope.MEMBERS_WRITE, _MAKER),
    Right.PAY_PURCHASE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.SETTLE_POT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.REPORT_REMITTANCE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_REMITTANCE: (Scope.LEDGER_READ, _join(_TREASURER, {R.CONTROLLER: {W.MUNICIPALITY}})),
    Right.READ_SPECIFICATION: (Scope.LEDGER_READ, _TREASURER),
    Right.INVOICE_REMITTANCE: (Scope.PAYMENTS_WRITE, {R.CONTROLLER: {W.MUNICIPALITY}}),
    Right.SETTLE_REMITTANCE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.GIVE_PERMISSION: (Scope.MEMBERS_WRITE, {R.CASE_MANAGER: {W.MUNICIPALITY}}),
    Right.READ_PERMISSION: (Scope.MEMBERS_READ, _join(_OFFICE, _KEPT, {R.CASE_MANAGER: {W.MUNICIPALITY}})),
    Right.GRANT_ALLOWANCE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_ALLOWANCE: (Scope.LEDGER_READ, _join(_STAFF, _KEPT)),
    Right.READ_EARNING: (Scope.LEDGER_READ, _join(_STAFF, _KEPT)),
    Right.DECIDE_HELD: (Scope.PAYMENTS_WRITE, _OFFICE),
    Right.READ_THERMOMETER: (Scope.LEDGER_READ, _join(_STAFF, _KEPT)),
    Right.READ_LEDGER: (Scope.LEDGER_READ, _TREASURER),
    Right.CLOSE_MONTH: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_BANK: (Scope.LEDGER_READ, _TREASURER),
    Right.IMPORT_STATEMENT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.CONFIRM_STATEMENT: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.READ_STATEMENT: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER)),
    Right.PLACE_LINE: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.COUNT_CASH: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_SUPPLIER: (Scope.LEDGER_READ, _STAFF),
    Right.WRITE_SUPPLIER: (Scope.PAYMENTS_WRITE, _STAFF),
    Right.READ_BILL: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER)),
    Right.WRITE_BILL: (Scope.PAYMENTS_WRITE, _STAFF),
    Right.APPROVE_BILL: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.READ_PAYOUT: (Scope.LEDGER_READ, _STAFF),
    Right.PAY_OUT: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.READ_BATCH: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER)),
    Right.MAKE_BATCH: (Scope.PAYMENTS_WRITE, _TREASURER),
    Right.APPROVE_BATCH: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    # A former member is still paid what they are owed.
    Right.SET_PAYEE_ACCOUNT: (Scope.PAYMENTS_WRITE, _join(_TREASURER, _KEPT)),
    Right.CONFIRM_PAYEE_ACCOUNT: (Scope.PAYMENTS_WRITE, _join(_STAFF, _APPROVER)),
    Right.READ_PAYEE_ACCOUNT: (Scope.LEDGER_READ, _join(_STAFF, _APPROVER, _KEPT)),
    Right.READ_TASK: (Scope.MEMBERS_READ, _join(_STAFF, _MAKER)),
    Right.DO_TASK: (Scope.MEMBERS_READ, _join(_STAFF, _MAKER)),
}
