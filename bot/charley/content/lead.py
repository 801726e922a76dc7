"""The keys of leads: forms of a question and traits of a person, joined by commas, with words of the question behind.

`yes_no, how_long (born, birth)` is for two forms of a question that has one of the words; `yes_no diuretic` for one form,
asked by or for somebody on a diuretic; `pregnant` for every form that a verdict answers; `(born, birth)` for every form there is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from charley.content.model import Content, Lead

_KEY = re.compile(r"^([^()]*?)\s*(?:\(([^()]*)\))?$")
_FACT = re.compile(r"\{([^{}|]*)\}")
_RESTS = re.compile(r"\s*\[([^\[\]]*)\]")


def leads(key: str, text: str, forms: Collection[str]) -> tuple[Lead, ...]:
    """The leads that stand under one key; a word that is no form is taken for a trait."""
    match = _KEY.match(key.strip())
    named, said = (match[1], match[2] or "") if match else (key, "")
    words = tuple(" ".join(w.split()) for w in said.split(",") if w.strip())
    out = []
    for item in named.split(","):
        parts = item.split()
        form = next((p for p in parts if p in forms), "")
        traits = tuple(p for p in parts if p != form)
        if parts or (words and not named):
            out.append(Lead(key, form, traits, words, text))
    return tuple(out)


def cited(text: str) -> tuple[str, ...]:
    """The facts, with or without the number of a sentence, that a lead rests on."""
    return tuple(ref for group in _RESTS.findall(text) for ref in group.split())


def bare(text: str, known: Collection[str]) -> str:
    """A lead's own words: without what it rests on and without the facts that are said after it."""
    return _FACT.sub(lambda m: "" if base(m[1]) in known else m[0], _RESTS.sub("", text)).strip()


def refs(template: str, known: Collection[str]) -> tuple[str, ...]:
    """The facts that a template says, with or without the number of a sentence, in order."""
    return tuple([ref for ref in _places(template) if base(ref) in known])


@lru_cache(maxsize=8192)
def _places(template: str) -> tuple[str, ...]:
    return tuple(_FACT.findall(template))


def base(ref: str) -> str:
    """The fact of a reference: "E-004" of "E-004.2"."""
    head, dot, number = ref.rpartition(".")
    return head if dot and number.isdigit() else ref


def sentence(ref: str) -> int:
    """The number of the sentence that a reference names, from 1; 0 for the whole fact."""
    return int(ref.rpartition(".")[2]) if base(ref) != ref else 0


_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z{\"“'])")


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a fact's text."""
    return tuple(_END.split(text))


def text_of(content: Content, ref: str) -> str:
    """What a reference says: a fact's text, or one sentence of it ("" where it has no such sentence)."""
    text, number = content.facts[base(ref)].text, sentence(ref)
    return (sentences(text)[number - 1 : number] or ("",))[0] if number else text
