"""JSON that comes from outside: whatever is wrong with it is a ValueError."""

import json
import math
from typing import Any, NoReturn


def parse_json(text: str | bytes) -> Any:
    """The value in ``text``.  Raises ValueError and nothing else.

    Refused is also what Python's own reader takes or fails at in another way: nesting that is too
    deep (RecursionError), numbers that are no finite ones (``int`` of them is an OverflowError),
    and half a surrogate pair, which no text that is written or printed may hold.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if (b"\\u" if isinstance(text, bytes) else "\\u") in text:  # type: ignore[operator]
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
