"""Every window and dialog in every state that a user can meet, by name.

The pictures, the walk over every control and the check for texts that are cut off all take their
windows from here.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QTabWidget, QWidget

from alpkey.adapters.signin.qr import rows
from alpkey.core.doctor.diagnosis import diagnose, doctor_object
from alpkey.core.doctor.observations import (
    AgentObservation,
    FilesObservation,
    Observations,
    PathObservation,
    Resolved,
    ServiceObservation,
)
from alpkey.core.errors import (
    AlpkeyError,
    InvalidFile,
    KeychainTrouble,
    NeedsBrowser,
    QuotaUsedUp,
    SignInRefused,
    Unreachable,
)
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.messages import removal as removal_messages
from alpkey.core.messages.describe_error import describe, error_object
from alpkey.core.owned_item import OwnedItem
from alpkey.core.paths import user_paths
from alpkey.core.settings.settings import Settings
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import Known
from alpkey.core.state.quota import Quota, Source
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import rfc3339
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget, error_row
from alpkey.desktop import current_state
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.windows import main_window
from alpkey.desktop.windows.import_dialog import ImportDialog
from alpkey.desktop.windows.main_window import MainWindow
from alpkey.desktop.windows.pages.doctor_page import ReportDialog
from alpkey.desktop.windows.renewal.dialog import RenewalDialog, RenewalWorld
from alpkey.desktop.windows.sign_out_dialog import SignOutDialog
from alpkey.desktop.windows.tunnel_dialog import TunnelDialog
from alpkey.desktop.windows.widgets import WrappedLabel
from tests.core.sites import site
from tests.core.state.test_snapshot import HOUR, MISSING, certificate
from tests.core.state.test_snapshot import NOW as LOOKED_AT
from tests.desktop import setup_scenes

# A Tuesday in a zone of its own: pictures made anywhere and at any time are the same.
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
PASSWORD = "correct horse"

# Sends the first rows, waits for an answer, and sends the others; a cancel ends it at any time.
CHILD = """
import json, sys
for rows in map(json.loads, sys.argv[1:]):
    for row in rows:
        print(json.dumps(row), flush=True)
    if rows and rows[-1]["event"] in ("done", "failed") or "cancel" in sys.stdin.readline():
        break
"""

Row = Mapping[str, Any]
READY: Row = {"event": "step", "id": "service-ready", "params": {}}


@dataclass(frozen=True)
class Scene:
    """``make`` shows a window; ``ready``: whether it looks as it should."""

    make: Callable[[], QWidget]
    ready: Callable[[QWidget], bool] = lambda _: True


def snapshot(
    left: timedelta | None = None, *, used: int = 2, source: Source = "journal", **more: Any
) -> Snapshot:
    """A snapshot at ``NOW`` with a key that is valid for this long, or with no key."""
    ends = tuple(NOW + (5 + number) * HOUR for number in range(used))
    quota = Quota(5, ends, source, NOW, used)
    if left is None:
        return replace(MISSING, quota=Quota(5), **more)
    # Certificates of tests are valid around another time.
    shift = NOW - LOOKED_AT
    key = certificate(left - 24 * HOUR + shift, left + shift)
    path = Path("/home/alice/.ssh/cscs-key")
    seen = replace(
        MISSING,
        account="alice",
        key_path=path,
        certificate_path=path.with_name("cscs-key-cert.pub"),
        quota=quota,
        certificate=key._replace(serial=4711, public_key=b"a public key"),
        has_key=True,
        encrypted=False,
    )
    return replace(seen, **more)


def ask(
    error: AlpkeyError | None = None, number: int = 1, *, kept: str = "", offer: bool = False
) -> Row:
    """The question; ``kept`` names what the keychain has, ``offer`` offers to keep the password."""
    kinds = {"username": "text", "password": "secret", "otp": "otp"}
    if offer:
        kinds["keep"] = "confirm"
    fields = [
        {
            "name": name,
            "kind": kind,
            "kept": name == kept,
            "value": "alice" if name == "username" else None,
        }
        for name, kind in kinds.items()
    ]
    shown = error_object(error) if error else None
    return {"event": "ask", "ask": number, "fields": fields, "error": shown}


def failed(error: AlpkeyError) -> Row:
    return {"event": "failed", "error": error_object(error)}


def warn(code: str, error: AlpkeyError) -> Row:
    message = describe(error)
    return {
        "event": "warn",
        "code": code,
        "params": {"title": message.title, "detail": message.detail},
    }


def steps(*names: str) -> list[Row]:
    return [{"event": "step", "id": name, "params": {}} for name in names]


QUESTION: Row = {
    "event": "ask",
    "ask": 1,
    "fields": [
        {
            "name": "replace",
            "kind": "confirm",
            "kept": False,
            "value": "/home/alice/.ssh/cscs-key",
        }
    ],
    "error": None,
}
STAY: Row = {
    **QUESTION,
    "fields": [{"name": "keep_sign_in", "kind": "confirm", "kept": False, "value": "CSCS"}],
}
DONE: Row = {"event": "done", "result": {"renewed": True, "cancelled_late": False}}
DASHBOARD = "https://user-account.cscs.ch"


def dialog(
    first: list[Row],
    then: list[Row] | None = None,
    *,
    seen: Snapshot | None = None,
    after: Snapshot | None = None,
) -> RenewalDialog:
    """A dialog with a fake child; where it says more ``then``, the form is filled and sent."""
    states = [CurrentState(NOW, seen or snapshot()), CurrentState(NOW, after or seen or snapshot())]
    world = RenewalWorld(
        site(),
        lambda: states.pop(0) if len(states) > 1 else states[0],
        lambda *_: [sys.executable, "-P", "-c", CHILD, json.dumps(first), json.dumps(then or [])],
        lambda *_: None,
        ScreenReader(),
        lambda: NOW,
    )
    made = RenewalDialog(world)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    return made


PAGES: dict[str, Row] = {
    "browser": {
        "event": "show",
        "kind": "browser",
        "url": "https://auth.cscs.ch/auth/realms/cscs/protocol/openid-connect/auth?a=1",
    },
    "device": {
        "event": "show",
        "kind": "device",
        "url": "https://auth.cscs.ch/auth/realms/cscs/device?user_code=WDJB-MJHT",
        "short_url": "https://auth.cscs.ch/auth/realms/cscs/device",
        "user_code": "WDJB-MJHT",
        "qr": rows("https://auth.cscs.ch/auth/realms/cscs/device?user_code=WDJB-MJHT"),
    },
}


def gone_to(method: str, *more: Row, asks: Row | None = None) -> RenewalDialog:
    """A dialog without a form, after the click on a method; with ``asks`` no page yet."""
    made = dialog(
        [asks] if asks else [PAGES[method], *more], seen=snapshot(retired=frozenset({"sshservice"}))
    )
    made.findChildren(QPushButton, f"sign-in-{method}")[-1].click()
    return made


def filled(window: QWidget) -> bool:
    """Fills the form and sends it, once the service is proven; then what follows may be awaited."""
    assert isinstance(window, RenewalDialog)
    if not window.property("sent") and window.form.otp.isEnabled():
        window.fill({"username": "alice", "password": PASSWORD, "otp": "123456"})
        window.form.submit()
        window.setProperty("sent", True)
    return bool(window.property("sent"))


def heading_is(text: str) -> Callable[[QWidget], bool]:
    return lambda window: text in window_text(window)


def has_items(name: str, count: int) -> Callable[[QWidget], bool]:
    def ready(window: QWidget) -> bool:
        found = window.findChild(QListWidget, name)
        return found is not None and found.count() == count

    return ready


def window_text(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def sent_and(shown: Callable[[QWidget], bool]) -> Callable[[QWidget], bool]:
    return lambda window: filled(window) and shown(window)


def form_is_open(window: QWidget) -> bool:
    assert isinstance(window, RenewalDialog)
    return window.form.otp.isEnabled()


LOCKED = KeychainTrouble("keychain-locked", name="The Secret Service")
REFUSED = SignInRefused(site="CSCS", retryable=True)
NO_NETWORK = Unreachable(
    "no-network", host="sshservice.cscs.ch", reason="Its name is not known.", retryable=True
)
RETIRED = NeedsBrowser(site="CSCS", host="sshservice.cscs.ch", dashboard=DASHBOARD)
USED_UP = QuotaUsedUp(limit=5, next_slot="at 14:10")


def doctored() -> list[Row]:
    """The doctor's result for a home with several problems."""
    key = Path("/home/alice/.ssh/cscs-key")
    seen = Observations(
        site(),
        Settings(),
        snapshot(-HOUR),
        Known(),
        files=FilesObservation(
            {"key": PathObservation(key, 0o644, *(True,) * 3)}, 2**30, *(True,) * 2
        ),
        agent=AgentObservation("absent", None, "SSH_AUTH_SOCK names none."),
        service=ServiceObservation("sshservice.cscs.ch", None, clock_ahead=3 * HOUR),
    )
    return [{"event": "done", "result": doctor_object(diagnose(seen, NOW))}]


def shadowed() -> list[Row]:
    """Its result for findings that are resolved in windows."""
    config = "/home/alice/.ssh/config"
    astray = Resolved(
        {"hostname": "daint.example.org", "proxyjump": "ela"},
        lines={"hostname": f"{config} line 12"},
    )
    refused = Known(refusals_in_a_row=3)
    seen = Observations(
        site(),
        Settings(),
        snapshot(HOUR, used=5),
        refused,
        own={"daint": astray},
        agent=AgentObservation("answers", "/run/agent", current=True, plain=True, foreign=7),
    )
    return [{"event": "done", "result": doctor_object(diagnose(seen, NOW))}]


def report_dialog() -> ReportDialog:
    text = "Alpkey doctor, for the public\nTaken 2026-11-24T09:12:00Z\n\nNothing was found."
    dialog = ReportDialog(text, "https://support.cscs.ch")
    dialog.show()
    return dialog


def listed() -> list[Row]:
    """The centre's list for an account with three keys."""
    keys = [
        {
            "serial": str(11327954362781958041 + number),
            "valid_before": rfc3339(NOW + (3 + 7 * number) * HOUR),
            "this_machine": number == 0,
        }
        for number in range(3)
    ]
    quota = {"limit": 5, "remaining": 2}
    return [{"event": "done", "result": {"keys": keys, "quota": quota}}]


def main(
    seen: Snapshot | None,
    trouble: str = "",
    page: str = "&Key",
    says: list[Row] | None = None,
    press: str = "",
    *,
    connected: bool = False,
) -> MainWindow:
    """The main window over a state that does not change; its children send these rows.

    ``press`` names a button of the page that is pressed at the start.
    """
    command = [sys.executable, "-c", CHILD, json.dumps(says or [])]
    with _looking(CurrentState(NOW, seen, trouble, site(), connected=connected), command):
        made = MainWindow(user_paths(), site(), lambda *_: None)
    pages = made.findChild(QTabWidget)
    assert pages is not None
    titles = [pages.tabText(number) for number in range(pages.count())]
    pages.setCurrentIndex(titles.index(page))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    if press:
        made.findChild(QPushButton, press).click()
    return made


@contextmanager
def _looking(seen: CurrentState, command: list[str]) -> Iterator[None]:
    real = current_state.take, main_window.command
    main_window.current_state.take = lambda _: seen
    main_window.command = lambda *_: command
    try:
        yield
    finally:
        main_window.current_state.take, main_window.command = real


GOING = (
    OwnedItem("password", "alice"),
    OwnedItem("agent", "2"),
    OwnedItem("key", "/home/alice/.ssh/cscs-key"),
)


def leaving(*says: Row) -> SignOutDialog:
    """The dialog whose child says these rows after its question."""
    value = removal_messages.to_remove(GOING, revoked=False)
    field = {"name": "leave", "kind": "confirm", "kept": False, "value": value}
    question: Row = {"event": "ask", "ask": 1, "fields": [field], "error": None}
    rows = json.dumps([question]), json.dumps(list(says))
    made = SignOutDialog(site(), lambda *_: [sys.executable, "-P", "-c", CHILD, *rows])
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    return made


def left(window: QWidget) -> bool:
    """Agrees once it is asked; whether the end is shown."""
    if agree := window.findChild(QPushButton, "leave"):
        agree.click()
    return "Signed out" in window_text(window)


UNDERSTOOD: Row = {
    "event": "step",
    "id": "understood",
    "params": {
        "names": "cscs-key (1), cscs-key-cert (1).pub",
        "principals": "alice",
        "ends": rfc3339(NOW + 24 * HOUR),
    },
}
IMPORTED: Row = {
    "event": "done",
    "result": {
        "imported": True,
        "valid_before": rfc3339(NOW + 24 * HOUR),
        "removed": ["/home/alice/Downloads/cscs-key (1)"],
    },
}
SPARE: Row = {
    **QUESTION,
    "fields": [
        {
            "name": "remove",
            "kind": "confirm",
            "kept": False,
            "value": "cscs-key (1), cscs-key-cert (1).pub",
        }
    ],
}


def importing(*says: list[Row]) -> ImportDialog:
    """The dialog; with rows its child searches the downloads and sends them."""
    rows = [json.dumps(sent) for sent in says]
    made = ImportDialog(
        site(), lambda *_: [sys.executable, "-P", "-c", CHILD, *rows], clock=lambda: NOW
    )
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    if says:
        made.take(())
    return made


def agreed(window: QWidget) -> bool:
    """Agrees once it is asked; whether the end is shown."""
    if agree := window.findChild(QPushButton, "yes"):
        agree.click()
    return "Key valid" in window_text(window)


JOBS: Row = {
    "event": "done",
    "result": {
        "jobs": [
            {
                "id": "4810021",
                "name": "jupyter",
                "state": "RUNNING",
                "nodes": ["nid006554"],
                "seconds_left": 82071,
            },
            {
                "id": "4810022",
                "name": "train-large-model",
                "state": "RUNNING",
                "nodes": ["nid007001", "nid007002", "nid007003"],
                "seconds_left": 1500,
            },
            {
                "id": "4810377",
                "name": "simulation",
                "state": "PENDING",
                "nodes": [],
                "seconds_left": 86400,
            },
        ]
    },
}
NO_JOBS: Row = {"event": "done", "result": {"jobs": []}}
NOTEBOOK = TunnelTarget("daint", "nid006554", ((8888, 8888),))
BOARD = TunnelTarget("santis", "nid007001", ((6006, 6006), (49152, 8000)))


def tunnels(*states: TunnelState) -> Snapshot:
    """A snapshot with one tunnel in each of these states."""
    error = error_row(Unreachable("node-closed", node="nid007001", name="santis"))
    found = [
        TunnelObservation(
            f"tunnel-{number}",
            BOARD if number % 2 else NOTEBOOK,
            state,
            NOW - HOUR,
            alive=not state.is_final,
            silent=(8000,) if state is TunnelState.SILENT else (),
            error=error if state is TunnelState.FAILED else None,
        )
        for number, state in enumerate(states)
    ]
    return snapshot(HOUR, tunnels=tuple(found))


def tunnel_dialog(
    *says: Row, can_log_in: bool = True, before: TunnelTarget | None = None
) -> TunnelDialog:
    """A new tunnel; whatever the dialog starts says these rows."""
    command = [sys.executable, "-P", "-c", CHILD, json.dumps(list(says))]
    made = TunnelDialog(site(), lambda *_: command, can_log_in=can_log_in, before=before)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    return made


LEFT: Row = {
    "event": "done",
    "result": {
        "removed": [asdict(item) for item in GOING],
        "left": [{"what": "session", "name": "alice", "code": "", "reason": "It is locked."}],
        "revoked": ["11327954362781958041"],
    },
}


SCENES: dict[str, Scene] = {
    "leave-question": Scene(leaving, heading_is("cscs-key")),
    "leave-done": Scene(lambda: leaving(LEFT), left),
    "import": Scene(importing),
    "import-replace": Scene(
        lambda: importing([UNDERSTOOD, QUESTION]), heading_is("was not made by Alpkey")
    ),
    "import-remove": Scene(lambda: importing([UNDERSTOOD, SPARE]), heading_is("need not stay")),
    "import-done": Scene(lambda: importing([UNDERSTOOD, SPARE], [IMPORTED]), agreed),
    "import-failed": Scene(
        lambda: importing(
            [failed(InvalidFile("import-web-page", name="key.html", dashboard=DASHBOARD))]
        ),
        heading_is("is a web page"),
    ),
    "dialog-first": Scene(lambda: dialog([ask(), READY]), form_is_open),
    "dialog-offer": Scene(lambda: dialog([ask(), READY, ask(offer=True)]), form_is_open),
    "dialog-kept": Scene(lambda: dialog([ask(), READY, ask(kept="password")]), form_is_open),
    "dialog-generator": Scene(lambda: dialog([ask(), READY, ask(kept="otp")]), form_is_open),
    "dialog-unread": Scene(
        lambda: dialog([ask(), READY, warn("kept-unread", LOCKED)]), heading_is("cannot be read")
    ),
    "dialog-not-kept": Scene(
        lambda: dialog(
            [ask(), READY],
            [*steps("issued", "installed"), warn("not-kept", LOCKED), DONE],
            after=snapshot(24 * HOUR, used=3),
        ),
        sent_and(heading_is("was not saved")),
    ),
    "dialog-unproven": Scene(lambda: dialog([ask()])),
    "dialog-working": Scene(
        lambda: dialog([ask(), READY], steps("signed-in", "issued")),
        sent_and(heading_is("\N{CHECK MARK} Certificate issued")),
    ),
    "dialog-refused": Scene(
        lambda: dialog([ask(), READY], [ask(REFUSED, 2)]), sent_and(heading_is("is wrong"))
    ),
    "dialog-good": Scene(
        lambda: dialog([ask(), READY], seen=snapshot(13 * HOUR + timedelta(minutes=42)))
    ),
    "dialog-last": Scene(lambda: dialog([ask(), READY], seen=snapshot(HOUR, used=4)), form_is_open),
    "dialog-question": Scene(lambda: dialog([QUESTION]), heading_is("There is a key already")),
    "dialog-stay": Scene(lambda: gone_to("browser", asks=STAY), heading_is("Stay signed in?")),
    "dialog-done": Scene(
        lambda: dialog([ask(), READY], [DONE], after=snapshot(24 * HOUR, used=3)),
        sent_and(heading_is("Key valid until")),
    ),
    "dialog-used-up": Scene(
        lambda: dialog([failed(USED_UP)], seen=snapshot(-HOUR, used=5)),
        heading_is("No key is left"),
    ),
    "dialog-no-network": Scene(
        lambda: dialog([ask(), failed(NO_NETWORK)]), heading_is("cannot be reached")
    ),
    "dialog-retired": Scene(
        lambda: dialog([ask(), failed(RETIRED)]), heading_is(describe(RETIRED).title)
    ),
    "dialog-last-way": Scene(lambda: dialog([], seen=snapshot(method=SignInMethod.BROWSER))),
    "dialog-ways": Scene(lambda: dialog([], seen=snapshot(retired=frozenset({"sshservice"})))),
    "dialog-ways-last": Scene(
        lambda: dialog([], seen=snapshot(HOUR, used=4, retired=frozenset({"sshservice"})))
    ),
    "dialog-browser": Scene(lambda: gone_to("browser"), heading_is("Your browser shows")),
    "dialog-device": Scene(lambda: gone_to("device"), heading_is("WDJB-MJHT")),
    "dialog-elsewhere-working": Scene(
        lambda: gone_to("device", *steps("signed-in", "issued")),
        heading_is("\N{CHECK MARK} Certificate issued"),
    ),
    "main-none": Scene(lambda: main(snapshot())),
    "main-valid": Scene(lambda: main(snapshot(13 * HOUR + timedelta(minutes=42)))),
    "main-expiring": Scene(lambda: main(snapshot(timedelta(minutes=42)))),
    "main-expired": Scene(lambda: main(snapshot(-HOUR, used=5, source="service"))),
    "main-broken": Scene(lambda: main(snapshot(HOUR, trouble="The certificate is cut off."))),
    "main-warning": Scene(lambda: main(snapshot(13 * HOUR, warnings=("key-open", "ssh-old")))),
    "main-clusters": Scene(lambda: main(snapshot(HOUR), page="&Clusters")),
    "main-clusters-shared": Scene(lambda: main(snapshot(HOUR), page="&Clusters", connected=True)),
    "main-clusters-tried": Scene(
        lambda: main(
            snapshot(HOUR),
            page="&Clusters",
            says=[{"event": "done", "result": {"host": "daint", "logged_in": True}}],
            press="try",
        ),
        heading_is("Let you in"),
    ),
    "main-clusters-failed": Scene(
        lambda: main(snapshot(HOUR), page="&Clusters", says=[failed(NO_NETWORK)], press="try"),
        heading_is("cannot be reached"),
    ),
    "main-tunnels-none": Scene(lambda: main(snapshot(HOUR), page="&Tunnels")),
    "main-tunnels": Scene(
        lambda: main(
            tunnels(TunnelState.OPEN, TunnelState.SILENT, TunnelState.WAITING), page="&Tunnels"
        )
    ),
    "main-tunnels-over": Scene(
        lambda: main(tunnels(TunnelState.RECONNECTING, TunnelState.FAILED), page="&Tunnels")
    ),
    "tunnel-jobs": Scene(lambda: tunnel_dialog(JOBS), has_items("jobs", 2)),
    "tunnel-before": Scene(lambda: tunnel_dialog(JOBS, before=BOARD), has_items("jobs", 2)),
    "tunnel-no-jobs": Scene(lambda: tunnel_dialog(NO_JOBS), heading_is("No job of yours")),
    "tunnel-no-network": Scene(
        lambda: tunnel_dialog(failed(NO_NETWORK)), heading_is("cannot be reached")
    ),
    "tunnel-no-key": Scene(lambda: tunnel_dialog(can_log_in=False), heading_is("good key")),
    "main-keys-known": Scene(lambda: main(snapshot(HOUR), page="&My keys")),
    "main-keys-device": Scene(
        lambda: main(snapshot(HOUR), page="&My keys", says=[PAGES["device"]], press="keys-device"),
        heading_is("WDJB-MJHT"),
    ),
    "main-keys": Scene(
        lambda: main(snapshot(HOUR), page="&My keys", says=listed(), press="keys-browser"),
        heading_is("Another computer's"),
    ),
    "main-doctor": Scene(
        lambda: main(snapshot(HOUR), page="&Doctor", says=doctored()), heading_is("findings")
    ),
    "main-doctor-windows": Scene(
        lambda: main(snapshot(HOUR), page="&Doctor", says=shadowed()), heading_is("findings")
    ),
    "main-doctor-report": Scene(report_dialog, heading_is("support of the centre")),
    "main-healthy": Scene(
        lambda: main(
            snapshot(HOUR),
            page="&Doctor",
            says=[{"event": "done", "result": {"healthy": True, "findings": []}}],
        ),
        heading_is(doctor_messages.HEALTHY),
    ),
    "main-settings": Scene(
        lambda: main(
            snapshot(HOUR),
            page="&Settings",
            says=[{"event": "done", "result": {"on": True, "current": True, "path": ""}}],
        )
    ),
    "main-unreadable": Scene(lambda: main(None, "A file of settings cannot be used. lead_time: 7")),
}

SCENES |= setup_scenes.scenes(snapshot, lambda seen: CurrentState(NOW, seen, site=site()), Scene)


def settle(window: QWidget, scene: Scene) -> bool:
    """Whether the window looks as it should, and no layout is still to be made."""
    before = geometry(window)
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    labels = (widget for widget in window.findChildren(WrappedLabel) if widget.isVisible())
    if any(label.height() < label.heightForWidth(label.width()) for label in labels):
        return False
    buttons = (button for button in window.findChildren(QPushButton) if button.isVisible())
    complete = isinstance(window, MainWindow) or any(
        not button.objectName().startswith("connect-") for button in buttons
    )
    return scene.ready(window) and complete and geometry(window) == before


def geometry(window: QWidget) -> list[QRect]:
    """Where it and everything in it stand."""
    return [widget.geometry() for widget in (window, *window.findChildren(QWidget))]


def end(window: QWidget) -> bool:
    """Closes the window; whether it and its child are gone."""
    window.close()
    QCoreApplication.processEvents()
    running = any(engine.running for engine in window.findChildren(ChildProcess))
    return not (window.isVisible() or running)
