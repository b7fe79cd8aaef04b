"""VS Code on a host: its programs by name, and how one of them opens a window there."""

from collections.abc import Callable

# Its own builds, the free one, and its path on macOS while no command is installed.
PROGRAMS = (
    "code",
    "code-insiders",
    "codium",
    "/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code",
)


def installed(find: Callable[[str], str | None]) -> str | None:
    """The path of the first program that ``find`` finds."""
    return next(filter(None, map(find, PROGRAMS)), None)


def window_on(program: str, host: str) -> list[str]:
    """Opens a window on ``host``, a name that plain ssh knows (VS Code, "Remote - SSH")."""
    return [program, "--remote", f"ssh-remote+{host}"]
