"""REST: the officers of a cooperative."""

from uuid import UUID

from app.api.deps import RunDep, noun
from app.api.people import OfficeOut
from app.usecases.people import list_offices

router = noun("cooperatives", "/cooperatives")


@router.get("/{cooperative_id}/offices")
async def officers(cooperative_id: UUID, run: RunDep) -> list[OfficeOut]:
    """Who holds which office."""
    return [OfficeOut.model_validate(office) for office in await run(list_offices, cooperative_id=cooperative_id)]
