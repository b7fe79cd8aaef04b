"""Whether an agent can ask at all, before somebody relies on it."""

import pytest

from alpkey.core.agent.askpass import NO_DISPLAY, NO_PROGRAM, lacks

SHOWN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("environ", "there", "platform", "told"),
    [
        (SHOWN, "/usr/bin/ssh-askpass", "linux", None),
        (SHOWN, "/usr/libexec/openssh/ssh-askpass", "linux", None),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "/usr/bin/ssh-askpass", "linux", None),
        (SHOWN, "", "linux", NO_PROGRAM),
        ({**SHOWN, "SSH_ASKPASS": "/opt/asks"}, "/opt/asks", "linux", None),
        ({**SHOWN, "SSH_ASKPASS": "/opt/gone"}, "/usr/bin/ssh-askpass", "linux", NO_PROGRAM),
        ({}, "/usr/bin/ssh-askpass", "linux", NO_DISPLAY),
        ({}, "/usr/X11R6/bin/ssh-askpass", "darwin", None),
        ({"SSH_CONNECTION": "far"}, "/usr/X11R6/bin/ssh-askpass", "darwin", NO_DISPLAY),
    ],
)
def test_it_needs_a_display_and_a_program(
    environ: dict[str, str], there: str, platform: str, told: str | None
) -> None:
    assert lacks(environ, platform, lambda path: path == there) == told
