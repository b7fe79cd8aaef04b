"""Whether an ssh agent can ask the user: it starts a program for that, on a display.

OpenSSH's agent uses the program that SSH_ASKPASS names, else one at a built-in path
(ssh-agent(1)); where it can start none it refuses each use of a key that is to be confirmed.
"""

from collections.abc import Callable, Mapping

from alpkey.core.display import has_display

# Where OpenSSH and its packagers install it.
PROGRAMS = (
    "/usr/bin/ssh-askpass",
    "/usr/lib/ssh/ssh-askpass",
    "/usr/libexec/openssh/ssh-askpass",
    "/usr/libexec/ssh-askpass",
    "/usr/X11R6/bin/ssh-askpass",
    "/usr/local/bin/ssh-askpass",
)

NO_DISPLAY = "Without a display no agent can ask, and the key would be refused at each use."
NO_PROGRAM = (
    "There is no ssh-askpass here, with which OpenSSH's agent asks, so it would refuse the key at "
    "each use. Install one first (package ssh-askpass, or name it in SSH_ASKPASS)."
)


def lacks(environ: Mapping[str, str], platform: str, find: Callable[[str], object]) -> str | None:
    """Why no agent can ask, in words; None where it can.

    ``find`` finds a program by name or path, or nothing.
    """
    if not has_display(environ, platform):
        return NO_DISPLAY
    named = environ.get("SSH_ASKPASS")
    return None if any(map(find, [named] if named else PROGRAMS)) else NO_PROGRAM
