"""A store in a Redis server. The only module that imports redis-py."""

from __future__ import annotations

import json
from typing import Any

from charley.channels import store
from charley.channels.store import EXPIRE, MARKED, record
from charley.errors import UsageError


class Redis:
    """Kept in a Redis server, which several processes and machines may share."""

    def __init__(self, url: str, expire: float = EXPIRE) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ModuleNotFoundError:
            raise UsageError("this needs the package 'redis': pip install 'charley[redis]'") from None
        self._expire = expire
        try:
            # One more try at once: a connection that the server has closed meanwhile is no server that is away.
            wait: Any = store.WAIT / 2
            limits: dict[str, Any] = {"socket_timeout": wait, "socket_connect_timeout": wait, "retry": Retry(NoBackoff(), 1)}
            self._redis = redis.Redis.from_url(url, **limits)
        except ValueError:
            raise UsageError("the address of the Redis server is not valid; an example: redis://localhost:6379/0") from None

    def get(self, key: str) -> dict[str, Any] | None:
        value: Any = self._redis.get(f"charley:{key}")
        return record(value)

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        lasts = max(1, round((self._expire if expire is None else expire) * 1000))
        with self._redis.pipeline(transaction=True) as both:
            both.set(f"charley:{key}", json.dumps(value), px=lasts)
            for mark in marks:
                both.set(f"charley:mark:{mark}", "", ex=round(MARKED))
            both.execute()

    def mark(self, *marks: str) -> None:
        with self._redis.pipeline(transaction=True) as all:
            for mark in marks:
                all.set(f"charley:mark:{mark}", "", ex=round(MARKED))
            all.execute()

    def seen(self, mark: str) -> bool:
        return bool(self._redis.exists(f"charley:mark:{mark}"))

    def forget(self, key: str) -> bool:
        self._redis.delete(f"charley:{key}")
        return True

    def purge(self) -> None:
        pass

    def close(self) -> None:
        self._redis.close()
