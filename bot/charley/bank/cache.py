"""Where built banks are kept, and under which key: a hash of the content and of the code that makes a bank of it.

Reading and hashing all of it takes longer than loading the bank. So the key is written down with the stamps of the files (size,
times, place on the disk), and read again where no stamp has changed. Banks of other versions and contents go when there are many
that nobody has used for a day.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from charley.content.folder import FOLDERS, digest
from charley.content.mapping import mapped
from charley.content.package import HOME, package

ROOMS = ("content", "reading", "triage", "matching", "bank")
"""The rooms whose code makes the bank; no code outside them changes what is in it."""
RACY = 2_000_000_000
"""Nanoseconds for which a file that was changed may change again and keep its stamp, on the coarsest of clocks of files."""
MOST = {"[0-9a-f]{64}-[0-9a-f]{16}[.]bank": 8, "[0-9a-f]{8}[.]key": 32, r"[.][0-9a-f-]+[.](?:bank|key)[.][0-9a-f]{16}": 0}
"""Files of each kind that are kept however long ago they were used; the last were left by somebody who was killed."""
RECENT = 86_400
"""Seconds for which a file that was used stays anyway: as many as there are may be in use at once."""
NOTED = 3_600
"""Seconds after which it is noted again that a bank is in use."""


def folder(environment: Mapping[str, str] = os.environ) -> str:
    """Where banks are kept; "" for nowhere."""
    if "CHARLEY_CACHE" in environment:
        return environment["CHARLEY_CACHE"]
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    else:
        # Unlike the class Path, this leaves "~" where nobody knows the home: then nothing is kept.
        home = os.path.expanduser("~")  # noqa: PTH111  # see above
        base = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home != "~" else "")
    return f"{base}/charley" if base else ""


def key(texts: Mapping[str, str]) -> str:
    """The key of the bank of these texts."""
    return f"{digest(texts)}-{_code()}"


def place(key: str) -> str:
    """The file of a bank; "" for none."""
    where = folder()
    return f"{where}/{key}.bank" if where else ""


def write(place: str, data: bytes) -> None:
    """Whole or not at all, so that a second process never reads half a file. What cannot be written is passed over."""
    from pathlib import Path

    from charley.content.replacement import replacing

    with suppress(OSError):
        if place:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            with replacing(Path(place)) as (handle, _), os.fdopen(handle, "wb") as file:
                file.write(data)


def used(place: str) -> None:
    """Notes that a bank is in use, by the time of its file."""
    with suppress(OSError):
        if os.stat(place).st_mtime < time.time() - NOTED:  # noqa: PTH116  # `pathlib` is slow to import
            os.utime(place)


def tidy() -> None:
    """Removes what nobody has used for long. Whoever still reads it keeps what is mapped, and others build it anew."""
    import re
    from pathlib import Path

    where, recently = folder(), time.time() - RECENT
    with suppress(OSError):
        files = []
        for item in Path(where).iterdir() if where else ():
            with suppress(OSError):  # another process tidies too, and was quicker
                files.append((item.stat().st_mtime, item))
        for name, most in MOST.items():
            of_kind = sorted((each for each in files if re.fullmatch(name, each[1].name)), reverse=True)
            for when, item in of_kind[most:]:
                if when < recently:
                    with suppress(OSError):  # gone meanwhile, or mapped where such a file cannot be removed
                        item.unlink()


class Stamps:
    """The files that a bank is made of, as the disk tells them apart without a look inside."""

    def __init__(self, root: str) -> None:
        self._latest = 0
        content = [*(f"{root}/{folder}" for folder in FOLDERS), f"{HOME}/content/defaults"]
        code = [f"{HOME}/{room}" for room in (*ROOMS, "_data")]
        try:
            stamps = [*self._of(content, (".yaml", ".yml")), *self._of(code, (".py", ".tsv"))]
        except OSError:
            stamps = []
        self._stamps = "\n".join(stamps).encode("utf-8", "surrogateescape")
        where = folder()
        self._place = f"{where}/{zlib.crc32(self._stamps):08x}.key" if where and stamps else ""

    def known(self) -> str:
        """The key that was written down for just these files; "" for none."""
        written = bytes(mapped(self._place) or b"")
        stamps, _, key = written.rpartition(b"\n")
        return key.decode("ascii", "replace") if stamps == self._stamps else ""

    def keep(self, key: str) -> None:
        """Writes the key down, unless a file was changed just now: it may change again unseen."""
        if self._latest + RACY < time.time_ns():
            write(self._place, self._stamps + b"\n" + key.encode())

    def _of(self, folders: Iterable[str], endings: tuple[str, ...]) -> Iterator[str]:
        for folder in folders:
            for item in sorted(os.scandir(folder), key=lambda item: item.name):
                if item.name.startswith("."):
                    continue
                if item.is_dir():
                    if item.is_symlink():
                        # It may lead round in a circle; content that is so is read each time.
                        raise OSError(f"{item.path} is a link")
                    yield from self._of([item.path], endings)
                elif item.name.endswith(endings):
                    s = item.stat()
                    self._latest = max(self._latest, s.st_mtime_ns)
                    yield f"{item.path} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}"


@lru_cache(maxsize=1)
def _code() -> str:
    """A hash of the modules that make the bank, so that a changed program does not read an old one."""
    from hashlib import sha256

    folder = package()
    whole = sha256()
    for room in ROOMS:
        for item in sorted((folder / room).iterdir(), key=lambda i: i.name):
            if item.name.endswith(".py"):
                whole.update(item.read_bytes())
    # The table is large, and made as a whole: its size and its end tell it from another.
    with (folder / "_data" / "families.tsv").open("rb") as table:
        size = table.seek(0, os.SEEK_END)
        table.seek(max(0, size - 4096))
        whole.update(b"%d" % size + table.read())
    return whole.hexdigest()[:16]
