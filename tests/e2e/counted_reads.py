"""Runs inside a command as its ``sitecustomize``, and counts what the command reads."""

import atexit
import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

CALLS = Counter(toml=0, journal_parses=0, folds=0, snapshots=0)
OPENED: dict[str, Counter[str]] = {
    "site": Counter(),
    "settings": Counter(),
    "journal": Counter(),
}
NAMES = {
    "/site.toml": "site",
    "/cscs.toml": "site",
    "/config.toml": "settings",
    "/journal.jsonl": "journal",
}


def count_openings(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    path = os.fsdecode(arguments[0])
    for end, name in NAMES.items():
        if path.endswith(end):
            OPENED[name][path] += 1


def count_calls(module: Any, function: str, name: str) -> None:
    real: Callable[..., Any] = getattr(module, function)

    def counting(*arguments: Any, **named: Any) -> Any:
        CALLS[name] += 1
        return real(*arguments, **named)

    setattr(module, function, counting)


def write() -> None:
    opened = {name: max(paths.values(), default=0) for name, paths in OPENED.items()}
    row = {"command": (sys.argv[1:] or [""])[0], **opened, **CALLS}
    with open(os.environ["COUNTED_READS"], "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(json.dumps(row) + "\n")


def end_at_once(code: int, end: Callable[[int], Any] = os._exit) -> None:
    """In place of os._exit, which runs nothing that was registered."""
    write()
    end(code)


if "COUNTED_READS" in os.environ:
    from alpkey import glance
    from alpkey.core.state import journal, journal_lines

    count_calls(tomllib, "loads", "toml")
    count_calls(journal_lines, "rows", "journal_parses")
    count_calls(journal, "_fold", "folds")
    count_calls(glance, "snapshot", "snapshots")
    sys.addaudithook(count_openings)
    atexit.register(write)
    os._exit = end_at_once  # type: ignore[assignment]
