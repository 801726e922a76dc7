"""The keys that content may have, with what each is for. The reader takes these and no others; docs/subject.md lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from charley.value import NamedTuple


class Key(NamedTuple):
    """`does`: what the key is for. `otherwise`: what serves where it is left out; None where it must be there."""

    does: str
    otherwise: str | None = "nothing"


Keys = Mapping[str, Key]

SUBJECT: Final[Keys] = {
    "name": Key("the assistant's name", "Charley"),
    "title": Key("what it answers about, as said inside a sentence"),
    "words": Key("words that name the subject"),
    "names": Key("concepts of the lexicon that name the subject", "the words above"),
    "context": Key("concepts near which an `in_context` name of an entity counts"),
    "wordings": Key("how many wordings each intent needs at least", "5"),
    "sources": Key("`none`: facts need no source", "every fact needs one"),
}
FAMILY: Final[Keys] = {
    "title": Key("its heading in the FAQ", "the family's id"),
    "talk": Key("`true`: small talk, which is no question and stands in no FAQ", "false"),
    "advises": Key("`true`: things to do, which may not be right for everybody", "false"),
    "declines": Key("`true`: understood, and deliberately not answered", "false"),
    "outside": Key("`true`: nothing here answers it; it teaches the assistant to say that it does not know", "false"),
    "alarm": Key("`true`: what calls for help (flags say which intent they sound like) and what does not; not answered", "false"),
}
INTENT: Final[Keys] = {
    "title": Key('one to six words, for "You asked about …"', None),
    "question": Key("the plain question, the label of a suggestion", "needed, but where the family is `outside`"),
    "phrasings": Key("how people ask it, say it or tell it", None),
    "not_phrasings": Key("what looks close, and must not be answered with this intent"),
    "answer": Key("the answer itself, in place of a file of answers and facts"),
    "slot": Key("the kind of entity that the answer depends on"),
    "under": Key("the wider intent whose id a reply gives; the section of the reply gives the finer one", "the intent's own id"),
    "role": Key("what the program needs this intent for, see below"),
}
ANSWER: Final[Keys] = {
    "lead": Key("the first sentence, by the form of the question, a trait of the person, or both"),
    "told": Key("facts said only to those whom they are `for`"),
    "short": Key("the facts that make the answer", None),
    "more": Key('facts for "tell me more"', "what `short` had no room for"),
    "why": Key('facts for "why?", or the id of the intent that answers it', "a sentence that no reason is known"),
    "care": Key("the safety sentences, always said"),
    "follow_ups": Key("two to four intents worth asking next", "the next intents of the family"),
    "by": Key("an answer of its own for an entity or a class: these keys again, but for `follow_ups` and `by`"),
}
WORDING: Final[Keys] = {name: key for name, key in ANSWER.items() if name not in ("follow_ups", "by")}
FACT: Final[Keys] = {
    "text": Key("one or two short sentences; `{name}` and `{class}` stand for the entity that was asked about", None),
    "cites": Key("the passages it rests on", "needed, unless subject.yaml says `sources: none`"),
    "claims": Key("claims of the first articles that it carries", "its own id, if that is one"),
    "qualified_by": Key("facts that are always said with it"),
    "reviewed": Key("the date on which somebody last compared it with its sources"),
    "review_by": Key("the date by which that must be done again, for what ages sooner than its sources", "never"),
    "for": Key("traits and entities of the people whom it is for", "everybody"),
    "not_for": Key("traits and entities of the people whom it is not said to", "nobody"),
    "point": Key("a name of what it comes to; of facts with one point, a reply says one"),
    "unknown": Key("`true`: it says what no source tells, and goes last", "false"),
    "urgent": Key("`true`: it may be said again and again", "false"),
    "own": Key("`true`: the assistant speaks of itself", "false"),
}
CITE: Final[Keys] = {
    "source": Key("the id of a source", None),
    "section": Key("the heading that the passage stands under"),
    "starts": Key("its opening two to five words"),
}
SOURCE: Final[Keys] = {
    "title": Key("the title of the page", None),
    "publisher": Key("who publishes it; said under a reply", None),
    "kind": Key("what it is: article, guideline, institution, review, trial, price list …", None),
    "grade": Key("a letter for how much it can carry", None),
    "url": Key("its address on the publisher's own site"),
    "read": Key("the date on which it was read"),
    "review_by": Key("the date by which it must be read again (`charley check --due DATE` tells)", "never"),
}
ENTITIES: Final[Keys] = {
    "kind": Key("what they are, in one word of letters: the `slot` of intents, `{kind}` in phrasings", None),
    "entities": Key("the entities by their ids", None),
    "any": Key('what stands for `{kind}` in a question about the kind: "Can my medicine …?"'),
    "unnamed": Key("what is said where none was named", "needed where an intent has this slot"),
    "alike": Key("`true`: it does not matter which of them is named", "false"),
    "open": Key("`true`: people name more of them than any list holds", "false"),
    "brands": Key("`true`: a name may be a brand, which is said along", "false"),
    "denied": Key('`true`: "not X" says that X is not so', "false"),
    "denied_after": Key('only behind these words does "not … X" say so'),
}
ENTITY: Final[Keys] = {
    "name": Key("its name as said inside a sentence", None),
    "class": Key("the entity of the same kind that it is one of"),
    "names": Key("what people call it; matched with spelling mistakes from six letters on"),
    "exact": Key("names that are never matched with a spelling mistake"),
    "in_context": Key("everyday words that are its name only near a concept of `context`"),
}
FILES: Final[Mapping[str, tuple[str, Keys]]] = {
    "subject": ("`intents/subject.yaml`", SUBJECT),
    "family": ("a family in `intents/families.yaml`", FAMILY),
    "intent": ("an intent, in any other file of `intents/`", INTENT),
    "answer": ("an answer, in `knowledge/answers/`", ANSWER),
    "fact": ("a fact, in `knowledge/facts/`", FACT),
    "cite": ("an item of a fact's `cites`", CITE),
    "source": ("a source, in `knowledge/sources/`", SOURCE),
    "entities": ("a file of `knowledge/entities/`", ENTITIES),
    "entity": ("an entity in it", ENTITY),
}
"""Where each table of keys applies."""
