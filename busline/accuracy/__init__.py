"""What was told against what the buses did: the published yardsticks, and the nightly figures made with them."""
