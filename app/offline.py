"""The commands that need no database: the domain computes from a file alone."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
import yaml
from pydantic import TypeAdapter, ValidationError

from app.adapters.message_catalogues import DEFAULT, languages
from app.adapters.messages import explain_leg, language_of, message_of
from app.api.models import SpecificationOut
from app.domain.actors import NOBODY
from app.domain.books.remittances import Line, digest, recompute_lines
from app.domain.books.seals import verify_chain
from app.domain.buying import allocation as domain
from app.domain.buying.allocation import Change, Inputs, WishLine, allocate
from app.domain.earning.agreements import Agreement, check_laws
from app.domain.earning.split import add_to_year, run_examples, split
from app.domain.errors import DomainError
from app.domain.ledger import AccountKind, Leg
from app.domain.money import cents_of, decimal_text
from app.usecases.shared.agreement_forms import Euro, ExampleInput, RuleInput, to_example, to_rule
from app.vocabulary import Form

if TYPE_CHECKING:
    from app.contract.buying.wishes import ArticleAllocation
    from app.contract.shape import Viewer

offline = typer.Typer()


class SplitFile(Form):
    """The input of `samen split`: the rules, their first day, an amount, and the year so far of member and fund."""

    active_from: date = date(2026, 1, 1)
    rules: list[RuleInput]
    examples: list[ExampleInput] = []
    net: Euro | None = None
    costs: Euro = "0"
    year_so_far: Euro = "0"
    fund_so_far: Euro = "0"


@offline.command(name="split")
def split_file(
    file: Annotated[Path, typer.Argument(help="YAML or JSON with rules, and net or examples.", exists=True)],
    language: Annotated[str, typer.Option(help=" or ".join(languages()))] = DEFAULT,
) -> None:
    """What do I keep? Split an amount by the rules of a file, without a database."""
    try:
        read = TypeAdapter(SplitFile).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
        agreement = _agreement(read)
        check_laws(agreement)
        ok = _print_examples(agreement)
        if read.net is not None:
            _print_split(agreement, read, language_of(language))
    except (ValidationError, yaml.YAMLError) as error:
        raise typer.BadParameter(str(error)) from None
    except DomainError as error:
        raise typer.BadParameter(message_of(error, language_of(language))) from None
    if not ok:
        raise typer.Exit(1)


@offline.command(name="allocate")
def allocate_file(
    file: Annotated[Path, typer.Argument(help="JSON of `GET /v1/joint-purchases/{id}/allocation`.", exists=True)],
    language: Annotated[str, typer.Option(help=" or ".join(languages()))] = DEFAULT,
) -> None:
    """Who gets what of a joint purchase? Compute it again from its inputs; exits with 1 if the result differs."""
    from app.contract.buying.wishes import Allocation

    # It imports the use cases, which the other commands do not need.
    from app.contract.shape import Viewer

    try:
        read = TypeAdapter(Allocation).validate_json(file.read_text(encoding="utf-8"))
        wrong = [
            one.title
            for one in read.articles
            if not _comes_out(one, Viewer(actor=NOBODY, language=language_of(language)))
        ]
    except ValidationError as error:
        raise typer.BadParameter(str(error)) from None
    except DomainError as error:
        raise typer.BadParameter(message_of(error, language_of(language))) from None
    for title in wrong:
        print(f"WRONG  {title}: what it says does not come out again")
    if wrong:
        raise typer.Exit(1)


def _comes_out(article: "ArticleAllocation", viewer: "Viewer") -> bool:
    """Prints the allocation of an article; returns whether it matches the stated one."""
    from app.contract.buying.wishes import AllocationResult
    from app.contract.shape import show

    inputs = _inputs(article)
    made = domain.ArticleAllocation(article.article, article.title, inputs, allocate(inputs))
    result, stated = show(AllocationResult, made, viewer), article.result
    print(f"{article.title}: {result.packs} × {article.pack_units} = {result.units}  sha256 {result.digest}")
    for line in result.lines:
        print(f"  {line.wish}  {line.units:>6}  {line.reason}")
    units = [{line.wish: line.units for line in each.lines} for each in (result, stated)]
    return result.digest == stated.digest and units[0] == units[1]


def _inputs(article: "ArticleAllocation") -> Inputs:
    lines = tuple(
        WishLine(
            wish_id=wish.wish,
            changes=tuple(Change(one.number, one.at, one.quantity, one.tolerance) for one in wish.changes),
            locked=wish.locked,
        )
        for wish in article.wishes
    )
    return Inputs(article.rule, article.pack_units, article.minimum_units, lines, article.units)


def _agreement(read: SplitFile) -> Agreement:
    nobody = UUID(int=0)
    rules, examples = (tuple(to_rule(r) for r in read.rules), tuple(to_example(e) for e in read.examples))
    return Agreement(
        id=nobody,
        cooperative_id=nobody,
        municipality_id=nobody,
        number=1,
        title="file",
        active_from=read.active_from,
        rules=rules,
        examples=examples,
    )


def _print_examples(agreement: Agreement) -> bool:
    results = run_examples(agreement)
    for result in results:
        print(f"{'ok    ' if result.passed else 'WRONG '} {result.name}: {_amounts(result.actual)}")
        if not result.passed:
            print(f"       expected {_amounts(result.expected)}")
    return all(result.passed for result in results)


def _amounts(cents: dict[str, int]) -> str:
    return ", ".join(f"{target} {decimal_text(amount)}" for target, amount in cents.items())


def _print_split(agreement: Agreement, read: SplitFile, language: str) -> None:
    day = agreement.active_from
    months = add_to_year([], agreement, day, cents_of(read.year_so_far))
    cost = cents_of(read.costs)
    costs = (
        (Leg(kind=AccountKind.PAYABLE_MEMBER, cents=cost, rule="cost", facts={"because": "of_preview"}),)
        if cost
        else ()
    )
    fund = add_to_year([], agreement, day, cents_of(read.fund_so_far), fund=True)
    net = cents_of(read.net or "0")
    result = split(agreement, net_cents=net, cost_cents=cost, months=months, fund_months=fund, day=day)
    for leg in (*costs, *result.legs):
        print(f"{decimal_text(leg.cents):>12}  {leg.kind:<22} {explain_leg(leg, language)}")


@offline.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The sealed journals of a cooperative, as NDJSON.", exists=True)],
    head: Annotated[str, typer.Option(help="A digest that was published: it must be in the chain.")] = "",
) -> None:
    """Verify a cooperative's chain of seals, journal by journal, without a database; exits with 1 if it breaks."""
    try:
        found = verify_chain(file.read_text(encoding="utf-8").splitlines())
    except (ValueError, LookupError, TypeError):
        raise typer.BadParameter("This is no file of sealed journals, one JSON object a line.") from None
    for what in found.wrong:
        print(f"WRONG  {what}")
    print(f"{found.journals} journals in {found.links} links; head {found.digests[-1] if found.digests else '-'}")
    if head and head not in found.digests:
        print("WRONG  the published head is not in this chain")
    if found.wrong or (head and head not in found.digests):
        raise typer.Exit(1)
    print("the chain holds")


@offline.command(name="recompute")
def recompute_file(
    file: Annotated[Path, typer.Argument(help="The specification of a remittance, as JSON.", exists=True)],
) -> None:
    """Compute a remittance again from its specification alone; exits with 1 if it does not match."""
    try:
        spec = SpecificationOut.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (ValidationError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    lines = [Line(**line.model_dump()) for line in spec.lines]
    wrong = [line for line in recompute_lines(lines) if line.recomputed_cents not in (None, line.stated_cents)]
    for line in wrong:
        print(
            f"WRONG  {line.journal_id} line {line.line}: {line.stated_cents} stated, {line.recomputed_cents} worked out"
        )
    total = sum(line.cents for line in lines)
    print(f"{len(lines)} lines sum to {decimal_text(total)}; {decimal_text(spec.cents)} is stated")
    same = digest(lines) == spec.digest
    print(f"digest {'as reported' if same else 'DIFFERS'}")
    if wrong or total != spec.cents or not same:
        raise typer.Exit(1)
    print("agrees")
