"""Who must hear, when, and making sure they did: rules, outbox, sending; and cases on their way to departments."""
