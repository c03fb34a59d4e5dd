"""REST: the legal limits beside allowances and premiums."""

from app.api.deps import LanguageDep, noun
from app.contract.allowances import LegalLimit
from app.contract.shape import Viewer, show
from app.domain.actors import NOBODY
from app.domain.limits import LIMITS

router = noun("allowances")


@router.get("/legal-limits")
async def limits(language: LanguageDep) -> list[LegalLimit]:
    """The dated tables of legal limits that agreements may name."""
    return [show(LegalLimit, limit, Viewer(NOBODY, language)) for limit in LIMITS]
