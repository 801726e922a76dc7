"""Bulk answering on a cluster of Ray: the same bytes as one process, also where a machine is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charley.bulk import job
from charley.errors import CharleyError

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray")

ROWS = 2_400
MESSAGES = ("why do my calves cramp at night", "what about when pregnant", "is quinine safe", "how do i stop it", "more", "hi")


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    place = tmp_path / "in.jsonl"
    lines = [{"id": i, "session": f"s{i % 7}" if i % 3 else None, "text": f"{MESSAGES[i % 6]} {i}"} for i in range(ROWS)]
    place.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return place


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two machines of one processor each, as far as Ray can tell."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        yield made
    finally:
        made.shutdown()


def _alone(messages: Path, tmp_path: Path) -> bytes:
    job.answer(str(messages), output=str(tmp_path / "alone.jsonl"))
    return (tmp_path / "alone.jsonl").read_bytes()


def test_a_machine_that_is_lost_loses_and_doubles_nothing(messages: Path, tmp_path: Path, cluster: Any) -> None:
    second = cluster.add_node(num_cpus=1)
    output = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "charley", "answer", messages, "--output", output, "--resume", "--workers", "2"]
    env = {**os.environ, "RAY_AUTH_MODE": "disabled"}
    run = subprocess.Popen([*command, "--engine", "ray", "--address", cluster.address], env=env)
    part = None
    while run.poll() is None and not (part and part.stat().st_size):
        part = next(iter(tmp_path.glob(".out.jsonl.*.part")), None)
        time.sleep(0.05)
    assert run.poll() is None, "the run ended before the machine was lost"
    cluster.remove_node(second, allow_graceful=False)
    assert run.wait() == 0
    assert output.read_bytes() == _alone(messages, tmp_path)


def test_a_run_that_is_killed_is_taken_up_by_one_process(messages: Path, tmp_path: Path, cluster: Any) -> None:
    output = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "charley", "answer", messages, "--output", output, "--resume"]
    env = {**os.environ, "RAY_AUTH_MODE": "disabled"}
    run = subprocess.Popen([*command, "--engine", "ray", "--address", cluster.address], env=env)
    while run.poll() is None and not any(part.stat().st_size for part in tmp_path.glob(".out.jsonl.*.part")):
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert subprocess.run(command, check=False).returncode == 0
    assert output.read_bytes() == _alone(messages, tmp_path)


def test_a_machine_with_another_version_answers_nothing(messages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setattr("charley.bulk.cluster.__version__", "another")
    with pytest.raises(CharleyError, match="another content or version"):
        job.answer(str(messages), output=str(tmp_path / "out.jsonl"), engine="ray")
    assert not (tmp_path / "out.jsonl").exists()


def test_no_cluster_at_the_address_is_told(messages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from charley.cli import main

    assert main(["answer", str(messages), "--engine", "ray", "--address", "127.0.0.1:9", "--output", str(tmp_path / "o")]) == 2
    assert "there is no cluster of Ray" in capsys.readouterr().err
