"""The chat page. It works as a plain HTML form; the script only makes it smoother."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from charley.answering.composer import Composer
from charley.answering.reply import Reply, Sentence, Suggestion
from charley.channels.web import phone, reference
from charley.channels.web.answer import Answerer, Question
from charley.channels.web.assets import text
from charley.channels.web.limits import Limiter, body
from charley.channels.web.problems import ProblemError
from charley.channels.web.words import words

FIELDS = 8
"""Fields that a form may have."""


class Page:
    """Shows the page, and answers its form."""

    def __init__(self, answerer: Answerer, limiter: Limiter, most: int) -> None:
        self._answerer = answerer
        self._content = answerer.assistant.content
        self._limiter = limiter
        self._most = most
        self._words = words(self._content)
        self._numbers = phone.numbers(self._content.red_flags)
        topics = Composer(self._content).topics()
        frame = text("page.html").replace("{{topics}}", _buttons(topics))
        frame = frame.replace("{{disclaimer}}", escape(self._content.disclaimer))
        for name, word in self._words.items():
            frame = frame.replace("{{word." + name + "}}", escape(word))
        self._parts = frame.split("{{slot}}")

    def routes(self) -> list[Route]:
        """The page is shown on GET and answers on POST."""
        return [Route("/", self._show, methods=["GET", "POST"])]

    async def _show(self, request: Request) -> Response:
        if request.method != "POST":
            return self._response("", "")
        try:
            self._limiter.check(request.scope)
            question, asked = await self._question(request)
            reply, token = self._answerer.answer(question, self._answerer.context(question.token)[0])
        except ProblemError as problem:
            heading = escape(self._words["error"])
            shown = f'<article class="reply error"><h3>{heading}</h3><p>{escape(problem.detail)}</p></article>'
            return self._response(shown, "", problem.status, problem.headers)
        return self._response(self._turn(asked, reply), token)

    async def _question(self, request: Request) -> tuple[Question, str]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise ProblemError(415, "The form must be sent as application/x-www-form-urlencoded.")
        try:
            sent = (await body(request.scope, request.receive, self._most)).decode("utf-8")
            fields = dict(parse_qsl(sent, keep_blank_values=True, max_num_fields=FIELDS))
        except ValueError:
            raise ProblemError(400, "The form is not valid.") from None
        token = fields.get("context", "")
        if "choice" in fields:
            intent, _, slot = fields["choice"].partition("?")
            kind, _, id = slot.partition("=")
            label = Composer(self._content).question(intent) if intent in self._content.answers else ""
            return Question("", token, intent or "?", {kind: id} if id else {}), label
        said = self._words["more"] if "more" in fields else fields.get("text", "")
        return Question(said, token), said

    def _response(self, turn: str, token: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        start, topics, log, rest = self._parts
        shown = f"{start}{' hidden' if token else ''}{topics}{turn}{log}{escape(token)}{rest}"
        # A lone surrogate, which a person can send, has no UTF-8.
        content = shown.encode("utf-8", "replace")
        return HTMLResponse(content, status, {"Cache-Control": "no-cache" if not turn else "no-store", **(headers or {})})

    def _turn(self, asked: str, reply: Reply) -> str:
        level = reply.triage or ""
        out = [f'<p class="you"><span class="hidden">{escape(self._words["you"])} </span>{escape(asked)}</p>']
        out.append(f'<article class="reply {escape(reply.kind)} {escape(level)}" aria-label="{escape(self._words["reply"])}">')
        if level:
            out.append(f"<h3>{escape(self._words[level])}</h3>{self._calls(reply)}")
        elif reply.understood and reply.kind == "answer" and len(reply.sections) == 1:
            out.append(f'<p class="understood">{escape(self._words["understood"])} {escape(reply.understood)}</p>')
        for section in reply.sections:
            if len(reply.sections) > 1 and section.title:
                out.append(f"<h4>{escape(section.title)}</h4>")
            out.append(f"<p>{' '.join(reference.linked(s.text, self._numbers) for s in section.sentences)}</p>")
        out.append(self._sources(reply))
        if reply.more:
            out.append(f'<p><button name="more" value="1">{escape(self._words["more"])}</button></p>')
        if reply.suggestions:
            out.append(f'<div class="suggestions" role="group" aria-label="{escape(self._words["also"])}">')
            out.append(f"{_buttons(reply.suggestions)}</div>")
        out.append(f'<p class="disclaimer">{escape(reply.disclaimer)}</p></article>')
        return "".join(out)

    def _calls(self, reply: Reply) -> str:
        pieces = [p for section in reply.sections for p in phone.said(section.text, self._numbers)]
        calls = {piece: number for piece, number in pieces if number}
        items = (
            f'<li><a href="tel:{number}">{escape(self._words["call"])} {escape(said)} ({escape(self._numbers[said])})</a></li>'
            for said, number in calls.items()
        )
        return f'<ul class="calls">{"".join(items)}</ul>' if calls else ""

    def _sources(self, reply: Reply) -> str:
        rows = [row for section in reply.sections for s in section.sentences if (row := self._row(s))]
        if not rows:
            behind = "; ".join(f"{s.publisher}, {s.title}" for s in reply.sources)
            return f'<p class="behind">{escape(self._words["sources"])}: {escape(behind)}.</p>' if behind else ""
        return f"<details><summary>{escape(self._words['sources'])}</summary><ol>{''.join(rows)}</ol></details>"

    def _row(self, sentence: Sentence) -> str:
        facts = [f for id in sentence.facts if (f := reference.fact(self._content, id))]
        cites = [reference.cite(s) for f in facts for s in f["sources"]]
        return f"<li>{escape(sentence.text)} <small>{'; '.join(cites)}</small></li>" if cites else ""


def _buttons(suggestions: tuple[Suggestion, ...]) -> str:
    return "".join(map(_button, suggestions))


def _button(suggestion: Suggestion) -> str:
    intent, slots = suggestion.intent, dict(suggestion.slots)
    value = intent + "".join(f"?{kind}={id}" for kind, id in slots.items())
    choice = json.dumps({"intent": intent, "slots": slots})
    return f'<button name="choice" value="{escape(value)}" data-choice="{escape(choice)}">{escape(suggestion.label)}</button>'
