"""REST: files with bank statements."""

import asyncio
from typing import Any

from fastapi import Request

from app.adapters.camt import read_statements
from app.api.deps import LanguageDep, RunDep, noun_router, viewer_of
from app.contract.books.bank_statements import StatementImport
from app.contract.shape import show
from app.domain.books.statement_files import ours_of
from app.ids import CooperativeId
from app.usecases.books.bank_statements import import_statements, list_own_ibans

router = noun_router("bank_statements")
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CAMT.053 (camt.053.001.02 or .08), or a zip of at most 100 such files; 5 MB unpacked at most.",
        "content": {
            "application/xml": {"schema": {"type": "string", "format": "binary"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "/cooperatives/{cooperative_id}/bank-statements/files",
    status_code=201,
    openapi_extra=FILE,
    response_description=str(StatementImport.__doc__),
    responses={409: {}, 422: {}},
)
async def take_in_statements(
    cooperative_id: CooperativeId, run: RunDep, request: Request, language: LanguageDep
) -> StatementImport:
    """Import a file of the bank, all or nothing. Files may overlap: the same file again adds nothing.

    Accounts that are not the cooperative's own are left out and named. The first statement of an account begins after
    the last closed month; what differs from the books then is a line to be placed. A statement has to begin with the
    balance of the day before (`statement_gap`), and says of a day that is known what was said before, of which only
    the newest may gain lines (`statement_differs`).
    """
    own = await run(list_own_ibans, cooperative_id=cooperative_id)
    found = await asyncio.to_thread(read_statements, await request.body())
    ours, left_out = ours_of(found, own)
    taken = await run(import_statements, cooperative_id=cooperative_id, statements=ours, left_out=left_out)
    return show(StatementImport, taken, viewer_of(run, request, language))
