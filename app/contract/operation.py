"""Operations: an address, a use case and the shape of its answer. Both faces are made from them.

The parameters of an operation are those of its use case; its description is the docstring. A parameter in the path is
an id; `page` makes a page of it; `expected_version` is REST's If-Match; all others form the body, or a GET's query.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, get_type_hints

from pydantic import BaseModel, create_model

from app.contract.shape import bare, is_shape, optional
from app.domain.errors import DomainError
from app.ids import noun_of
from app.usecases.declared.forms import BODY_PARAMETERS
from app.vocabulary import Form

UseCase = Callable[..., Any]
OWN = ("tx", "actor", "page", "expected_version", "addresses", "destinations", "hold_terms")
"""Parameters that callers do not give in this form."""


class Key(StrEnum):
    """What an operation does with an Idempotency-Key."""

    NEEDED = "needed"
    KEPT = "kept"
    """A caller may send one; then the answer is stored with it."""
    REFUSED = "refused"
    """The answer has a secret, which is never stored."""
    NONE = "none"
    """A read, a PUT, a PATCH or a DELETE: a repeat does nothing twice."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One row of a noun's table."""

    noun: str
    method: str
    path: str
    use_case: UseCase
    shape: Any
    """The shape of the answer, or of each item of a list or page."""
    status: int = 200
    key: Key = Key.NONE
    opens: str = ""
    """The path of new objects, for their Location."""
    holds: str = ""
    """If the answer has extra fields: the field with the noun, such as `app` in `{app, clientSecret}`."""
    field: str = ""
    """The name in GraphQL; by default that of the use case, for reads without `list_`, `get_` or `read_`."""
    must_have_seen: bool = False
    """Whether the caller must give the version that they saw."""
    below: Any = None
    """For a list: the shape that also has it as a field in GraphQL, if any."""
    asks: bool = False
    """For a POST that changes nothing: GraphQL has it among its queries."""
    new: type | None = None
    """For a PUT: the type of a new object, which REST answers with 201."""

    @property
    def id(self) -> str:
        """The name of its function in generated clients, such as `orders_place_order`."""
        return f"{self.noun}_{self.use_case.__name__}"

    @cached_property
    def words(self) -> str:
        """The description: the docstring of its use case without the errors that it raises."""
        text = " ".join((inspect.getdoc(self.use_case) or "").split())
        return re.sub(r"(^|(?<=[.]) )Raises .*", "", text).strip()

    @cached_property
    def refusals(self) -> list[int]:
        """The statuses of the errors that its use case raises."""
        raised = set(re.findall(r"\w+", (inspect.getdoc(self.use_case) or "").partition("Raises ")[2]))
        return sorted({error.status for error in DomainError.known.values() if error.__name__ in raised})

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The parameters that a caller gives, with their types."""
        hints = get_type_hints(self.use_case, include_extras=True)
        return {name: hints[name] for name in inspect.signature(self.use_case).parameters if name not in OWN}

    @cached_property
    def returned(self) -> Any:
        """The result of the use case: a domain object, a list or a page of them."""
        return get_type_hints(self.use_case)["return"]

    def default(self, name: str) -> Any:
        """The default of a parameter; `inspect.Parameter.empty` if it is required."""
        return inspect.signature(self.use_case).parameters[name].default

    def status_of(self, found: Any) -> int:
        """The status of an answer."""
        return 201 if self.new is not None and isinstance(found, self.new) else self.status

    @cached_property
    def subject(self) -> Any:
        """The shape of the noun, whose version and id go into headers."""
        return optional(get_type_hints(self.shape)[self.holds])[0] if self.holds else self.shape

    @cached_property
    def shows_version(self) -> bool:
        """Whether the answer shows one thing with a version."""
        return not self.lists and not self.pages and "version" in get_type_hints(self.subject)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET" or self.asks

    @cached_property
    def in_path(self) -> list[str]:
        """The parameters in the path, in its order."""
        return re.findall(r"{(\w+)}", self.path)

    @cached_property
    def own_id(self) -> str | None:
        """The path parameter with the id of the object in the answer, if there is one."""
        own = get_type_hints(self.subject, include_extras=True).get("id") if is_shape(self.subject) else None
        noun = noun_of(own)
        return next((name for name in self.in_path if noun and noun_of(self.hints[name]) == noun), None)

    @cached_property
    def given(self) -> list[str]:
        """The parameters in the body, or in the query of a GET."""
        return [name for name in self.hints if name not in self.in_path]

    @cached_property
    def pages(self) -> bool:
        """Whether the answer is a page."""
        return "page" in inspect.signature(self.use_case).parameters

    @cached_property
    def lists(self) -> bool:
        """Whether the answer is a list that is always short."""
        return getattr(self.returned, "__origin__", None) is list

    @cached_property
    def versioned(self) -> bool:
        """Whether the caller may give the version that they saw."""
        return "expected_version" in inspect.signature(self.use_case).parameters

    @cached_property
    def body_parameter(self) -> str | None:
        """The parameter that is the whole body, if there is one."""
        return self.given[0] if len(self.given) == 1 and self.given[0] in BODY_PARAMETERS else None

    @cached_property
    def body(self) -> type[BaseModel] | None:
        """The form of the body; None if there are no parameters for it."""
        if self.method in ("GET", "DELETE") or not self.given:
            return None
        if self.body_parameter:
            form: type[BaseModel] = bare(self.hints[self.body_parameter])
            return form
        fields: Any = {name: (self.hints[name], _or_needed(self.default(name))) for name in self.given}
        name = _pascal(self.use_case.__name__)
        made: type[BaseModel] = create_model(name, __base__=Form, __doc__=self.words, **fields)
        return made


def _or_needed(default: Any) -> Any:
    return ... if default is inspect.Parameter.empty else default


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


@dataclass(eq=False)
class Noun:
    """The operations of a noun."""

    name: str
    operations: list[Operation] = field(default_factory=list)

    def get(
        self, path: str, use_case: UseCase, shape: Any, *, holds: str = "", field: str = "", below: Any = None
    ) -> None:
        """Adds a read. A list `below` a shape is read by the shape's id."""
        self._add(
            Operation(
                noun=self.name,
                method="GET",
                path=path,
                use_case=use_case,
                shape=shape,
                holds=holds,
                field=field,
                below=below,
            )
        )

    def post(
        self,
        path: str,
        use_case: UseCase,
        shape: Any,
        *,
        key: Key = Key.NEEDED,
        opens: str = "",
        holds: str = "",
        status: int = 201,
        field: str = "",
    ) -> None:
        """Adds a POST that changes something: a new object, or a step with its own address, such as a payment."""
        self._add(
            Operation(
                noun=self.name,
                method="POST",
                path=path,
                use_case=use_case,
                shape=shape,
                status=status,
                key=key,
                opens=opens,
                holds=holds,
                field=field,
            )
        )

    def ask(self, path: str, use_case: UseCase, shape: Any, *, field: str = "") -> None:
        """Adds a POST that only reads, because its question needs a body."""
        self._add(
            Operation(noun=self.name, method="POST", path=path, use_case=use_case, shape=shape, asks=True, field=field)
        )

    def move(self, path: str, use_case: UseCase, shape: Any, *, key: Key = Key.NEEDED, field: str = "") -> None:
        """Adds a transition."""
        self._add(
            Operation(noun=self.name, method="POST", path=path, use_case=use_case, shape=shape, key=key, field=field)
        )

    def patch(self, path: str, use_case: UseCase, shape: Any, *, field: str = "") -> None:
        """Adds a change of the fields in the body."""
        self._add(
            Operation(
                noun=self.name,
                method="PATCH",
                path=path,
                use_case=use_case,
                shape=shape,
                must_have_seen=True,
                field=field,
            )
        )

    def put(
        self,
        path: str,
        use_case: UseCase,
        shape: Any,
        *,
        must_have_seen: bool = True,
        new: type | None = None,
        opens: str = "",
    ) -> None:
        """Adds an operation that sets something; a repeat changes nothing."""
        self._add(
            Operation(
                noun=self.name,
                method="PUT",
                path=path,
                use_case=use_case,
                shape=shape,
                must_have_seen=must_have_seen,
                new=new,
                opens=opens,
            )
        )

    def delete(self, path: str, use_case: UseCase, shape: Any) -> None:
        """Adds an operation that deletes. REST answers without a body, GraphQL with the deleted object."""
        self._add(Operation(noun=self.name, method="DELETE", path=path, use_case=use_case, shape=shape, status=204))

    def _add(self, operation: Operation) -> None:
        secrets = [name for name in getattr(operation.shape, "__annotations__", ()) if "secret" in name]
        if secrets and operation.key in (Key.NEEDED, Key.KEPT):
            raise ValueError(f"{operation.id}: its answer tells a secret, so no key may keep it")
        if operation.method == "POST" and not operation.asks and operation.key is Key.NONE:
            raise ValueError(f"{operation.id}: a key is never ignored: it is needed, kept or refused")
        self.operations.append(operation)
