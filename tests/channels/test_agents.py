"""The assistant as tools for agents: the protocol's own client, over standard input and output and over HTTP."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest

pytest.importorskip("mcp.server.mcpserver", reason="needs mcp: pip install 'charley[mcp]'")

from mcp import Client, StdioServerParameters
from tests.channels.conformance import ASK, EMERGENCY, PATIENCE, listens, until
from tests.channels.servers import free_port, stop
from tests.places import ROOT

from charley import Assistant

COMMAND = ["-m", "charley", "--content", str(ROOT), "mcp"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "bot")}


async def transcript(server: Any, assistant: Assistant) -> None:
    async with Client(server) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"ask", "search_questions", "get_fact"}
        results = []

        async def call(name: str, **values: str) -> dict[str, Any]:
            results.append((await client.call_tool(name, values)).structured_content)
            return results[-1]

        first = await call("ask", question=ASK)
        assert first["answer"] == str(assistant.reply(ASK))
        more = await call("ask", question="more", context=first["context"])
        assert more["answer"] == str(assistant.reply("more", assistant.reply(ASK).context))
        assert (await call("ask", question=EMERGENCY, context="nonsense"))["triage"] == "emergency"
        found = await call("search_questions", words="night")
        assert found["questions"]
        assert all("night" in q["question"].lower() for q in found["questions"])
        some = next(iter(assistant.content.facts))
        assert (await call("get_fact", id=some))["sources"]
        assert "no fact" in (await call("get_fact", id="none"))["error"]
        assert all(result["disclaimer"] == assistant.content.disclaimer for result in results)


def test_over_standard_input_and_output(assistant: Assistant) -> None:
    parameters = StdioServerParameters(command=sys.executable, args=COMMAND, env=environment())
    asyncio.run(asyncio.wait_for(transcript(parameters, assistant), PATIENCE))


def test_of_another_subject(library: Assistant) -> None:
    text = "what time does riverside close on a tuesday"
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "charley", "--content", str(ROOT / "tests/packs/library"), "mcp"], env=environment()
    )

    async def scene() -> None:
        async with Client(parameters) as client:
            result = (await client.call_tool("ask", {"question": text})).structured_content
            assert result["answer"] == str(library.reply(text))

    asyncio.run(asyncio.wait_for(scene(), PATIENCE))


def test_over_http(assistant: Assistant) -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, *COMMAND, "--http", "--port", str(port)], env=environment())

    async def scene() -> None:
        await until(partial(listens, port), why=lambda: "the server does not listen")
        await asyncio.wait_for(transcript(f"http://127.0.0.1:{port}/mcp", assistant), PATIENCE)

    try:
        asyncio.run(scene())
    finally:
        stop(process)
