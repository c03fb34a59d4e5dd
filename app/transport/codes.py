"""The codes of the refusals that a request met, kept for its line in the access log."""

from starlette.requests import HTTPConnection

MOST = 5
"""Codes on one line: a GraphQL document can meet many refusals."""
MORE = "+"
"""Stands at the end of a line if there were more."""


def note_code(connection: HTTPConnection, code: str) -> None:
    """Keep the code of a refusal."""
    codes = _codes(connection)
    if code not in codes and MORE not in codes:
        connection.state.codes = (*codes, code if len(codes) < MOST else MORE)


def noted(connection: HTTPConnection) -> dict[str, str]:
    """`code` for the line in the log, several with commas between them; nothing if nothing was refused."""
    codes = _codes(connection)
    return {"code": ",".join(codes)} if codes else {}


def _codes(connection: HTTPConnection) -> tuple[str, ...]:
    codes: tuple[str, ...] = getattr(connection.state, "codes", ())
    return codes
