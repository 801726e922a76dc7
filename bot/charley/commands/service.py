"""Commands that answer for others until they are stopped, and the one that looks over the machine they run on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from charley.commands import command

CHANNELS = ("telegram", "slack", "discord", "matrix", "xmpp", "irc")


def serve_options(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")
    add = parser.add_argument
    add("--key-file", metavar="FILE", help="the key that contexts are signed with (default: CHARLEY_KEY, else a random key)")
    add("--origin", metavar="URL", action="append", default=[], help="a web origin whose pages may use the API (repeatable)")
    add("--old-key-file", metavar="FILE", help="the key that was used before, still read (default: CHARLEY_OLD_KEY)")
    add("--host-name", metavar="NAME", action="append", default=[], help="a name that the server goes by; others get 421")
    add("--metrics-port", metavar="N", type=int, help="show figures to Prometheus at this port (needs the extra metrics)")
    add("--metrics-host", metavar="ADDRESS", default="127.0.0.1", help="the address of that port (default: %(default)s)")
    add("--rate", metavar="N", type=float, default=5.0, help="requests a second for one sender (0: any number; default: 5)")
    add("--workers", metavar="N", type=command.count, default=1, help="processes that share the work (default: 1)")
    add("--proxy", metavar="ADDRESS", action="append", default=[], help="a proxy whose X-Forwarded-For is believed (repeatable)")


def serve(options: Namespace) -> int:
    return command.extra("channels.web", "web", "serve", **command.given(options))


def connect_options(parser: ArgumentParser) -> None:
    parser.add_argument("channel", choices=CHANNELS, metavar="CHANNEL", help=f"one of {', '.join(CHANNELS)}")
    store = "where conversations are kept: memory, sqlite:PATH or redis:URL (default: %(default)s)"
    parser.add_argument("--store", metavar="WHERE", default="memory", help=store)
    parser.add_argument(
        "--expire", metavar="SECONDS", type=command.count, default=86_400, help="forget after (default: %(default)s)"
    )
    key = "the key that senders' names are hashed with (default: CHARLEY_KEY, else one beside the SQLite store)"
    parser.add_argument("--key-file", metavar="FILE", help=key)


def connect(options: Namespace) -> int:
    given = command.given(options)
    name = given.pop("channel")
    return command.extra("channels", name, "connect", name, **given)


def mcp_options(parser: ArgumentParser) -> None:
    parser.add_argument("--http", action="store_true", help="over HTTP, at /mcp (left out: standard input and output)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="the port to listen on (default: %(default)s)")


def mcp(options: Namespace) -> int:
    return command.extra("channels.agents", "mcp", "run", **command.given(options))


def doctor_options(_: ArgumentParser) -> None:
    pass


def doctor(options: Namespace) -> int:
    from charley.channels.doctor import doctor

    return doctor(command.say, options.content)
