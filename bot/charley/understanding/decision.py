"""What is done about a message that was understood so far: answered, offered choices for, or not answered."""

ANSWER = "answer"
OFFER = "disambiguation"
REFUSE = "fallback"
TALK = "chat."
"""Labels of small talk begin so; it is never offered."""
