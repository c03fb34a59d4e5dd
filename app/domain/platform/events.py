"""Events, written in the transaction of their act; and the tasks that they open and close."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.access import Role
from app.domain.selling.invoice_mails import InvoiceMailKind


@dataclass(frozen=True)
class Event:
    """A row of the outbox: `name` is `noun.verb_past`; `facts` are few (ids, references, times; nothing private)."""

    id: UUID
    name: str
    cooperative_id: UUID
    subject_id: UUID
    facts: dict[str, Any]


@dataclass(frozen=True)
class Timer:
    """Something to do at `due_at`, once."""

    id: UUID
    kind: str
    cooperative_id: UUID
    subject_id: UUID
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task for people with `role` at the cooperative; if `member_id` is set, for that member only."""

    id: UUID
    cooperative_id: UUID
    role: Role
    what: str
    subject_id: UUID
    facts: dict[str, Any]
    created_at: datetime
    due_at: datetime | None = None
    member_id: UUID | None = None
    done_at: datetime | None = None
    done_by: UUID | None = None
    version: int = 1


@dataclass(frozen=True)
class Opening:
    """The task that an event opens: fact `due` is its deadline, fact `unless` makes it unnecessary."""

    what: str
    role: Role
    due: str | None = None
    unless: str | None = None


MAIL = "mail.task"
"""The event with which older versions requested a mail about a task."""

LESS_HELD = "offering_import.less_held"
"""An offering left the review of its import."""
NOTHING_HELD = "offering_import.nothing_held"

LOWERS_FUND = frozenset({"order.refunded", "write_off.decided"})
"""Events of acts that follow a rule, so that they may bring the fund below its floor: then there is a task."""

PAPERS = ("invoice", "credit_note")
WRITES: dict[str, InvoiceMailKind] = {
    "invoice.issued": InvoiceMailKind.INVOICE,
    "invoice.to_mail": InvoiceMailKind.INVOICE,
    "invoice.to_remind": InvoiceMailKind.REMINDER,
    "credit_note.issued": InvoiceMailKind.CREDIT_NOTE,
    "credit_note.to_mail": InvoiceMailKind.CREDIT_NOTE,
}
"""The mail to a customer that an event of an invoice calls for; its tasks tell by the fact `mailed` if there is one."""

OPENS: dict[str, tuple[Opening, ...]] = {
    "order.placed": (
        Opening("accept_order", Role.COORDINATOR, "acceptBy"),
        Opening("accept_order", Role.MEMBER, "acceptBy"),
    ),
    "order.accepted": (Opening("deliver_order", Role.MEMBER, "neededAt"),),
    "order.delivered": (Opening("record_payment", Role.TREASURER, unless="paid"),),
    "invoices.missing": (Opening("issue_invoices", Role.TREASURER),),
    "invoice_series.unchecked": (Opening("check_invoice_numbers", Role.TREASURER),),
    "invoice.to_remind": (Opening("remind_customer", Role.TREASURER),),
    **{
        f"{noun}.{what}": (Opening("send_invoice", Role.TREASURER, unless="mailed"),)
        for noun in PAPERS
        for what in ("issued", "to_mail")
    },
    **{f"{noun}.mail_refused": (Opening("send_invoice", Role.TREASURER),) for noun in PAPERS},
    "order.due_again": (Opening("record_payment", Role.TREASURER),),
    "order.owed_back": (Opening("pay_customer_back", Role.TREASURER),),
    "payment.to_confirm": (Opening("confirm_cash", Role.TREASURER),),
    "write_off.proposed": (
        Opening("confirm_write_off", Role.COORDINATOR),
        Opening("confirm_write_off", Role.TREASURER),
    ),
    "payment_batch.made": (
        Opening("approve_batch", Role.COORDINATOR),
        Opening("approve_batch", Role.TREASURER),
    ),
    "payment_batch.approved": (Opening("send_batch", Role.TREASURER),),
    "payment_batches.unchecked": (Opening("check_batches", Role.TREASURER),),
    "bank_account.proposed": (
        Opening("confirm_bank_account", Role.COORDINATOR),
        Opening("confirm_bank_account", Role.TREASURER),
    ),
    "bank_account.changed": (
        Opening("know_of_bank_account", Role.COORDINATOR),
        Opening("know_of_bank_account", Role.TREASURER),
    ),
    "bank_account.added": (
        Opening("know_of_added_account", Role.COORDINATOR),
        Opening("know_of_added_account", Role.TREASURER),
    ),
    "debt_write_off.proposed": (
        Opening("confirm_debt_write_off", Role.COORDINATOR),
        Opening("confirm_debt_write_off", Role.TREASURER),
    ),
    "fund_floor.proposed": (
        Opening("confirm_fund_floor", Role.COORDINATOR),
        Opening("confirm_fund_floor", Role.TREASURER),
    ),
    "fund.below_floor": (Opening("fund_below_floor", Role.TREASURER),),
    "payee_account.proposed": (
        Opening("confirm_payee_account", Role.COORDINATOR),
        Opening("confirm_payee_account", Role.TREASURER),
    ),
    "payee_account.changed": (
        Opening("know_of_payee_account", Role.COORDINATOR),
        Opening("know_of_payee_account", Role.TREASURER),
        Opening("know_of_own_account", Role.MEMBER),
    ),
    "payee_account.changed_of_partner": (Opening("know_of_account_at_partner", Role.TREASURER),),
    **{
        f"bill.{what}": (Opening("approve_bill", Role.COORDINATOR), Opening("approve_bill", Role.TREASURER))
        for what in ("received", "reversed")
    },
    "bill.approved": (Opening("bill_without_file", Role.TREASURER, unless="filed"),),
    "bank_statement.proposed": (
        Opening("confirm_bank_statement", Role.COORDINATOR),
        Opening("confirm_bank_statement", Role.TREASURER),
    ),
    "bank_lines.open": (Opening("unmatched_line", Role.TREASURER),),
    "transit_items.old": (Opening("in_transit_old", Role.TREASURER),),
    "order.expired": (Opening("call_customer", Role.COORDINATOR),),
    "offering.submitted": (Opening("review_offering", Role.COORDINATOR),),
    "offering_import.finished": (Opening("review_import", Role.COORDINATOR),),
    "claim.made": (Opening("decide_claim", Role.TREASURER),),
    "claim.to_confirm": (Opening("confirm_claim", Role.COORDINATOR), Opening("confirm_claim", Role.TREASURER)),
    "earning.waits_for_claims": (Opening("decide_open_claims", Role.TREASURER),),
    "member.referred": (Opening("take_in_referral", Role.COORDINATOR),),
    "member.exit_target": (Opening("talk_about_exit", Role.COORDINATOR),),
    "member.exit": (Opening("settle_pot", Role.TREASURER, unless="empty"),),
    "member.pot_settlement_reversed": (Opening("settle_pot", Role.TREASURER),),
    "permission.lapses": (Opening("renew_permission", Role.COORDINATOR),),
    "member.trial_ended": (Opening("end_trial", Role.COORDINATOR),),
    "earning.held": (Opening("decide_held", Role.COORDINATOR),),
    "earning.decision_reversed": (Opening("decide_held", Role.COORDINATOR),),
    "spending.submit": (Opening("decide_spending", Role.TREASURER),),
    "spending.approve": (Opening("pay_spending", Role.TREASURER),),
    "spending.ask_more": (Opening("complete_spending", Role.MEMBER),),
    "spending.pay": (Opening("settle_spending", Role.TREASURER),),
    "spending.payment_reversed": (Opening("pay_spending", Role.TREASURER),),
    "spending.receipt_reversed": (Opening("settle_spending", Role.TREASURER),),
    "remittance.invoiced": (Opening("settle_remittance", Role.TREASURER),),
    "remittance.payment_reversed": (Opening("settle_remittance", Role.TREASURER),),
    "ballot.opened": (Opening("cast_vote", Role.MEMBER),),
    "ballot.accepted": (Opening("pay_purchase", Role.TREASURER),),
    "ballot.payment_reversed": (Opening("pay_purchase", Role.TREASURER),),
    "joint_purchase.below_minimum": (Opening("decide_below_minimum", Role.COORDINATOR),),
    "joint_purchase.close": (Opening("order_joint_purchase", Role.COORDINATOR, unless="partner"),),
    "joint_purchase.order": (Opening("receive_joint_purchase", Role.COORDINATOR, unless="partner"),),
    "joint_purchase.receive": (
        Opening("settle_joint_purchase", Role.TREASURER, unless="partner"),
        Opening("collect_joint_purchase", Role.MEMBER),
    ),
    "joint_purchase.settlement_reversed": (Opening("settle_joint_purchase", Role.TREASURER, unless="partner"),),
    "joint_purchase.cancel": (
        Opening("know_of_cancelled_purchase", Role.MEMBER),
        Opening("know_of_cancelled_purchase", Role.COORDINATOR, unless="nobody"),
    ),
    "joint_purchase.article_dropped": (
        Opening("know_of_dropped_article", Role.MEMBER),
        Opening("know_of_dropped_article", Role.COORDINATOR, unless="nobody"),
    ),
    "assignment.invited": (Opening("answer_invitation", Role.MEMBER),),
    "assignment.promoted": (Opening("know_of_seat", Role.MEMBER),),
    "assignment.part_offered": (Opening("answer_hand_over", Role.MEMBER),),
    "assignment.to_sign": (Opening("sign_assignment", Role.TREASURER),),
    "assignment.agree": (Opening("start_assignment", Role.COORDINATOR, unless="partner"),),
    "assignment.start": (
        Opening("deliver_assignment", Role.COORDINATOR, unless="partner"),
        Opening("do_part", Role.MEMBER),
    ),
    "assignment.hours_reported": (Opening("approve_hours", Role.COORDINATOR),),
    "assignment.request_changes": (Opening("redo_assignment", Role.COORDINATOR, unless="partner"),),
    "assignment.dispute": (Opening("settle_dispute", Role.COORDINATOR, unless="partner"),),
    "assignment.hours_refused": (Opening("report_hours_anew", Role.MEMBER),),
    "assignment.released": (Opening("know_of_release", Role.MEMBER),),
    "assignment.cancel": (
        Opening("know_of_cancelled_assignment", Role.MEMBER),
        Opening("know_of_cancelled_assignment", Role.COORDINATOR, unless="lead"),
    ),
    "netting.proposed": (Opening("confirm_netting", Role.TREASURER),),
    "reversal.proposed": (Opening("confirm_reversal", Role.TREASURER),),
    "reversal.proposed_to_second": (
        Opening("confirm_reversal", Role.COORDINATOR),
        Opening("confirm_reversal", Role.TREASURER),
    ),
    "reversal.proposed_to_member": (Opening("confirm_reversal", Role.MEMBER),),
    "barter.proposed": (Opening("answer_barter", Role.MEMBER),),
    "delivery.proposed": (Opening("answer_delivery", Role.TREASURER),),
    "agreement.tested": (Opening("sign_agreement", Role.TREASURER),),
    "agreement.limit_unknown": (Opening("agree_on_limit", Role.TREASURER),),
    "cooperative.small_business_ended": (Opening("charge_vat_again", Role.TREASURER),),
}
CLOSES: dict[str, tuple[str, ...]] = {
    "order.accepted": ("accept_order",),
    "order.refused": ("accept_order",),
    "order.cancelled": ("accept_order", "deliver_order"),
    "order.expired": ("accept_order",),
    "order.delivered": ("deliver_order",),
    "order.paid": ("record_payment",),
    "order.due_again": ("decide_open_claims",),
    "order.nothing_due": ("record_payment",),
    "invoice.sent": ("send_invoice",),
    "invoices.complete": ("issue_invoices",),
    "order.paid_back": ("pay_customer_back",),
    "invoice_series.checked": ("check_invoice_numbers",),
    "write_off.decided": ("confirm_write_off",),
    "payment_batch.approved": ("approve_batch",),
    "payment_batch.sent": ("approve_batch", "send_batch"),
    "payment_batch.withdrawn": ("approve_batch", "send_batch"),
    "payment_batches.checked": ("check_batches",),
    "bank_account.decided": ("confirm_bank_account",),
    "bank_lines.placed": ("unmatched_line",),
    "transit_items.recent": ("in_transit_old",),
    "debt_write_off.decided": ("confirm_debt_write_off",),
    "member.come_back": ("settle_pot",),
    "fund_floor.decided": ("confirm_fund_floor",),
    "fund.floor_set": ("fund_below_floor",),
    "payee_account.decided": ("confirm_payee_account",),
    **{f"bill.{what}": ("approve_bill",) for what in ("approved", "rejected")},
    "bank_statement.decided": ("confirm_bank_statement",),
    **{f"bill.{what}": ("bill_without_file",) for what in ("reversed", "filed")},
    "payment.decided": ("confirm_cash",),
    "offering.published": ("review_offering",),
    "offering.sent_back": ("review_offering",),
    "offering.withdrawn": ("review_offering",),
    NOTHING_HELD: ("review_import",),
    "claim.to_confirm": ("decide_claim",),
    "claim.decided": ("decide_claim", "confirm_claim"),
    "earning.posted": ("decide_open_claims",),
    "agreement.signed": ("sign_agreement",),
    "earning.decided": ("decide_held",),
    "spending.submit": ("complete_spending",),
    "spending.ask_more": ("decide_spending",),
    "spending.approve": ("decide_spending",),
    "spending.reject": ("decide_spending",),
    "spending.refuse_consent": ("decide_spending",),
    "spending.cancel": ("decide_spending", "complete_spending", "pay_spending"),
    "spending.pay": ("pay_spending",),
    "spending.settle": ("settle_spending",),
    "spending.payment_reversed": ("settle_spending",),
    "earning.taken_back": ("decide_held",),
    "remittance.settled": ("settle_remittance",),
    "ballot.accepted": ("cast_vote",),
    "ballot.rejected": ("cast_vote",),
    "ballot.paid": ("pay_purchase",),
    **{f"joint_purchase.{verb}": ("decide_below_minimum",) for verb in ("extend", "top_up", "article_dropped")},
    "joint_purchase.close": ("decide_below_minimum",),
    "joint_purchase.order": ("order_joint_purchase",),
    "joint_purchase.receive": ("receive_joint_purchase",),
    "joint_purchase.settle": ("settle_joint_purchase", "collect_joint_purchase"),
    "joint_purchase.cancel": ("decide_below_minimum", "order_joint_purchase"),
    "assignment.part_moved": ("answer_invitation", "know_of_seat", "answer_hand_over"),
    "assignment.signed": ("sign_assignment",),
    "assignment.start": ("start_assignment",),
    "assignment.hours_approved": ("approve_hours",),
    "assignment.hours_refused": ("approve_hours",),
    "assignment.hours_dropped": ("approve_hours", "report_hours_anew"),
    "assignment.released": ("answer_invitation", "know_of_seat", "answer_hand_over"),
    "assignment.deliver": ("deliver_assignment", "do_part", "redo_assignment"),
    "assignment.resume": ("settle_dispute",),
    "assignment.approve": ("settle_dispute",),
    "assignment.cancel": (
        "sign_assignment",
        "start_assignment",
        "deliver_assignment",
        "do_part",
        "redo_assignment",
        "settle_dispute",
    ),
    **{f"netting.{verb}": ("confirm_netting",) for verb in ("half_confirmed", "confirmed", "declined")},
    **{f"reversal.{verb}": ("confirm_reversal",) for verb in ("agreed", "booked", "declined")},
    "barter.answered": ("answer_barter",),
    "delivery.answered": ("answer_delivery",),
    "permission.given": ("renew_permission",),
    "member.pot_settled": ("settle_pot",),
    **{
        f"member.{verb}": ("take_in_referral", "end_trial", "talk_about_exit", "renew_permission")
        for verb in ("take_in", "admit", "reject", "withdraw", "exit")
    },
}

SETTLES = frozenset({"order.paid", "order.nothing_due"})
"""Events of an order after which nothing may be due of its invoices."""
CLOSED_WITH_INVOICE = ("remind_customer",)
"""Tasks about an invoice that end when nothing is due of it."""

ENDS = frozenset(what for closed in CLOSES.values() for what in closed) | frozenset(CLOSED_WITH_INVOICE)
"""Tasks that some event closes. One of them is open once for each subject; others, such as news, may repeat."""


def openings(event: Event, later: set[str]) -> list[Opening]:
    """The tasks that an event opens, without those that a later event (`later`: their names) has closed already."""
    over = {what for name in later for what in CLOSES.get(name, ())}
    wanted = [o for o in OPENS.get(event.name, ()) if o.what not in over]
    return [opening for opening in wanted if not (opening.unless and event.facts.get(opening.unless))]


def closings(event: Event, later: set[str]) -> tuple[str, ...]:
    """The kinds of task that an event closes, without those that a later event has opened again."""
    anew = {opening.what for name in later for opening in OPENS.get(name, ())}
    return tuple(what for what in CLOSES.get(event.name, ()) if what not in anew)
