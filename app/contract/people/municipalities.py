"""Municipalities, the other party of every agreement."""

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.domain.people import municipalities as domain
from app.ids import MunicipalityId
from app.usecases.people.municipalities import add_municipality, get_municipality, list_municipalities


@shape(domain.Municipality)
class Municipality:
    """A municipality that takes part."""

    id: MunicipalityId
    cbs_code: str
    """Its code at Statistics Netherlands, such as `GM0758`."""
    name: str
    """The name."""
    version: int


municipalities = Noun("municipalities")
municipalities.get("/municipalities", list_municipalities, Municipality)
municipalities.post("/municipalities", add_municipality, Municipality, key=Key.KEPT, opens="/municipalities")
municipalities.get("/municipalities/{municipality_id}", get_municipality, Municipality)
