"""Requests per second of POST /v1/reply beside a bare Starlette JSON echo, with wrk, in the same run.

Usage: python tests/benchmarks/http.py [--seconds N] [--rounds N]. Needs wrk and the extra `web`. Three servers take turns:
the echo; ours as it is served by default; ours with no reply kept, so that each one is made anew. The messages are the
questions of the content, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONNECTIONS = 32
SERVERS = {
    "echo": "from starlette.applications import Starlette\n"
    "from starlette.responses import JSONResponse\n"
    "from starlette.routing import Route\n"
    "async def echo(request):\n"
    "    return JSONResponse(await request.json())\n"
    "app = Starlette(routes=[Route('/v1/reply', echo, methods=['POST'])])\n",
    "charley": "KEEP = 1000\n",
    "charley, nothing kept": "KEEP = 0\n",
}
OURS = """from charley import Assistant
from charley.channels.web.app import application
from charley.channels.web.settings import Settings
app = application(Assistant(), bytes(32), Settings(rate=0, keep=KEEP))
"""
START = "import uvicorn\nuvicorn.run(app, port={port}, log_level='error', access_log=False, lifespan='off', ws='none')\n"
SCRIPT = """local bodies = {%s}
local at = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  at = at %% #bodies + 1
  return wrk.format(nil, "/v1/reply", nil, bodies[at])
end
done = function(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %%.1f %%.3f %%.3f %%d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
"""


def main() -> int:
    """Measures and prints a table; 1 if ours is below 60 % of the echo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("this needs wrk: apt-get install wrk", file=sys.stderr)
        return 2
    from charley import Assistant

    bodies = ", ".join(json.dumps(json.dumps({"text": q})) for q in Assistant().questions())
    figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in SERVERS}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(SCRIPT % bodies)
        for _ in range(options.rounds):
            for name, program in SERVERS.items():
                figures[name].append(_measure(program if "Starlette" in program else program + OURS, script, options.seconds))
    echo = statistics.median(f[0] for f in figures["echo"])
    print(f"{'server':<24}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'of echo':>9}")
    for name, rows in figures.items():
        rate, half, most = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name:<24}{rate:>12.0f}{half:>9.1f}{most:>9.1f}{rate / echo:>9.0%}")
    return int(statistics.median(f[0] for f in figures["charley"]) < 0.6 * echo)


def _measure(program: str, script: Path, seconds: int) -> tuple[float, float, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    server = subprocess.Popen([sys.executable, "-c", program + START.format(port=port)], env=environment)
    try:
        _wait(port)
        call = ["wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-s", str(script), f"http://127.0.0.1:{port}/"]
        subprocess.run([*call, "-d2s"], check=True, capture_output=True)
        out = subprocess.run([*call, f"-d{seconds}s"], check=True, capture_output=True, text=True).stdout
    finally:
        server.terminate()
        server.wait()
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", out)
    if not found or found[4] != "0":
        raise SystemExit(f"requests failed:\n{out}")
    return float(found[1]), float(found[2]), float(found[3])


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
