"""REST: where the money of a job goes, as a picture."""

from fastapi import Response

from app.adapters.sankey import sankey_svg
from app.api.deps import LanguageDep, RunDep, noun
from app.api.flows import SVG
from app.ids import AssignmentId
from app.usecases.assignment_flows import get_assignment_flows

router = noun("assignments")


@router.get("/assignments/{assignment_id}/flows.svg", response_class=Response, responses=SVG)
async def picture(assignment_id: AssignmentId, run: RunDep, language: LanguageDep) -> Response:
    """Where the money of a job goes, as a picture."""
    found = await run(get_assignment_flows, assignment_id=assignment_id)
    title = {"nl": "Waar het geld van deze opdracht blijft", "en": "Where the money of this assignment goes"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")
