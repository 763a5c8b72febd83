"""A local server that plays Twilio: its REST interface, its signed webhooks, and a page that plays a family's phone."""

from sms.standin.carrier import Carrier
from sms.standin.server import standin_app
from sms.standin.standin import Exchange, FamilyPhone, StandIn

__all__ = ["Carrier", "Exchange", "FamilyPhone", "StandIn", "standin_app"]
