"""Who must hear, when, and making sure they did: rules, outbox, sending. Nothing lives here yet (issue: alerts)."""
