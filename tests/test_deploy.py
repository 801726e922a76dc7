"""The files of `deploy/` fit each other and the program. `tests/channels/test_replicas.py` runs that of nginx."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.places import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
UNIT = (DEPLOY / "charley.service").read_text(encoding="utf-8")
STEPS = [
    tuple(line.split(maxsplit=1))
    for line in re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text(encoding="utf-8")).splitlines()
    if line and not line.startswith("#")
]
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
ANALYZE = shutil.which("systemd-analyze")


def _step(name: str) -> str:
    """What the last step of a kind says: it is the one that holds."""
    return [rest for kind, rest in STEPS if kind == name][-1]


def _started() -> list[list[str]]:
    """The words that the program is started with."""
    unit = shlex.split(re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)[0])[1:]
    return [json.loads(_step("CMD")), COMPOSE["services"]["charley"]["command"], unit]


@pytest.mark.parametrize("words", _started(), ids=["Containerfile", "compose.yaml", "charley.service"])
def test_the_program_takes_what_it_is_started_with(words: list[str], tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
    pytest.importorskip("prometheus_client", reason="needs: pip install 'charley[test-web]'")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bot"), "CHARLEY_KEY": "a key that only tests use"}
    # The content is read last, once every setting has been found right.
    command = [sys.executable, "-m", "charley", *words, "--content", str(tmp_path / "nowhere")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert "nowhere" in done.stderr


def test_the_image_is_made_of_steps_that_there_are_and_runs_without_rights() -> None:
    assert {name for name, _ in STEPS} <= KNOWN
    user = _step("USER")
    assert user.isdigit() and int(user) >= 1000
    assert any(name == "RUN" and f"--uid {user} " in rest for name, rest in STEPS)
    check = json.loads(_step("HEALTHCHECK").partition("CMD ")[2])
    compile(check[-1], "HEALTHCHECK", "exec")
    assert f":{_step('EXPOSE')}/healthz" in check[-1]
    extras = {extra for _, rest in STEPS for found in re.findall(r"'\.\[([\w,-]+)\]'", rest) for extra in found.split(",")}
    assert {"web", "metrics", "redis"} <= extras <= set(metadata("charley").get_all("Provides-Extra") or ())
    stages = [rest.partition(" AS ")[2] for name, rest in STEPS if name == "FROM"]
    copied = re.findall(r"--from=(\S+)", " ".join(rest for name, rest in STEPS if name == "COPY"))
    assert set(copied) == set(filter(None, stages))
    assert stages[-1] == ""


def test_services_networks_and_files_are_there() -> None:
    services: dict[str, Any] = COMPOSE["services"]
    for service in services.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", ())) <= set(services)
        for mount in service.get("volumes", ()):
            assert (DEPLOY / mount.partition(":")[0]).is_file()
            assert mount.endswith(":ro")
        if "build" in service:
            context = DEPLOY / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file()
            assert (context / "pyproject.toml").is_file()
            assert service["read_only"] and service["cap_drop"] == ["ALL"]


def test_nginx_finds_both_replicas_and_they_believe_it() -> None:
    port = _step("EXPOSE")
    built = {f"{name}:{port}" for name, service in COMPOSE["services"].items() if "build" in service}
    assert len(built) == 2
    assert set(re.findall(r"^\s*server (\S+) max_fails", NGINX, re.MULTILINE)) == built
    (published,) = COMPOSE["services"]["nginx"]["ports"]
    assert published.split(":")[0] == "127.0.0.1", "without TLS nothing is to be seen from outside"
    assert re.findall(r"listen (\d+);", NGINX) == [published.split(":")[-1]]
    (network,) = COMPOSE["networks"].values()
    words = COMPOSE["services"]["charley"]["command"]
    assert words[words.index("--proxy") + 1] == network["ipam"]["config"][0]["subnet"]


def test_a_stop_leaves_the_time_that_the_program_takes() -> None:
    server = pytest.importorskip("charley.channels.web.server", reason="needs: pip install 'charley[test-web]'")
    most = server.GRACE + server.DRAIN + 5
    for service in ("charley", "charley2"):
        assert int(COMPOSE["services"][service]["stop_grace_period"].removesuffix("s")) >= most
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)[0]) >= most
    assert _step("STOPSIGNAL") == re.findall(r"^KillSignal=(\w+)$", UNIT, re.MULTILINE)[0] == "SIGTERM"


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit_whole_and_finds_it_closed(tmp_path: Path) -> None:
    assert ANALYZE is not None
    unit = tmp_path / "charley.service"
    # Only the program is another: it is not installed here.
    unit.write_text(re.sub(r"^(ExecStart=)\S+", rf"\g<1>{shutil.which('true')}", UNIT, flags=re.MULTILINE), encoding="utf-8")
    done = subprocess.run([ANALYZE, "verify", str(unit)], capture_output=True, text=True, timeout=120, check=False)
    about = [line for line in done.stderr.splitlines() if unit.name in line]
    assert not about, about
    looked = [ANALYZE, "security", "--offline=true", "--threshold=30", str(unit)]
    done = subprocess.run(looked, capture_output=True, text=True, timeout=120, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze looks at no unit that is not loaded")
    assert done.returncode == 0, done.stdout[-300:]
