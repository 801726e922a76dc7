"""Files whose bytes are mapped into memory: nothing is read before it is asked for, and processes share what they read."""

from __future__ import annotations

import mmap
import os
import stat


def mapped(place: str) -> mmap.mmap | None:
    """What lies in a file; None for one that is empty, is none or cannot be read.

    The file must be replaced by another, never written over.
    """
    try:
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        return mmap.mmap(handle, 0, access=mmap.ACCESS_READ) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except (OSError, ValueError):
        return None
    finally:
        os.close(handle)
