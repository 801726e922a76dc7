"""What is remembered of words is bounded, whatever is written."""

from __future__ import annotations

import gc
import random
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from charley import Assistant
from charley.reading.memo import BYTES, LONGEST_WORD, Memo


@given(st.lists(st.text(max_size=60)), st.integers(1, 9))
def test_a_memo_holds_so_much_and_no_long_word(words: list[str], most: int) -> None:
    memo: Memo[str] = Memo(each=BYTES // most)
    for word in words:
        memo[word] = word
        assert len(memo) <= most
        assert (word in memo) == (len(word) <= LONGEST_WORD)
    assert all(memo[word] == word for word in memo)


def test_long_words_leave_nothing_behind(assistant: Assistant) -> None:
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnop", k=1_900)) for _ in range(300)]
    grown = []
    tracemalloc.start()
    try:
        for start in range(0, len(words), 75):
            before, _ = tracemalloc.get_traced_memory()
            for word in words[start : start + 75]:
                assistant.reply(f"{word} cramps")
            gc.collect()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    # Each of these words of 2 kB was once remembered in several places: 0.6 MB a round. A table that is made when it has been
    # asked often enough is made in one round alone.
    assert min(grown) < 75_000
