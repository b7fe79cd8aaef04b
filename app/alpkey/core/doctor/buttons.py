"""The buttons that a finding can have on the doctor's page."""

from dataclasses import dataclass

from alpkey.core.messages.setup import WINDOWS


@dataclass(frozen=True, slots=True)
class Button:
    """``label`` without a mnemonic; ``window`` are the arguments of ``alpkey window``.

    ``replaces_advice``: the label says what to do, so the finding's next step need not be shown.
    """

    label: str
    window: tuple[str, ...] = ()
    replaces_advice: bool = False


# Runs the finding's fix, so it opens no window.
FIX = Button("Fix", replaces_advice=True)

RENEW = Button("Renew key\N{HORIZONTAL ELLIPSIS}", ("renew", "--again"), replaces_advice=True)
SSH_CONFIG = Button(WINDOWS["ssh-config"], ("ssh-config",))
HOST_KEYS = Button(WINDOWS["host-keys"], ("host-keys",))
KEYS = Button("My keys", ("main", "--page", "keys"))
SETTINGS = Button("Settings", ("main", "--page", "settings"))
