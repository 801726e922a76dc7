"""A reply as HTML."""

from __future__ import annotations

from html import escape

from charley.answering.reply import Reply, Suggestion, called, heading, numbered
from charley.content.model import Source


def html(reply: Reply) -> str:
    """The reply as a block of HTML, ending with the disclaimer."""
    out = [f'<div class="charley-reply charley-{escape(reply.kind)}">']
    for section in reply.sections:
        if title := heading(reply, section):
            out.append(f"<h3>{escape(title)}</h3>")
        out.append(f"<p>{escape(section.text)}</p>")
    if reply.suggestions:
        tag = "ol" if numbered(reply) else "ul"
        if not numbered(reply):
            out.append(f"<p>{escape(reply.labels.also)}</p>")
        out.append(f"<{tag}>{''.join(map(_item, reply.suggestions))}</{tag}>")
    if reply.sources:
        out.append(f'<p class="charley-sources">{escape(reply.labels.sources)} {"; ".join(map(_anchor, reply.sources))}.</p>')
    out.append(f'<p class="charley-disclaimer">{escape(reply.disclaimer)}</p></div>')
    return "\n".join(out)


def _item(suggestion: Suggestion) -> str:
    return f"<li>{escape(suggestion.label)}</li>"


def _anchor(source: Source) -> str:
    text = escape(called(source))
    return f'<a href="{escape(source.url)}" rel="noopener">{text}</a>' if source.url else text
