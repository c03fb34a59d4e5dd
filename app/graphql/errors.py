"""Errors of the GraphQL face: domain codes in `extensions.code`, unexpected errors masked."""

import logging
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from app.adapters.fields import faults_of
from app.adapters.messages import EN, error_text, message_of
from app.domain.errors import DomainError, IssuerUnavailable, Malformed
from app.graphql.context import Context
from app.running.run import Unavailable
from app.transport.codes import note_code

log = logging.getLogger("samen.graphql")


class Errors(SchemaExtension):
    """Shows each error in the form for the caller; unexpected ones are logged."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context.context
        if isinstance(context, Context) and context.renew is not None:
            self.execution_context.context = context.of_operation()
        try:
            yield
        # The document cannot be parsed.
        except GraphQLError as error:
            raise shown(error, self.execution_context.context) from None
        self._show(self.execution_context.result)

    def get_results(self) -> dict[str, Any]:
        """The keys of replayed mutations (REST: `Idempotency-Replayed`)."""
        context = self.execution_context.context
        replayed = context.door.replayed if isinstance(context, Context) else []
        return {"idempotencyReplayed": replayed} if replayed else {}

    def on_stream_result(self, result: object) -> Iterator[None]:
        """Each event of a subscription."""
        self._show(result)
        yield

    def _show(self, result: Any) -> None:
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [shown(error, self.execution_context.context) for error in errors]


def shown(error: GraphQLError, context: object) -> GraphQLError:
    """The error with its code, in the caller's language; the code is noted for the access log.

    An error that has its code already is unchanged.
    """
    if "code" in (error.extensions or {}):
        return error
    language = context.language if isinstance(context, Context) else EN
    extensions, message = _told(error, language, context.trace_id if isinstance(context, Context) else "-")
    if isinstance(context, Context) and context.request is not None:
        note_code(context.request, str(extensions["code"]))
    place = (error.nodes, error.source, error.positions, error.path)
    return GraphQLError(message, *place, extensions=extensions)


def _told(error: GraphQLError, language: str, trace_id: str) -> tuple[dict[str, object], str]:
    """The extensions and message of an error."""
    original = error.original_error
    if isinstance(original, Malformed):
        faults = {"errors": faults_of(original, language)}
        return {"code": original.code, "status": original.status, **faults}, error_text(original.code, {}, language)
    if isinstance(original, DomainError):
        extensions: dict[str, object] = {"code": original.code, "status": original.status, "facts": original.facts}
        if "possible" in original.facts:
            extensions["availableTransitions"] = original.facts["possible"]
        if isinstance(original, IssuerUnavailable):
            extensions["retryAfter"] = original.retry_after
        return extensions, message_of(original, language)
    if isinstance(original, Unavailable):
        log.warning("database unavailable", extra={**original.facts, "trace_id": trace_id})
        told = {"code": "unavailable", "status": 503, "retryAfter": original.retry_after}
        return told, error_text("unavailable", {}, language)
    if original is not None and not isinstance(original, GraphQLError):
        log.error("unexpected", exc_info=original, extra={"trace_id": trace_id})
        return {"code": "internal", "traceId": trace_id}, error_text("internal", {"trace_id": trace_id}, language)
    return {"code": "bad_request"}, error.message
