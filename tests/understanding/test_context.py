from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from charley import Assistant
from charley.understanding.context import Context, Topic, restored

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["v", "topics", "choices", "offered", "part", "misses", "signs"])


def test_eight_choices_are_kept(assistant: Assistant) -> None:
    topics = tuple(map(Topic, list(assistant.content.answers)[:12]))
    kept = Context(choices=topics, offered=topics).to_json()
    assert kept["choices"] == [[t.intent] for t in topics[:8]]
    hostile = {"v": 1, "choices": [[t.intent] for t in topics]}
    assert restored(hostile, assistant.content, frozenset()).choices == topics[:8]


def test_twenty_four_signs_are_kept(assistant: Assistant) -> None:
    signs = [f"sign{n}" for n in range(60)]
    assert restored({"v": 1, "signs": signs}, assistant.content, frozenset(signs)).signs == tuple(signs[:24])
    assert Context(signs=tuple(signs)).to_json()["signs"] == signs[:24]


def test_the_sentences_of_six_replies_are_kept(assistant: Assistant) -> None:
    keys = [f"{fact}.1" for fact in assistant.content.facts][:40]
    replies = tuple((key,) for key in keys[:9])
    assert len(Context(said=replies).to_json()["said"]) == 6
    assert Context(said=(tuple(keys),)).to_json()["said"] == [" ".join(keys[:24])]
    hostile = {"v": 1, "said": [" ".join(keys)] * 9}
    assert restored(hostile, assistant.content, frozenset()).said == (tuple(keys[:24]),) * 6


def test_what_was_said_long_ago_goes_first_when_there_is_too_much() -> None:
    replies = tuple(tuple(f"FACT-{reply:03}{n:03}.10" for n in range(24)) for reply in range(6))
    assert len(Context(said=replies[:3]).to_json()["said"]) == 3
    kept = Context(said=replies).to_json()
    assert kept["said"] == [" ".join(reply) for reply in replies[: len(kept["said"])]]
    assert 1024 < len(json.dumps(kept)) <= 2048


def test_it_comes_back_as_it_went(assistant: Assistant) -> None:
    context = Context(
        topics=(Topic("prevention.food", ("food", "banana")),), part="more", choices=(Topic("relief.now"),), misses=2
    )
    assert restored(json.loads(json.dumps(context.to_json())), assistant.content, frozenset()) == context


def test_a_list_that_stands_beside_the_forms_is_no_form(assistant: Assistant) -> None:
    known = assistant.reply("what causes leg cramps").context
    for form in (*assistant.content.forms, ["why"]):
        for text in ("i'm on furosemide", "say that again", "so should i stop it"):
            assert assistant.reply(text, {**known, "form": form}).sections
    assert restored({"v": 1, "form": "why"}, assistant.content, frozenset()).form == "why"
    assert restored({"v": 1, "form": "joints"}, assistant.content, frozenset()).form == ""


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_no_value_from_outside_breaks_a_reply(assistant: Assistant, value: object) -> None:
    for hostile in (value, {**value, "v": 1} if isinstance(value, dict) else value):
        reply = assistant.reply("what about statins", hostile)  # type: ignore[arg-type]
        assert str(reply).endswith(reply.disclaimer)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_it_stays_small_and_holds_no_words(assistant: Assistant, texts: list[str]) -> None:
    context = None
    for text in [*texts, "does xyzalqq cause cramps", "cramps", "tell me more"]:
        context = assistant.reply(text, context).context
        packed = json.dumps(dict(context))
        assert len(packed) <= 2048
        assert "xyzalqq" not in packed
