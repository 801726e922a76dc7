"""A denial never adds a sign, whoever is denied; what only holds a word of denial is a sign."""

from __future__ import annotations

from itertools import product

import pytest
from tests.places import ROOT

from charley.content import folder, reader
from charley.reading.text import read
from charley.triage.red_flags import triage
from charley.triage.sign import GRAVE

TRIAGE = triage(reader.read(folder.texts(ROOT))[0].red_flags)
NOBODY = ("nobody", "nobody here", "no one", "no one in the house", "none of us", "neither of us", "none of them")
IS = [
    *("confused", "short of breath", "delirious", "unconscious", "paralysed", "coughing up blood", "suicidal", "drowsy"),
    *("having a stroke", "having a fit", "gasping", "collapsing", "slurring", "very hot and confused", "breathless"),
]
HAS = [
    *("chest pain", "a swollen calf", "a red hot leg", "lockjaw", "dark urine", "palpitations", "a stiff jaw", "a seizure"),
    *("trouble breathing", "numbness in the saddle area", "a cold blue foot", "slurred speech", "a fever", "chest pains"),
    *("heatstroke", "a drooping face", "weakness on one side", "a clot in the leg", "a snake bite", "angina", "a black toe"),
]
DID = [
    "fainted",
    "passed out",
    "collapsed",
    "had a seizure",
    "took too many tablets",
    "drank bleach",
    "overdosed",
    "swallowed poison",
]
DENIED = [
    *(f"{who} is {what}" for who, what in product((*NOBODY, "he", "the baby"), IS) if who in NOBODY),
    *(f"{who} has {what}" for who, what in product(NOBODY, HAS)),
    *(f"{who} {what}" for who, what in product(NOBODY, DID)),
    *(f"{who} is {deny} {what}" for who, what in product(("he", "my mum"), IS) for deny in ("not", "no longer", "never")),
    *(f"i {deny} have {what}" for what in HAS for deny in ("do not", "no longer", "never")),
    *(f"she {deny} {what}" for what in DID for deny in ("has not", "never")),
]
FACTS = (
    *("leg", "cramp", "muscles", "pregnant", "past_clot", "statin", "quinine", "diuretic", "diabetic", "dialysis"),
    *("poor_circulation", "heat", "hard_effort", "injury", "thyroid_op", "child", "any_wound", "toxin?", "recent_op"),
)
SITUATIONS = {
    "alone": ("{}", ()),
    "after cramps": ("{}", ("leg", "cramp")),
    "beside cramps": ("I get leg cramps at night, but {}.", ()),
    "after everything": ("{}", FACTS),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_denial_raises_nothing(situation: str) -> None:
    frame, carried = SITUATIONS[situation]
    raised = [text for text in DENIED if _grave(frame.format(text), carried)]
    assert not raised


MEANT = """nobody can wake him
no one can wake her
no one has been able to wake her
i can no longer feel my foot
he is no longer responding
she is no longer breathing properly
i no longer want to be here
i no longer want to live
i no longer have feeling in my foot
my foot is no longer warm, it is icy cold and white
no longer able to lift my arm and my face droops
nobody is helping and my chest hurts
no one believes me but i can not breathe
nobody knows why but her face is drooping
nobody has looked at it and my calf is swollen and hot
nobody else is ill but my dad collapsed
nobody came, he fainted in the bath
no one is home and i have chest pain
nobody would miss me if i was dead
no one would care if i died, i want to die
there is nobody here and i took 30 tablets
nobody told me the calf would swell, it is hot and red
none of us can wake grandad
he can no longer speak and his arm hangs down
none of us knows what to do, he is having a fit""".split("\n")


@pytest.mark.parametrize("text", MEANT)
def test_a_word_of_denial_that_denies_nothing(text: str) -> None:
    assert _grave(text)


ANSWERS = ("no to all of them", "no to all three", "none of those", "not one of these", "none of them apply")
ASKED = [", ".join(HAS[i : i + 3]) for i in range(0, len(HAS), 3)]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("frame", ["he asked about {} and it is {}", "{}? {}. only cramps", "she listed {}. {}, just cramps"])
def test_a_list_that_is_answered_no_is_denied(answer: str, frame: str) -> None:
    assert not [asked for asked in ASKED if _grave(frame.format(asked, answer))]


@pytest.mark.parametrize("answer", ["none of those help", "no to all that stretching", "none of it helps"])
def test_what_does_not_help_denies_nothing(answer: str) -> None:
    assert _grave(f"my calf is swollen and hot, i tried ice and rest, {answer}")


def _grave(text: str, carried: tuple[str, ...] = ()) -> bool:
    finding = TRIAGE.assess(read(text), carried)
    return finding is not None and finding.level in GRAVE
