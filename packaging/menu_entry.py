"""menu_entry.py COMMAND FILE: the entry in the desktop's menu, with an action for each cluster."""

import sys
from pathlib import Path

from alpkey import glance
from alpkey.core.places import find_places
from alpkey.core.site import Site

APP_ID = "io.github.alpkey.Alpkey"


def entry(site: Site, command: str) -> str:
    """In the form of the Desktop Entry Specification 1.0, which Debian 12's validator knows."""
    actions = [("renew", "Renew key", "window renew")]
    for number, host in enumerate(site.clusters, start=1):
        actions.append((f"connect-{number}", f"Connect to {host.name}", f"connect {host.name}"))
    blocks = [
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Version=1.0\n"
        "Name=Alpkey\n"
        f"Comment=Keeps your {site.name} key fresh\n"
        f"Exec={command}\n"
        f"TryExec={command}\n"
        f"Icon={APP_ID}\n"
        "Terminal=false\n"
        f"GenericName={site.name} key\n"
        "Categories=Network;RemoteAccess;\n"
        "Keywords=ssh;certificate;supercomputer;HPC;\n"
        "StartupNotify=false\n"
        f"Actions={''.join(f'{name};' for name, _, _ in actions)}\n"
    ]
    for name, title, words in actions:
        blocks.append(f"[Desktop Action {name}]\nName={title}\nExec={command} {words}\n")
    return "\n".join(blocks)


if __name__ == "__main__":
    # The shipped site alone: nothing of whoever builds.
    nobody = find_places({"ALPKEY_HOME": "/nonexistent"}, "linux", "/nonexistent", 0)
    Path(sys.argv[2]).write_text(entry(glance.site(nobody), sys.argv[1]))
