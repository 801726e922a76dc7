"""What is done about a message that was understood so far: answered, offered choices for, or not answered."""

ANSWER = "answer"
OFFER = "disambiguation"
REFUSE = "fallback"
