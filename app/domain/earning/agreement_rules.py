"""The conditions for a list of rules to be an agreement: in order of claims, one of each kind, one rest at the end."""

from collections.abc import Sequence

from app.domain.earning.agreements import Example
from app.domain.errors import RuleRefused
from app.domain.limits import LAWS
from app.domain.money import WHOLE
from app.domain.rules import CostCategory, MonthlyAllowance, Premium, RemitAbove, Rule, ShareOfSurplus, Spending

ORDER_OF_RULES = {
    "trial": 0,
    "spending": 0,
    "permission": 0,
    "exit": 0,
    "barter": 0,
    "vote": 0,
    "cost_category": 0,
    "reserve_of_turnover": 1,
    "share_of_surplus": 2,
    "remit_above": 3,
    "monthly_allowance": 4,
    "hourly_allowance": 4,
    "premium": 4,
    "pot": 5,
    "collective": 5,
}
SEVERAL = ("spending", "cost_category", "share_of_surplus", "remit_above")
"""Kinds of which an agreement may have more than one rule."""


def check_rules(rules: Sequence[Rule], examples: Sequence[Example], *, has_parent: bool) -> None:
    """Raises RuleRefused if the list is not a valid agreement."""
    kinds: list[str] = [rule.kind for rule in rules]
    ranks = [ORDER_OF_RULES[kind] for kind in kinds]
    shares = [rule for rule in rules if isinstance(rule, ShareOfSurplus)]
    remits = [rule.basis for rule in rules if isinstance(rule, RemitAbove)]
    of_members = [basis for basis in remits if basis != "cooperative_year"]
    categories = [rule.name for rule in rules if isinstance(rule, CostCategory)]
    purposes = [rule.purpose for rule in rules if isinstance(rule, Spending)]
    checks = {
        "rules_in_order": ranks == sorted(ranks),
        "one_rest_last": ranks.count(5) == 1,
        "one_remittance": len(of_members) <= 1 and len(remits) - len(of_members) <= 1,
        "no_remittance_of_members_from_a_collective": not ("collective" in kinds and of_members),
        "shares_at_most_whole": sum(share.basis_points for share in shares) <= WHOLE,
        "one_share_per_target": len({share.to for share in shares}) == len(shares),
        "one_of_a_kind": all(kinds.count(kind) <= 1 for kind in ORDER_OF_RULES if kind not in SEVERAL),
        "one_of_a_category": len(set(categories)) == len(categories),
        "one_of_a_purpose": len(set(purposes)) == len(purposes),
        "vote_needs_a_collective": "collective" in kinds or "vote" not in kinds,
        "spending_needs_pots": not ("collective" in kinds and purposes),
        "known_law": all(
            rule.law in LAWS for rule in rules if isinstance(rule, MonthlyAllowance | Premium) and rule.law
        ),
        "parent_exists": has_parent or all(share.to != "parent" for share in shares),
        "at_least_one_example": len(examples) > 0,
    }
    for rule, holds in checks.items():
        if not holds:
            raise RuleRefused(rule=rule, value=", ".join(kinds))
