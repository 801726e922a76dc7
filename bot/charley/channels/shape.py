"""What a reply looks like on a service: its markup, its limits, and whether it has buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from charley.answering.reply import Reply, Section
from charley.channels.parts import Atom, Mark, Measure, Part, characters, sentences, split
from charley.console import shown

MOST = 5
"""Buttons under a reply: what every service takes, and a person can take in."""
FOLLOW_UPS = 3
TOKEN = 64
"""Bytes that a button may carry: Telegram's limit, the smallest."""


@dataclass(frozen=True, slots=True)
class Style:
    """A markup. `plain` escapes; `strong` and `quiet` stand out more and less; `link` takes a text and an address."""

    plain: Mark
    strong: Mark
    quiet: Mark
    link: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a service lets through. `lines`: a message is one line."""

    style: Style
    limit: int
    measure: Measure = characters
    buttons: bool = False
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to press: `token` names the intent, and comes back when it is pressed."""

    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent for one message: the parts in order, the buttons under the last one. `alarm`: a red flag was found."""

    parts: tuple[Part, ...]
    buttons: tuple[Button, ...] = ()
    alarm: bool = False


def shape_reply(reply: Reply, shape: Shape) -> Outgoing:
    """A reply as a service shows it, the disclaimer last."""
    listed = reply.suggestions if _is_choice(reply) else reply.suggestions[:FOLLOW_UPS]
    buttons = tuple(Button(_clean(s.label), token(s.intent, s.slots)) for s in listed) if shape.buttons else ()
    if len(buttons) > MOST or any(len(b.token.encode()) > TOKEN for b in buttons):
        buttons = ()
    atoms = list(_body(reply, shape.style))
    if not buttons and listed:
        atoms += _listed(reply, [s.label for s in listed], shape.style)
    atoms += _sources(reply, shape.style)
    return Outgoing(_parts(atoms, reply.disclaimer, shape), buttons, reply.triage is not None)


def shape_text(text: str, disclaimer: str, shape: Shape) -> Outgoing:
    """A text that is no reply, such as a command's; it ends with the disclaimer like everything that is sent."""
    atoms = [Atom(line, shape.style.plain, "\n") for line in shown(text).splitlines() if line]
    return Outgoing(_parts(atoms, disclaimer, shape))


def token(intent: str, slots: tuple[tuple[str, str], ...] = ()) -> str:
    """What a button carries."""
    return "|".join([intent, *(f"{kind}={id}" for kind, id in slots)])


def chosen(token: str) -> tuple[str, dict[str, str]]:
    """The intent and the slots in a button's token."""
    intent, *slots = token.split("|")
    return intent, {kind: id for kind, _, id in (s.partition("=") for s in slots)}


def _is_choice(reply: Reply) -> bool:
    return reply.kind in ("disambiguation", "fallback")


def _parts(atoms: list[Atom], disclaimer: str, shape: Shape) -> tuple[Part, ...]:
    return split([*atoms, Atom(_clean(disclaimer), shape.style.quiet, "\n\n")], shape.limit, shape.measure, lines=shape.lines)


def _body(reply: Reply, style: Style) -> Iterator[Atom]:
    for section in reply.sections:
        glue = "\n\n"
        if section.title and len(reply.sections) > 1:
            yield Atom(_clean(section.title), style.strong, glue)
            glue = "\n"
        for i, sentence in enumerate(_said(section)):
            urgent = reply.triage is not None and not i
            yield Atom(sentence, style.strong if urgent else style.plain, " " if i else glue)


def _said(section: Section) -> list[str]:
    return sentences(_clean(section.text))


def _clean(text: str) -> str:
    """A text as one line without what could steer a client."""
    return " ".join(shown(text).split())


def _listed(reply: Reply, labels: list[str], style: Style) -> Iterator[Atom]:
    numbered = _is_choice(reply)
    if not numbered:
        yield Atom(reply.labels.also, style.plain, "\n\n")
    for i, label in enumerate(labels, 1):
        mark = f"{i}. " if numbered else "- "
        yield Atom(f"{mark}{_clean(label)}", style.plain, "\n\n" if numbered and i == 1 else "\n")
    if numbered:
        yield Atom(reply.labels.choose, style.plain, "\n")


def _sources(reply: Reply, style: Style) -> Iterator[Atom]:
    named = {s.publisher: s for s in reversed(reply.sources)}
    for i, source in enumerate(reversed(named.values())):
        if not i:
            yield Atom(reply.labels.sources, style.plain, "\n\n")
        end = "." if i == len(named) - 1 else ";"
        yield Atom(_clean(source.publisher), _linked(style, source.url, end), " ")


def _linked(style: Style, url: str, end: str) -> Mark:
    if not url:
        return lambda text: style.plain(text) + end
    return lambda text: style.link(text, url) + end


def _same(text: str) -> str:
    return text


_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~@])")


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _mrkdwn(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _anchor(text: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{html.escape(text)}</a>'


PLAIN = Style(_same, _same, _same, lambda text, _: text)
HTML = Style(html.escape, lambda t: f"<b>{html.escape(t)}</b>", lambda t: f"<i>{html.escape(t)}</i>", _anchor)
MARKDOWN = Style(
    _markdown, lambda t: f"**{_markdown(t)}**", lambda t: f"*{_markdown(t)}*", lambda t, url: f"[{_markdown(t)}](<{url}>)"
)
MRKDWN = Style(_mrkdwn, lambda t: f"*{_mrkdwn(t)}*", lambda t: f"_{_mrkdwn(t)}_", lambda t, u: f"<{_mrkdwn(u)}|{_mrkdwn(t)}>")
