"""The page of host keys: those of the login hosts, accepted with one click."""

from PySide6.QtWidgets import QLabel, QVBoxLayout

from alpkey.core.desktop.setup_pages import Page, acceptable
from alpkey.core.errors import ErrorObject
from alpkey.core.events import AskObject
from alpkey.core.results.ssh import AcceptedHostsResult, HostsResult, LoginHost
from alpkey.core.ssh.host_keys import HostKey, shown_as
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.widgets import GRID_PX, clear, words_label

WHY = (
    "Each host shows a key of its own. Once accepted, ssh warns you should another host ever stand "
    "in its place. Where a key is not verified, compare it with a colleague's if you can."
)
STATES = {
    "known": "known already",
    "site": "verified by your centre",
    "unknown": "not verified",
    "changed": "CHANGED, and not accepted here: ask the support of your centre ({support})",
    "waiting": "is seen once {jump} is accepted",
    "unreachable": "does not answer ({reason})",
}


class HostsPage(SetupPage):
    page = Page.HOSTS
    title = "The hosts and their keys"
    asks = True
    checking = "Asking the hosts for their keys"

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        self.rows.addWidget(words_label("why", WHY))
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID_PX)
        self.rows.addLayout(self._list)

    @property
    def action(self) -> str:
        count = len(self._acceptable)
        if not count:
            return "&Look again"
        return "&Accept this key" if count == 1 else f"&Accept these {count} keys"

    def check(self) -> None:
        self.run(self._know, "hosts", "list", on_error=self._fail)

    def act(self) -> None:
        if names := self._acceptable:
            arguments = ("hosts", "accept", *names)
            self._child = self.run(self._accepted, *arguments, asked=self._asked)
        else:
            self.check()

    @property
    def _acceptable(self) -> list[str]:
        return acceptable(self.world.hosts or [])

    def _asked(self, ask: AskObject) -> None:
        """The yes is for the keys that were shown, and for no other."""
        if ask["fields"][0]["value"] in [_as_asked(host) for host in self.world.hosts or []]:
            self._child.answer(ask["ask"], {"host": True})
        else:
            self._child.cancel()
            self.check()
            self.say("A host shows another key than a moment ago. Look before you accept it.")

    def _accepted(self, result: AcceptedHostsResult) -> None:
        """Hosts behind an accepted jump host can be reached only now."""
        accepted = {host["name"]: host for host in result["hosts"]}
        self._show([accepted.get(host["name"], host) for host in self.world.hosts or []])
        if any(host["state"] == "waiting" for host in self.world.hosts or []):
            self.check()
        elif not self.is_needed:
            self.done.emit()

    def _fail(self, error: ErrorObject) -> None:
        self.world.hosts = None
        self.show_error(error)
        self.checked.emit()

    def _know(self, result: HostsResult) -> None:
        self._show(result["hosts"])
        self.checked.emit()

    def _show(self, hosts: list[LoginHost]) -> None:
        self.world.hosts = hosts
        clear(self._list)
        for host in hosts:
            self._list.addWidget(self._line(host))
        self.changed.emit()

    def _line(self, host: LoginHost) -> QLabel:
        site = self.world.site
        facts = {
            "support": site.page("support"),
            "jump": site.jump_host,
            "reason": host["reason"] or "no reason is known",
        }
        state = STATES[host["state"]].format(**facts)
        text = f"{host['name']} ({host['host_name']}): {state}"
        if host["fingerprint"]:
            text += f"\n{host['type']}  {host['fingerprint']}"
        return words_label(f"host-{host['name']}", text)


def _as_asked(host: LoginHost) -> str:
    key = HostKey(host["type"] or "", host["fingerprint"] or "")
    return shown_as(host["name"], host["host_name"], key)
