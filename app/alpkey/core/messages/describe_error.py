"""Turn errors into words; the words of each code are in :mod:`alpkey.core.messages.errors`."""

from collections.abc import Mapping
from contextlib import suppress

from alpkey.core.errors import AlpkeyError, ErrorObject, Param
from alpkey.core.messages.description import Description
from alpkey.core.messages.times import weekday
from alpkey.core.timestamps import from_rfc3339

# Params that hold a time, in RFC 3339.
_TIMES = frozenset({"ended", "ends", "since", "starts"})

# After trouble of one service, where another one may give the key: ``instead`` among the params.
INSTEAD = "Or sign in with your browser instead: alpkey renew {option}"


def describe(error: AlpkeyError) -> Description:
    """The error in words.  Raises KeyError, a bug, for an unknown code or a missing param."""
    from alpkey.core.messages.errors import ERRORS  # large, and needed only once there is an error

    template = ERRORS[error.code]
    params = _display_values(error.params)
    next_step = template.next_step.format(**params)
    if option := params.get("instead"):
        next_step = f"{next_step} {INSTEAD.format(option=option)}"
    return Description(template.title.format(**params), template.detail.format(**params), next_step)


def quoted(error: AlpkeyError) -> dict[str, str]:
    """The title and detail of ``error``, as params of a warning about it."""
    description = describe(error)
    return {"title": description.title, "detail": description.detail}


def error_object(error: AlpkeyError) -> ErrorObject:
    """The error as ``--json`` and ``--events`` print it."""
    description = describe(error)
    return {
        "code": error.code,
        "title": description.title,
        "detail": description.detail,
        "next_step": description.next_step,
        "retryable": error.retryable,
        "params": error.params,
    }


def bug_object(kind: str, report: str | None) -> ErrorObject:
    """A bug as an error object; ``report`` is the path of the crash report, if one was written."""
    return {
        "code": "bug",
        "title": f"Alpkey met a bug of its own ({kind})",
        "detail": f"A report without anything you typed lies in {report}." if report else "",
        "next_step": "Show the report to Alpkey's maintainers." if report else "",
        "retryable": False,
        "params": {"report": report},
    }


def fill(text: str, params: Mapping[str, Param]) -> str:
    """``text`` with ``params`` in place.  Raises KeyError, a bug, for a missing param."""
    return text.format(**_display_values(params))


def _display_values(params: Mapping[str, Param]) -> dict[str, Param]:
    """The params as sentences show them: None as nothing, a time in this computer's time zone."""
    shown: dict[str, Param] = {
        name: "" if value is None else value for name, value in params.items()
    }
    for name in _TIMES & shown.keys():
        with suppress(ValueError):  # another computer's text may be no time: it is shown as it is
            local = from_rfc3339(str(shown[name])).astimezone()
            shown[name] = f"{weekday(local)} {local:%Y-%m-%d %H:%M}"
    return shown
