"""VS Code on a host: its programs by name, and how one of them opens a window there."""

from collections.abc import Callable

# Its own builds, the free one, and where macOS keeps it while no command was installed.
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
