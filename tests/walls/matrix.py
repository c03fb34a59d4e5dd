"""Who may call what: by use case, so for both faces. Callers that are not listed are refused."""

from collections.abc import Sequence
from functools import cache

from tests.walls.cast import COLUMNS

APPS = frozenset({"app", "partner", "far-app", "far-partner"})
TOKENS = frozenset(COLUMNS) - {"visitor"}
WIDE = TOKENS - {"narrow-app", "narrow-treasurer"}
GROUPS = {"everyone": frozenset(COLUMNS), "tokens": TOKENS, "wide": WIDE, "people": WIDE - APPS}
GROUPS["known"] = GROUPS["people"] - {"far-customer"}
"""Everybody; callers with a token; with more than one scope; of these, people; persons known before."""
OF_OTHER_HOUSES = frozenset({"sister-member", "sister-coordinator", "voter", "voters-treasurer"})
MATRIX = """
catalogue                    everyone
catalogueOffering            everyone
node                         everyone
list_agreement_templates     everyone
list_legal_limits            everyone
open_books                   treasurer
catalogue_search             everyone
catalogue_get                everyone
list_orders                  wide
place_order                  wide
get_order                    customer app partner member coordinator treasurer
list_order_events            customer app partner member coordinator treasurer
move_order                   customer app
get_guest_order              everyone
get_guest_files              everyone
get_guest_payment            everyone
list_payments                customer app coordinator treasurer
record_payment               treasurer
pay_invoice                  treasurer
record_cash                  member
use_credit                   treasurer
move_payment                 treasurer
get_order_account            customer app coordinator treasurer
print_order_account          customer app coordinator treasurer
list_credits                 customer app coordinator treasurer
credit_order                 treasurer
list_repayments              customer app coordinator treasurer
repay_order                  treasurer
list_write_offs              coordinator treasurer approver umbrella-treasurer
list_cooperative_write_offs  coordinator treasurer approver umbrella-treasurer
propose_write_off            treasurer
get_write_off                coordinator treasurer approver umbrella-treasurer
move_write_off               coordinator treasurer approver umbrella-treasurer
list_invoices                wide
get_invoice                  customer app partner coordinator treasurer
list_order_invoices          customer app partner coordinator treasurer
preview_invoice              customer app partner coordinator treasurer
ask_invoice                  customer app coordinator treasurer
list_sendings                customer app partner coordinator treasurer
send_invoice                 treasurer
find_invoice_file            customer app partner coordinator treasurer
list_offerings               partner member coordinator treasurer approver colleague
add_offering                 partner member coordinator
get_offering                 partner member coordinator treasurer approver colleague
change_offering              partner member coordinator
set_stock                    partner member coordinator
move_offering                partner member coordinator
hold_stock                   wide
list_holds                   coordinator treasurer
release_hold                 customer app
get_offering_of              partner member coordinator treasurer approver colleague
put_offering                 partner coordinator
list_imports                 partner coordinator treasurer
start_import                 partner coordinator
get_import                   partner coordinator treasurer
review_import                coordinator
list_import_rows             partner coordinator treasurer
list_cooperatives            everyone
add_cooperative              network
get_cooperative              everyone
change_cooperative           coordinator network
change_invoice_details       coordinator treasurer network
list_invoice_series          coordinator treasurer
check_invoice_series         treasurer
list_bank_accounts           coordinator treasurer approver umbrella-treasurer
propose_bank_account         treasurer
get_bank_account             coordinator treasurer approver umbrella-treasurer
move_bank_account            coordinator treasurer approver umbrella-treasurer
list_bank_matches            treasurer
match_line                   treasurer
list_match_suggestions       treasurer
list_bank_rules              treasurer
add_bank_rule                treasurer
get_bank_rule                treasurer
end_bank_rule                treasurer
get_readiness                coordinator treasurer network
list_offices                 coordinator treasurer network
list_municipalities          everyone
add_municipality             network
get_municipality             everyone
list_members                 coordinator treasurer
register_member              coordinator
refer_member                 case-manager
get_member                   member coordinator treasurer
change_member                coordinator
move_member                  member coordinator
list_member_events           member coordinator treasurer
set_goal                     member
get_thermometer              member coordinator treasurer
get_me                       tokens
change_me                    known
erase_me                     known
export_me                    people
add_person                   coordinator network sister-coordinator far-coordinator
get_person                   coordinator network
list_my_power_events         people
list_cooperative_power_events member coordinator treasurer network colleague
list_power_events            network
give_office                  network
end_office                   network
get_my_contact               customer other-customer
set_my_contact               people
list_apps                    network
register_app                 coordinator network
get_app                      app network
change_app                   network
disable_app                  network
rotate_secret                network
list_events                  wide
list_webhooks                app network
add_webhook                  app network
get_webhook                  app network
change_webhook               app network
delete_webhook               app network
rotate_webhook_secret        app network
replay_webhook               app network
webhooks.list_deliveries     app network
list_agreements              member coordinator treasurer network controller colleague
draft_agreement              coordinator treasurer network
get_agreement                member coordinator treasurer network controller colleague
change_agreement             coordinator treasurer network
get_example_results          member coordinator treasurer network controller colleague
try_agreement                coordinator treasurer network
sign_agreement               treasurer
replay_agreement             coordinator treasurer controller
preview_split                member coordinator treasurer colleague
list_cost_claims             member coordinator treasurer colleague
claim_cost                   member coordinator treasurer
get_cost_claim               member coordinator treasurer
decide_claim                 coordinator treasurer
list_earnings                member coordinator treasurer colleague
get_earning                  member coordinator treasurer
decide_held                  coordinator
list_allowances              member coordinator treasurer colleague
grant_allowance              treasurer
get_allowance                member coordinator treasurer
list_spending_requests       member coordinator treasurer approver case-manager colleague
request_spending             member
settle_pot                   treasurer
get_spending_request         member coordinator treasurer approver case-manager
move_spending                case-manager
pay_spending                 treasurer
settle_spending              treasurer
list_permissions             member coordinator case-manager colleague
give_permission              case-manager
get_permission               member coordinator case-manager
read_permission_note         member coordinator case-manager
withdraw_permission          case-manager
list_permission_reads        member coordinator
get_remittance_owed          treasurer
list_remittances             treasurer controller
report_remittance            treasurer
get_remittance               treasurer controller
invoice_remittance           controller
settle_remittance            treasurer
get_specification            treasurer
recompute_remittance         treasurer controller
list_payee_accounts          member coordinator treasurer approver umbrella-treasurer colleague
propose_payee_account        treasurer
get_payee_account            member coordinator treasurer approver umbrella-treasurer
move_payee_account           coordinator treasurer approver umbrella-treasurer
list_payment_batches         coordinator treasurer approver umbrella-treasurer
make_payment_batch           treasurer
check_payment_batches        treasurer
get_payment_batch            coordinator treasurer approver umbrella-treasurer
move_payment_batch           coordinator treasurer approver umbrella-treasurer
list_payment_items           coordinator treasurer approver umbrella-treasurer
move_payment_item            treasurer
find_payment_file            treasurer
list_payables                coordinator treasurer
list_payouts                 coordinator treasurer
get_payout                   coordinator treasurer
record_payout                treasurer
list_debt_write_offs         coordinator treasurer approver umbrella-treasurer
propose_debt_write_off       treasurer
get_debt_write_off           coordinator treasurer approver umbrella-treasurer
move_debt_write_off          coordinator treasurer approver umbrella-treasurer
list_fund_floors             coordinator treasurer approver umbrella-treasurer
propose_fund_floor           treasurer
get_fund_floor               coordinator treasurer approver umbrella-treasurer
move_fund_floor              coordinator treasurer approver umbrella-treasurer
list_funds                   coordinator treasurer
add_fund                     treasurer
get_fund                     coordinator treasurer
donate                       treasurer
spend_fund                   treasurer
list_suppliers               coordinator treasurer
add_supplier                 coordinator treasurer
get_supplier                 coordinator treasurer
change_supplier              coordinator treasurer
list_bills                   coordinator treasurer approver umbrella-treasurer
enter_bill                   coordinator treasurer
get_bill                     coordinator treasurer approver umbrella-treasurer
move_bill                    coordinator treasurer approver umbrella-treasurer
add_bill_document            coordinator treasurer
list_bill_documents          coordinator treasurer approver umbrella-treasurer
add_claim_document           member coordinator treasurer
list_claim_documents         member coordinator treasurer
add_spending_document        member treasurer
list_spending_documents      member coordinator treasurer
get_document                 coordinator treasurer approver umbrella-treasurer
list_barters                 member coordinator treasurer colleague
propose_barter               member
answer_barter                member
get_minutes                  member coordinator treasurer
deliveries.list_deliveries   treasurer
propose_delivery             treasurer
answer_delivery              treasurer
list_ballots                 member coordinator treasurer colleague
propose_purchase             member coordinator treasurer colleague
cast_vote                    voter
pay_purchase                 voters-treasurer
list_joint_purchases         member coordinator treasurer colleague
plan_joint_purchase          coordinator treasurer
get_joint_purchase           member coordinator treasurer colleague
change_joint_purchase        coordinator treasurer
move_joint_purchase          coordinator treasurer
add_article                  coordinator treasurer
drop_article                 coordinator treasurer
price_article                coordinator treasurer
receive_units                coordinator treasurer
settle_joint_purchase        treasurer
list_wishes                  member coordinator treasurer colleague
wish_for                     coordinator treasurer
lock_wish                    coordinator treasurer
get_allocation               member coordinator treasurer colleague
get_supplier_order           coordinator treasurer
credit_wish                  treasurer
list_assignments             member coordinator treasurer colleague
plan_assignment              coordinator
get_assignment               member coordinator treasurer sister-member sister-coordinator sister-treasurer colleague
change_assignment            coordinator
move_assignment              coordinator
get_terms                    coordinator treasurer sister-coordinator sister-treasurer
list_signatures              coordinator treasurer sister-coordinator sister-treasurer
sign_assignment              coordinator treasurer
get_assignment_flows         coordinator treasurer sister-coordinator sister-treasurer
list_slots                   member coordinator treasurer sister-member sister-coordinator sister-treasurer colleague
add_slot                     coordinator
change_slot                  coordinator
join_slot                    member coordinator
invite_to_slot               coordinator
list_parts                   member coordinator treasurer sister-member sister-coordinator sister-treasurer colleague
get_part                     coordinator treasurer sister-member sister-coordinator sister-treasurer
move_part                    sister-coordinator
preview_part                 sister-member sister-coordinator sister-treasurer
list_hours                   coordinator treasurer sister-member sister-coordinator sister-treasurer
report_hours                 sister-member sister-coordinator
approve_hours                coordinator treasurer
refuse_hours                 coordinator treasurer
list_nettings                treasurer
propose_netting              treasurer
get_netting                  treasurer sister-treasurer
confirm_netting              treasurer
decline_netting              treasurer
get_netting_statement        treasurer
list_credit_limits           treasurer
set_credit_limit             treasurer
list_bank_statements         coordinator treasurer approver umbrella-treasurer
propose_bank_statement       treasurer
get_bank_statement           coordinator treasurer approver umbrella-treasurer
move_bank_statement          coordinator treasurer approver umbrella-treasurer
list_own_ibans               treasurer
count_cash                   treasurer
list_transit_items           treasurer
list_cash_counts             treasurer
list_bank_lines              treasurer
get_bank_line                treasurer
park_bank_line               treasurer
list_tasks                   people
do_task                      coordinator treasurer
list_periods                 treasurer
close_month                  treasurer
list_accounts                treasurer
list_journals                treasurer
reverse_journal              coordinator treasurer approver umbrella-treasurer
list_journal_reversals       coordinator treasurer approver umbrella-treasurer
get_journal_reversal         coordinator treasurer approver umbrella-treasurer
decline_reversal             coordinator treasurer approver umbrella-treasurer
export_books                 treasurer
get_statement                treasurer
get_member_statement         member coordinator treasurer
trace_order                  member coordinator treasurer
get_month_flows              treasurer
get_seals                    treasurer
export_sealed                treasurer
list_book_checks             network
ask_check                    network
check_client                 everyone
"""

RULE_FIRST = frozenset(
    {
        "add_slot",
        "approve_hours",
        "change_assignment",
        "change_slot",
        "check_payment_batches",
        "decide_held",
        "propose_debt_write_off",
        "erase_me",
        "invite_to_slot",
        "join_slot",
        "lock_wish",
        "move_assignment",
        "move_debt_write_off",
        "move_part",
        "move_payment_batch",
        "pay_purchase",
        "pay_spending",
        "propose_netting",
        "propose_purchase",
        "price_article",
        "receive_units",
        "refuse_hours",
        "report_hours",
        "report_remittance",
        "settle_joint_purchase",
        "settle_pot",
        "settle_remittance",
        "settle_spending",
        "sign_agreement",
        "sign_assignment",
        "open_books",
        "use_credit",
    }
)
"""Use cases that the sample's state stops, but only for callers with the right: after that check, before the act."""


@cache
def matrix() -> dict[str, frozenset[str]]:
    """Rows by use case, or by name if there is none."""
    found = {}
    for line in MATRIX.strip().splitlines():
        verb, *named = line.split()
        found[verb] = frozenset().union(*(GROUPS.get(name, {name}) for name in named))
    return found


def asking(columns: Sequence[str], verb: str) -> list[str]:
    """The callers to try: from cooperatives that work with this one their treasurer, and the callers in the row."""
    return [column for column in columns if column not in OF_OTHER_HOUSES or column in matrix()[verb]]
