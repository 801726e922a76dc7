"""`charley mcp`: the assistant as tools for language-model agents, through the Model Context Protocol."""

from __future__ import annotations

import json
import logging
from typing import Any

from mcp.server.mcpserver import MCPServer

import charley
from charley.answering.composer import Composer
from charley.answering.person import Person
from charley.answering.speech import Speech
from charley.assistant import Assistant

MOST = 20
"""Questions that a search lists at most."""
INSTRUCTIONS = (
    "Answers questions about one subject from a curated, sourced knowledge base. Pass the person's own words to `ask`, and "
    "show the answer as it is, with its disclaimer. Where `triage` is set, show the answer first and in full: it says what to "
    "do at once. Hand `context` back with the next message of the same conversation."
)


def server(assistant: Assistant) -> MCPServer[Any]:
    """The tools `ask`, `search_questions` and `get_fact`. Every result carries the disclaimer."""
    content = assistant.content
    composer, speech = Composer(content), Speech(content.voice)
    made: MCPServer[Any] = MCPServer("charley", instructions=INSTRUCTIONS, version=charley.__version__, log_level="ERROR")

    @made.tool()
    def ask(question: str, context: str = "") -> dict[str, Any]:
        """Answers a message of a person. `context`: that of the answer before it in the same conversation."""
        reply = assistant.reply(question, _context(context))
        return {
            "answer": str(reply),
            "kind": reply.kind,
            "triage": reply.triage,
            "intents": list(reply.intents),
            "confidence": reply.confidence,
            "sources": [{"title": s.title, "publisher": s.publisher, "url": s.url} for s in reply.sources],
            "context": json.dumps(dict(reply.context)),
            "disclaimer": reply.disclaimer,
        }

    @made.tool()
    def search_questions(words: str = "") -> dict[str, Any]:
        """Questions that can be answered and hold every one of some words; without words, the first of all questions."""
        wanted = words.casefold().split()
        every = ((i.id, composer.question(i.id)) for i in content.intents.values() if i.id in content.answers)
        found = [{"intent": id, "question": q} for id, q in every if all(w in q.casefold() for w in wanted)]
        return {"questions": found[:MOST], "more": max(0, len(found) - MOST), "disclaimer": content.disclaimer}

    @made.tool()
    def get_fact(id: str) -> dict[str, Any]:
        """A fact by its id, with the passages that it rests on."""
        fact = content.facts.get(id)
        if fact is None:
            return {"error": "there is no fact with this id", "disclaimer": content.disclaimer}
        cites = [(content.sources[c.source], c) for c in fact.cites if c.source in content.sources]
        return {
            "id": fact.id,
            "text": speech.say(fact.text, Person()),
            "sources": [{"title": s.title, "publisher": s.publisher, "url": s.url, "section": c.section} for s, c in cites],
            "disclaimer": content.disclaimer,
        }

    return made


def _context(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def run(*, content: str | None = None, http: bool = False, host: str = "127.0.0.1", port: int = 8001) -> int:
    """Serves an agent over standard input and output or, with `http`, any number of them at `host`:`port`/mcp.

    Raises:
        ContentError: the content cannot be used.
    """
    made = server(Assistant(content))
    # Its log may hold what a person wrote.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    if http:
        made.run("streamable-http", host=host, port=port)
    else:
        made.run("stdio")
    return 0
