"""The entry point.  ``alpkey`` is three programs, and this starts one of them.

1. On a system that is neither Linux nor macOS, print that and exit.
2. ``alpkey status --short`` is for shell prompts: it reads one line and imports next to nothing.
3. ``alpkey connect NAME --here`` becomes ssh as soon: nothing is asked anew while the key is good
   and all is as it was.  ``alpkey --version`` waits for nothing either.
4. ``alpkey`` alone is the tray, which opens no window when it is started ``--at-login``.  Without
   a display it prints the status instead.
5. ``alpkey window ...`` opens a window.  It and the command line handle secrets: no core dumps.
6. Everything else is the command line.  A shell that completes a line runs it without arguments,
   and sets a variable.

Nothing is imported before it is known which program runs: the tray never loads what the command
line needs, and a prompt waits for neither.
"""

import gc
import os
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)

_HELP = ("--help", "-h")
# These only show something, and have nothing to tidy up.
_SHOWING = ("status", *_HELP)


def main() -> int:
    """Run the program that the arguments ask for, and return its exit code."""
    gc.disable()  # while modules load there is nothing to collect
    arguments = sys.argv[1:]
    if sys.platform not in ("linux", "darwin"):
        sys.stderr.write(
            "Alpkey is for Linux and macOS. On this system use the centre's web page.\n"
        )
        return 2
    if arguments == ["status", "--short"]:
        return _short_status()
    if "_ALPKEY_COMPLETE" not in os.environ:
        if arguments == ["--version"]:
            return _version()
        if arguments[:1] == ["connect"] and (code := _connect(arguments[1:])) is not None:
            return code
    if arguments in ([], ["--at-login"]) and "_ALPKEY_COMPLETE" not in os.environ:
        return _tray(at_login=bool(arguments))
    if len(arguments) in (2, 4) and arguments[0] == "window":
        kind, *options = arguments[1:]
        if not kind.startswith("-") and options[:1] in ([], ["--connect"], ["--page"], ["--for"]):
            return _window(kind, {options[0].lstrip("-"): options[1]} if options else {})
    return _command_line(arguments)


def _short_status() -> int:
    from alpkey.cli.output import short_status

    return short_status.main()


def _version() -> int:
    from alpkey.shipped import version

    try:
        sys.stdout.write(f"alpkey {version()}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # a closed stream
        return 1
    return 0


def _connect(arguments: list[str]) -> int | None:
    from alpkey.wiring import fast_connect

    return fast_connect.run(arguments)


def _command_line(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in _HELP:
        _forbid_dumps()  # for status, too, which reads the file of the private key
    from alpkey.cli.main import main as command_line

    gc.enable()
    if not arguments or arguments[0] not in _SHOWING:
        return command_line(arguments, _window)
    try:
        code = command_line(arguments, _window)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    return _end(code)


def _end(code: int) -> int:
    """End at once: what the system takes back anyway takes Python 6 ms to take apart."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return code  # Python itself says what there is to say
    os._exit(code)


def _tray(*, at_login: bool) -> int:
    from alpkey.core.display import has_display

    if not has_display(os.environ, sys.platform):
        sys.stderr.write(
            "There is no display here, so there is no tray icon.\n"
            "Use: alpkey renew, alpkey connect daint, alpkey status; see alpkey --help\n\n"
        )
        return _command_line(["status"])
    from alpkey.core.paths import user_paths
    from alpkey.desktop import tray

    gc.enable()
    return tray.run(user_paths(), at_login=at_login)


def _window(kind: str, options: dict[str, str]) -> int:
    _forbid_dumps()
    from alpkey.core.paths import user_paths
    from alpkey.desktop import windows

    gc.enable()
    return windows.run(user_paths(), kind, options)


def _forbid_dumps() -> None:
    """For programs that handle secrets: no core dumps, and on Linux only root can trace them."""
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
