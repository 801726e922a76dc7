"""Intents → sentences with their facts, and the reply with its renderings."""
