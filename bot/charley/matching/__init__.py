"""Which intent, and how sure: learnt, no rules."""
