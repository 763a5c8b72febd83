"""Twilio: what comes from it checked and read, what goes to it handed over, and what its answers mean."""
