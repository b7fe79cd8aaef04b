"""The one filter for text that leaves Alpkey for a person: terminals, windows, notifications.

Services, providers, certificates and files may hold anything; what they say stays as it is inside,
and is made harmless here, where it is shown.
"""

import re
from collections.abc import Mapping
from typing import Any

LINE_LIMIT_CHARS = 4000
"""More than a person reads in one line; a long command to be copied still fits."""

REPLACEMENT = "?"

# Control characters but line feed and tab, marks that turn or hide text (Unicode Standard Annex 9;
# the tags of U+E0000), line and paragraph separators, and surrogates, which no terminal can print.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """``text`` with harmful characters replaced and no line longer than LINE_LIMIT_CHARS."""
    clean = _HARMFUL.sub(REPLACEMENT, text.replace("\r\n", "\n"))
    if len(clean) <= LINE_LIMIT_CHARS:
        return clean
    return "\n".join(map(_shortened, clean.split("\n")))


def visible_values(value: Any) -> Any:
    """The same for every text in a JSON value."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {name: visible_values(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [visible_values(inner) for inner in value]
    return value


def _shortened(line: str) -> str:
    if len(line) <= LINE_LIMIT_CHARS:
        return line
    return line[: LINE_LIMIT_CHARS - 1] + "\N{HORIZONTAL ELLIPSIS}"
