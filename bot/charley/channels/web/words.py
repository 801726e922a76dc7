"""The labels of the page and the widget: their buttons, headings and notices. What is said about the subject is never here."""

from __future__ import annotations

from charley.content.model import Content
from charley.content.template import fill

WORDS = {
    "title": "{name}",
    "welcome": "Ask a question, or start with one of these:",
    "ask": "Your question",
    "send": "Send",
    "you": "You:",
    "reply": "{name}'s reply",
    "understood": "Understood as:",
    "more": "More",
    "also": "You could also ask",
    "choose": "Please choose",
    "sources": "Sources",
    "sources_of": "Sources of:",
    "copy": "Copy",
    "copied": "Copied.",
    "not_copied": "Could not copy. Select the text instead.",
    "print": "Print",
    "again": "Start again",
    "fresh": "A new conversation has begun.",
    "looking": "Looking…",
    "call": "Call",
    "emergency": "Emergency: get help now",
    "urgent": "Get help today",
    "error": "That did not work",
    "offline": "You are offline, so {name} cannot answer. The list of all questions may still open.",
    "failed": "The server could not be reached. Please try again.",
    "retry": "Try again",
    "any": "[what was asked about]",
    "all": "All questions",
    "open": "Ask {name}",
    "close": "Close the chat",
    "log": "Conversation",
    "note": "Please note",
}


def words(content: Content) -> dict[str, str]:
    """The labels with the assistant's name in them."""
    return {key: fill(word, {"name": content.subject.name}) for key, word in WORDS.items()}
