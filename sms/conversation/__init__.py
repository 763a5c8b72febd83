"""What to say to a family: `rules.Conversation` decides upon an `asker.Asker`, and a `reply.Reply` comes out."""
