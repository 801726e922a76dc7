"""Answers the held-out questions with every Python found, with this one under two hash seeds, and compares the bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def messages() -> list[dict[str, str]]:
    """Every held-out question of the project as bulk lines."""
    import yaml

    rows = []
    for path in sorted((ROOT / "tests" / "questions").glob("*.yaml")):
        if path.stem == "known_misses":
            continue
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        lists = data.values() if isinstance(data, dict) else [data]
        for entries in lists:
            for entry in entries:
                turns = entry.get("turns", [entry])
                session = str(len(rows))
                for turn in turns:
                    rows.append({"id": str(len(rows)), "session": session, "text": turn.get("text") or turn.get("user")})
    return rows


def answer(python: str, seed: str, file: Path, cache: Path) -> str:
    """The hash of what `charley answer` prints under one interpreter and hash seed, built from nothing."""
    env = {**os.environ, "PYTHONHASHSEED": seed, "CHARLEY_CACHE": str(cache), "PYTHONPATH": str(ROOT / "bot")}
    run = subprocess.run([python, "-m", "charley", "answer", str(file)], capture_output=True, env=env, check=True)
    return hashlib.sha256(run.stdout).hexdigest()


def installed(version: str) -> str | None:
    """An interpreter of this version that can make environments: on the path, or kept by pyenv."""
    kept = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [shutil.which(f"python{version}"), *map(str, sorted(kept.glob(f"{version}.*/bin/python3")))]
    for python in filter(None, candidates):
        if not subprocess.run([python, "-c", "import venv, ssl"], capture_output=True).returncode:
            return python
    return None


def pythons(work: Path) -> list[tuple[str, str]]:
    """Interpreters that can run the package: this one, and a fresh environment for each other version found."""
    found = [(sysconfig.get_python_version(), sys.executable)]
    for version in VERSIONS:
        python = installed(version)
        if version == found[0][0] or python is None:
            continue
        place = work / f"venv{version}"
        subprocess.run([python, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin" / "pip"), "install", "-q", "rapidfuzz", "prompt-toolkit", "PyYAML"]
        subprocess.run(pip, check=True)
        found.append((version, str(place / "bin" / "python")))
    return found


def main() -> int:
    """Prints a line an interpreter and seed; 1 when any differs."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        file = work / "messages.jsonl"
        rows = messages()
        file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        (here, mine), *others = pythons(work)
        runs = [(here, mine, "0"), (here, mine, "4242"), *((version, python, "4242") for version, python in others)]
        with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
            digests = list(side_by_side.map(lambda run: answer(run[1], run[2], file, work / f"cache-{run[0]}-{run[2]}"), runs))
        for (version, _, seed), digest in zip(runs, digests, strict=True):
            print(f"Python {version}, hash seed {seed}: {len(rows)} replies, sha256 {digest[:16]}")
    return 0 if len(set(digests)) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
