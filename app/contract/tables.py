"""The nouns whose operations are declared. Both faces are made from these tables."""

from app.contract.allowances import allowances
from app.contract.ballots import ballots
from app.contract.cooperatives import cooperatives
from app.contract.costs import costs
from app.contract.customers import customers
from app.contract.earnings import earnings
from app.contract.funds import funds
from app.contract.joint_purchases import joint_purchases
from app.contract.members import members
from app.contract.municipalities import municipalities
from app.contract.nettings import nettings
from app.contract.payments import payments
from app.contract.people import people
from app.contract.permissions import permissions
from app.contract.remittances import remittances
from app.contract.seals import seals
from app.contract.spending import spending
from app.contract.tasks import tasks
from app.contract.wishes import wishes

TABLES = (
    allowances,
    ballots,
    cooperatives,
    costs,
    customers,
    earnings,
    funds,
    joint_purchases,
    members,
    municipalities,
    nettings,
    payments,
    people,
    permissions,
    remittances,
    seals,
    spending,
    tasks,
    wishes,
)
