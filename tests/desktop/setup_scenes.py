"""The first start and its pages in every state that a user can meet."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QRadioButton, QWidget

from alpkey.core.errors import AlpkeyError, InvalidFile, SignInRefused
from alpkey.core.messages import setup as setup_messages
from alpkey.core.messages.describe_error import error_object
from alpkey.core.paths import user_paths
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.file_watcher import FileWatcher
from alpkey.desktop.windows.first_start.frame import SINGLE_PAGES, FirstStart, OnePage
from alpkey.desktop.windows.first_start.page import SetupWorld
from tests.core.sites import site

Row = Mapping[str, Any]
Says = Mapping[str, list[list[Row]]]

# Says the first rows, waits for an answer, and says the others; a cancel ends it.
CHILD = """
import json, sys
for rows in map(json.loads, sys.argv[1:]):
    for row in rows:
        print(json.dumps(row), flush=True)
    if rows and rows[-1]["event"] in ("done", "failed"):
        break
    if "cancel" in sys.stdin.readline():
        error = dict.fromkeys(("title", "detail", "next_step"), "") | {"code": "cancelled"}
        print(json.dumps({"event": "failed", "error": error}))
        break
"""
DIFF = """\
--- /home/alice/.ssh/config
+++ /home/alice/.ssh/config with Alpkey's line
@@ -1,2 +1,3 @@
+Include "/home/alice/.ssh/alpkey/config"
 Host daint
     HostName daint.cscs.ch
"""


def done(**result: Any) -> list[list[Row]]:
    return [[{"event": "done", "result": result}]]


def failed(error: AlpkeyError) -> list[list[Row]]:
    return [[{"event": "failed", "error": error_object(error)}]]


def config(**more: Any) -> list[list[Row]]:
    result = {
        "changed": True,
        "path": "/home/alice/.ssh/config",
        "backup": None,
        "diff": DIFF,
        "loses": [],
        "on_demand": False,
        "by_hand": False,
        "aliases": [],
        "user": None,
    }
    return done(**{**result, **more})


def host(name: str, state: str, reason: str | None = None) -> Row:
    seen = state not in ("waiting", "unreachable")
    return {
        "name": name,
        "host_name": "ela.cscs.ch" if name == "ela" else f"{name}.alps.cscs.ch",
        "state": state,
        "type": "ssh-ed25519" if seen else None,
        "fingerprint": "SHA256:hC0hYL0nPlqJQe1XgsBfFqgpx8lYQY6bYhTDLx4hTzk" if seen else None,
        "reason": reason,
    }


def hosts(**states: str) -> list[list[Row]]:
    return done(hosts=[host(name, state) for name, state in states.items()])


def keychain(*, usable: bool = True, encrypted: bool = False) -> list[list[Row]]:
    trouble = None if usable else setup_messages.KEYCHAIN_LOCKED
    return done(
        changed=False,
        encrypted=encrypted,
        keychain={"usable": usable, "trouble": trouble},
    )


ALL_NEW = dict.fromkeys((site().jump_host, *(host.name for host in site().clusters)), "unknown")
ALL_KNOWN = dict.fromkeys(ALL_NEW, "known")
SET_UP: Says = {
    "config diff": config(changed=False, diff=""),
    "hosts list": hosts(**ALL_KNOWN),
    "passphrase keychain": keychain(),
    "autostart status": done(on=False),
    "doctor": [[]],
}


def world(seen: CurrentState, says: Says) -> SetupWorld:
    """Children that say these rows, by the words that they are called with."""

    def command(*arguments: str) -> list[str]:
        called = " ".join(arguments)
        rows = next((says[name] for name in says if called.startswith(name)), [[]])
        return [sys.executable, "-P", "-c", CHILD, *map(json.dumps, rows)]

    return SetupWorld(seen.site or site(), lambda: seen, command, lambda *_: None, lambda _: None)


def first_start(seen: CurrentState, **says: list[list[Row]]) -> QDialog:
    """``says`` by the words of a command with ``_`` between them, over those of a good home."""
    answers = {**SET_UP, **{name.replace("_", " "): rows for name, rows in says.items()}}
    return _shown(FirstStart(world(seen, answers), FileWatcher(user_paths())))


def one_page(name: str, seen: CurrentState, **says: list[list[Row]]) -> QDialog:
    answers = {**SET_UP, **{name.replace("_", " "): rows for name, rows in says.items()}}
    return _shown(OnePage(world(seen, answers), SINGLE_PAGES[name]))


def _shown(made: QDialog) -> QDialog:
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    return made


def once(
    action: Callable[[QWidget], None], ready: Callable[[QWidget], bool]
) -> Callable[..., bool]:
    """Act as soon as ``ready``; true from then on."""

    def snapshot(window: QWidget) -> bool:
        if not window.property("done") and ready(window):
            window.setProperty("done", True)
            action(window)
        return bool(window.property("done"))

    return snapshot


def act_is(text: str) -> Callable[[QWidget], bool]:
    """Whether the button that goes on says so, and can be pressed."""

    def snapshot(window: QWidget) -> bool:
        act = window.findChild(QPushButton, "act")
        assert act is not None
        return act.isEnabled() and text in act.text().replace("&", "")

    return snapshot


def press(window: QWidget) -> None:
    window.findChild(QPushButton, "act").click()


def type_a_passphrase(window: QWidget) -> None:
    window.findChild(QRadioButton, "way-own").setChecked(True)
    for name in ("passphrase", "passphrase_again"):
        window.findChild(QLineEdit, name).setText("correct horse")


def ask(number: int, *names: str, error: AlpkeyError | None = None) -> Row:
    fields = [{"name": name, "kind": "secret", "kept": False, "value": None} for name in names]
    message = error_object(error) if error else None
    return {"event": "ask", "ask": number, "fields": fields, "error": message}


REFUSED = InvalidFile(
    "config-refused",
    path="/home/alice/.ssh/config",
    reason="line 7: Bad configuration option: hostnam",
)
WRONG = SignInRefused("passphrase-refused", field="old_passphrase")
LOSES = [
    {"host": name, "keyword": "hostname", "theirs": "daint.cscs.ch", "ours": "daint.alps.cscs.ch"}
    for name in ("daint",)
]
ALIASES = [{"name": "alps", "host": "daint"}]
STOPPED = {
    "healthy": False,
    "login": None,
    "findings": [
        {
            "id": "host-refuses",
            "severity": "error",
            "title": "ela refuses the key",
            "detail": "It says: Permission denied (publickey).",
            "next_step": "Check that MFA is set up for your account.",
            "fix": None,
            "consequences": [],
        }
    ],
}
NO_TRAY = {
    "healthy": True,
    "login": "daint",
    "findings": [
        {
            "id": "no-tray-host",
            "severity": "note",
            "title": "This desktop shows no tray icons",
            "detail": "",
            "next_step": "On GNOME install the extension AppIndicator.",
            "fix": None,
            "consequences": [],
        }
    ],
}


def scenes(
    snapshot: Callable[..., Snapshot],
    seen: Callable[[Snapshot], CurrentState],
    scene: Callable[..., Any],
) -> dict[str, Any]:
    """Every scene, made with the helpers of the other scenes."""
    from datetime import timedelta

    hour = timedelta(hours=1)
    no_key, good, expired = snapshot(), snapshot(23 * hour), snapshot(-hour, used=5)
    covered = snapshot(23 * hour, encrypted=True)
    home = Path("/home/alice")
    assert home
    return {
        "first-key": scene(lambda: first_start(seen(no_key)), act_is("Get my key")),
        "first-key-dead": scene(lambda: first_start(seen(expired)), act_is("Get my key")),
        "first-looking": scene(lambda: first_start(seen(good), config_diff=[[]])),
        "first-config": scene(
            lambda: first_start(seen(good), config_diff=config()), act_is("Add to ssh config")
        ),
        "first-config-loses": scene(
            lambda: first_start(seen(good), config_diff=config(loses=LOSES, aliases=ALIASES)),
            act_is("Add to ssh config"),
        ),
        "first-config-refused": scene(
            lambda: first_start(seen(good), config_diff=failed(REFUSED)),
            lambda window: "itself refuses" in text_of(window),
        ),
        "first-hosts": scene(
            lambda: first_start(seen(covered), hosts_list=hosts(**ALL_NEW)),
            act_is(f"Accept these {len(ALL_NEW)} keys"),
        ),
        "first-hosts-mixed": scene(
            lambda: first_start(
                seen(covered),
                hosts_list=done(
                    hosts=[
                        host("ela", "site"),
                        host("daint", "changed"),
                        host("santis", "waiting"),
                        host("clariden", "unreachable", "Connection refused"),
                    ]
                ),
            ),
            act_is("Accept this key"),
        ),
        "first-protection": scene(lambda: first_start(seen(good)), act_is("Protect it")),
        "first-protection-own": scene(
            lambda: first_start(seen(good), passphrase_keychain=keychain(usable=False)),
            once(type_a_passphrase, act_is("Leave it so")),
        ),
        "first-end": scene(
            lambda: first_start(seen(covered)), lambda window: "Logging in" in text_of(window)
        ),
        "first-end-worked": scene(
            lambda: first_start(seen(covered), doctor=done(**NO_TRAY)),
            lambda window: "worked" in text_of(window),
        ),
        "first-end-stopped": scene(
            lambda: first_start(seen(covered), doctor=done(**STOPPED)),
            lambda window: "does not work yet" in text_of(window),
        ),
        "page-config": scene(lambda: one_page("ssh-config", seen(good)), act_is("Apply")),
        "page-hosts": scene(lambda: one_page("host-keys", seen(good)), act_is("Look again")),
        "page-passphrase": scene(
            lambda: one_page(
                "passphrase",
                seen(covered),
                passphrase_set=[
                    [ask(1, "old_passphrase")],
                    [ask(2, "old_passphrase", error=WRONG)],
                ],
                passphrase_keychain=keychain(usable=False, encrypted=True),
            ),
            lambda window: (
                once(
                    lambda window: (type_a_passphrase(window), press(window)),  # type: ignore[func-returns-value]
                    act_is("Remove it"),
                )(window)
                and asked_again(window)
            ),
        ),
    }


def asked_again(window: QWidget) -> bool:
    """Answers the first question with a wrong passphrase; whether the error is shown."""
    old = window.findChild(QLineEdit, "old_passphrase")
    assert old is not None
    if not window.property("answered") and old.isVisible() and old.isEnabled():
        window.setProperty("answered", True)
        old.setText("wrong")
        press(window)
    return "passphrase is wrong" in text_of(window)


def text_of(window: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
