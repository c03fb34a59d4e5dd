"""REST: the drawn thermometer."""

from fastapi import Response

from app.adapters.drawings import thermometer_svg
from app.api.deps import LanguageDep, RunDep, noun
from app.ids import MemberId
from app.usecases.members import get_thermometer

router = noun("members")


@router.get(
    "/members/{member_id}/thermometer.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The drawn thermometer"}},
)
async def thermometer_picture(member_id: MemberId, run: RunDep, language: LanguageDep) -> Response:
    """The thermometer as a picture."""
    found = await run(get_thermometer, member_id=member_id, movements=0)
    headers = {"Cache-Control": "no-store"}
    return Response(thermometer_svg(found, language), media_type="image/svg+xml", headers=headers)
