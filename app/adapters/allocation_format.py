"""An allocation as JSON: its inputs, so that anybody can work it out again, and what came out, with the reasons."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from app.adapters.messages import explain
from app.domain.allocation import Allocation, Change, Got, Inputs, SharingRule, WishLine, allocate


class Format(BaseModel):
    model_config = ConfigDict(from_attributes=True, alias_generator=to_camel, populate_by_name=True)


class ChangeFormat(Format):
    """From here on the wish stood at `quantity`, and `tolerance` more; `number` is its place in the queue."""

    number: int
    at: datetime
    quantity: int
    tolerance: int


class WishFormat(Format):
    """A wish without a name; `locked` units were set by hand."""

    wish: UUID
    locked: int | None = None
    changes: list[ChangeFormat]


class LineFormat(Format):
    wish: UUID
    firm: int
    tolerance: int
    units: int
    reason: str = ""


class ResultFormat(Format):
    """`left` units nobody asked for; `digest` is the SHA-256 of the inputs."""

    packs: int
    units: int
    left: int
    digest: str
    lines: list[LineFormat]


class ArticleFormat(Format):
    """One article: `units` came or were ordered; null while the packs to order still follow from the wishes."""

    article: UUID
    title: str
    rule: SharingRule
    pack_units: int
    minimum_units: int
    units: int | None
    wishes: list[WishFormat]
    result: ResultFormat | None = None

    @classmethod
    def of(cls, article_id: UUID, title: str, inputs: Inputs, language: str) -> "ArticleFormat":
        """The inputs, and what they bring."""
        wishes = [WishFormat(wish=line.wish_id, locked=line.locked, changes=_changes(line)) for line in inputs.lines]
        made = cls(
            article=article_id,
            title=title,
            rule=inputs.rule,
            pack_units=inputs.pack_units,
            minimum_units=inputs.minimum_units,
            units=inputs.units,
            wishes=wishes,
        )
        return made.model_copy(update={"result": result_of(inputs, allocate(inputs), language)})

    def inputs(self) -> Inputs:
        """As the domain reads them."""
        lines = tuple(
            WishLine(
                line.wish, tuple(Change(c.number, c.at, c.quantity, c.tolerance) for c in line.changes), line.locked
            )
            for line in self.wishes
        )
        return Inputs(self.rule, self.pack_units, self.minimum_units, lines, self.units)


class AllocationFormat(Format):
    articles: list[ArticleFormat]


def result_of(inputs: Inputs, made: Allocation, language: str) -> ResultFormat:
    """What came out, with a reason for each wish."""
    lines = [
        LineFormat(
            wish=got.wish_id,
            firm=got.firm,
            tolerance=got.tolerance,
            units=got.units,
            reason=_reason(inputs, line, got, made, language),
        )
        for line, got in zip(inputs.lines, made.lines, strict=True)
    ]
    return ResultFormat(packs=made.packs, units=made.units, left=made.left, digest=made.digest, lines=lines)


def _changes(line: WishLine) -> list[ChangeFormat]:
    return [ChangeFormat.model_validate(change) for change in line.changes]


def _reason(inputs: Inputs, line: WishLine, got: Got, made: Allocation, language: str) -> str:
    how = "locked" if line.locked is not None else str(inputs.rule)
    asked = {"quantity": line.quantity, "asked_tolerance": line.tolerance}
    facts = asked | {"units": got.units, "firm": got.firm, "tolerance": got.tolerance, "there": made.units}
    return explain(f"allocated_{how}", facts, language)


def differences(read: Iterable[ArticleFormat], language: str) -> list[str]:
    """The articles whose stated result does not come out again."""
    wrong = []
    for article in read:
        again = result_of(article.inputs(), allocate(article.inputs()), language)
        stated = article.result
        said = stated and (stated.digest, {line.wish: line.units for line in stated.lines})
        if stated is not None and said != (again.digest, {line.wish: line.units for line in again.lines}):
            wrong.append(article.title)
    return wrong
