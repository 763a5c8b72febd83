"""A local server that plays Twilio: its REST interface, its signed webhooks, and a page that plays a family's phone."""

from sms.standin.carrier import Carrier
from sms.standin.server import standin_app
from sms.standin.standin import Exchange, FamilyPhone, StandIn
from sms.standin.telephone import PicksUp, Telephone

__all__ = ["Carrier", "Exchange", "FamilyPhone", "PicksUp", "StandIn", "Telephone", "standin_app"]
