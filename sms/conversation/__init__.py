"""What to say to a family: `rules.Conversation` decides, `asker.Asker` is what it knows, `reply.Reply` what comes out."""

from sms.conversation.rules import Answers, Asker, Conversation, Outcome, Reply, Told

__all__ = ["Answers", "Asker", "Conversation", "Outcome", "Reply", "Told"]
