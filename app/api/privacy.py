"""REST: export and erasure of the caller's data."""

from typing import Any

from fastapi import Response

from app.api.deps import RunDep, noun_router
from app.usecases.platform.privacy import erase_me, export_me

router = noun_router("people")


@router.get("/me/export", response_description="All that is held about the caller.")
async def export(run: RunDep, response: Response) -> dict[str, Any]:
    """All data about the caller; amounts in cents."""
    response.headers["Content-Disposition"] = 'attachment; filename="samen.json"'
    return await run(export_me)


@router.delete("/me", status_code=204, response_description="The caller is forgotten.")
async def forget(run: RunDep) -> None:
    """Erase the caller. First end offices, membership and orders; amounts in the books stay, without a name."""
    await run(erase_me)
