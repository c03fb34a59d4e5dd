"""The trail of power."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain.access import Role
from app.domain.people import power as domain
from app.ids import AppId, CooperativeId, MemberId, MunicipalityId, PersonId, PowerEventId
from app.usecases.people import power as usecases


@shape(domain.PowerEvent)
class PowerEvent:
    """A power that was given to a person or an app, or taken from them. It is never changed."""

    id: PowerEventId
    kind: domain.PowerKind
    at: datetime
    """When it happened."""
    person_id: PersonId | None
    app_id: AppId | None
    cooperative_id: CooperativeId | None
    municipality_id: MunicipalityId | None
    member_id: MemberId | None
    """The member as whom the person may log in."""
    role: Role | None
    scopes: list[str]
    """The scopes of the app from then on."""
    keys: list[str]
    """The `kid` of each key of the app from then on."""
    by_person_id: PersonId | None
    """Who did it; null if the system or an app did, or if nobody noted it."""
    by_app_id: AppId | None
    """The app through which it was done."""
    reason: str
    """The reason that was given."""


power = Noun("power")
power.get("/me/power-events", usecases.list_my_power_events, PowerEvent)
power.get("/cooperatives/{cooperative_id}/power-events", usecases.list_cooperative_power_events, PowerEvent)
power.get("/power-events", usecases.list_power_events, PowerEvent)
