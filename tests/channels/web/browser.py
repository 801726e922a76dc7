"""A real browser for the tests of the page and the widget, and axe-core to look for barriers."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

LACKING = "needs a browser: apt-get install chromium && pip install 'charley[test-web]'"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"


WAIT = 120_000.0
"""Milliseconds after which something that was to be seen counts as not coming, on a machine that has much else to do."""


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Starts Chromium; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason=LACKING)
    pytest.importorskip("axe_playwright_python", reason=LACKING)
    if not CHROMIUM:
        pytest.skip(LACKING)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        try:
            yield browser
        finally:
            browser.close()


def barriers(page: Any) -> list[str]:
    """What axe-core finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']}: {[n['html'][:200] for n in v['nodes']]}" for v in found]
