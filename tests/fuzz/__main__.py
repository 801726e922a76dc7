"""Throws what nobody would write at the assistant and at the reader of content, and says what did not hold.

    python -m tests.fuzz messages --count 100000 --seed 1 --grow
    python -m tests.fuzz contents --count 1000 --seed 1

The same seed throws the same. With `--grow` a message that led where none had led before joins the corpus, which the tests throw
each time. Exit status 1 if something did not hold; what did it is printed as JSON, ready to be put into the corpus.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.fuzz import contents, messages


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("messages", "contents"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grow", action="store_true", help="add messages that led somewhere new to the corpus")
    parser.add_argument("--folder", type=Path, default=Path("tests/packs/bread"), help="the content that is damaged")
    options = parser.parse_args()
    if options.what == "contents":
        found = list(contents.thrown(options.folder, options.count, options.seed))
    else:
        found = list(messages.thrown(options.count, options.seed, grow=options.grow))
    for fault in found:
        print(json.dumps(fault))
    print(f"{options.count:,} {options.what}, seed {options.seed}: {len(found):,} faults", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
