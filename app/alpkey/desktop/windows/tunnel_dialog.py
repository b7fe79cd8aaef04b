"""A new tunnel: a running job is chosen, or a node typed, and a service on it.

The jobs are listed over ssh once the dialog is there, and again for another cluster, but only with
a key that opens doors.
"""

import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled
from alpkey.core.messages.describe import describe
from alpkey.core.site import Site
from alpkey.core.tunnels.record import TunnelTarget
from alpkey.desktop.child.command_tracker import Then
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.tunnels import JobLine
from alpkey.desktop.windows.command_dialog import CommandDialog
from alpkey.desktop.windows.parts import (
    GRID_PX,
    Note,
    announce,
    ask,
    button,
    copied,
    words_label,
)

TITLE = "New tunnel"
MINIMUM_WIDTH_PX = 64 * GRID_PX
JOBS_HEIGHT_PX = 12 * GRID_PX
SERVER = "The server must listen on 127.0.0.1 of the node."
NO_JOBS = "No job of yours runs there. To get a node, log in and use salloc, srun or sbatch."
NO_KEY = "Your jobs are listed once there is a good key. A tunnel opens by itself then, too."
LISTING = "Looking for your jobs\N{HORIZONTAL ELLIPSIS}"
_FIELDS = ("Cluster", "My running jobs", "Node", "Service", "Ports on the node", "Port here")
_BROWSER = "Open in the browser once it answers"
_BUTTONS = ("Open tunnel", "Copy command", "End the job\N{HORIZONTAL ELLIPSIS}", "Cancel")


class TunnelDialog(CommandDialog):
    """``command`` is Alpkey's with these arguments; ``before`` is what is offered at first.

    ``can_log_in``: whether the key opens doors.
    """

    def __init__(
        self,
        site: Site,
        command: Callable[..., list[str]],
        *,
        can_log_in: bool,
        before: TunnelTarget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(TITLE, site, parent)
        self._can_log_in = can_log_in
        self._typed = self._again = False
        self._jobs: tuple[JobLine, ...] = ()
        self.listing = self.new_commands(command)
        self.commands = self.new_commands(command)
        self._cluster = QComboBox()
        self._cluster.addItems([host.name for host in site.clusters])
        self._list = QListWidget()
        self._list.setFixedHeight(JOBS_HEIGHT_PX)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentRowChanged.connect(self._chose_job)
        self._jobs_said = words_label("jobs-said")
        self._node = QLineEdit()
        self._node.setPlaceholderText(site.node_pattern.replace("??????", "006554"))
        self._service = QComboBox()
        self._service.addItems(tunnel_view.services())
        self._ports = QLineEdit()
        self._ports.setAccessibleDescription("Several with spaces between them.")
        self._local = QLineEdit()
        self._local.setPlaceholderText("the same, or a free one")
        *self._labels, browser, self._open_text, copy, end, cancel = status_view.with_mnemonics(
            [*_FIELDS, _BROWSER, *_BUTTONS]
        )
        self._browser = QCheckBox(browser)
        self._open = button(self._open_text, self._open_it, "open-tunnel")
        self._open.setDefault(True)
        self._copy = button(copy, self._copy_command, "copy-command")
        self._end = button(end, self._end_job, "end-job")
        self._cancel = button(cancel, self.close, "cancel")
        self._said = Note("tunnel-said")
        self._name()
        self._lay_out()
        self._offer(before)
        self._service.activated.connect(self._chose_service)
        self._ports.textEdited.connect(
            lambda text: self._service.setCurrentIndex(tunnel_view.service_of(text))
        )
        self._node.textEdited.connect(self._type_node)
        self._cluster.currentIndexChanged.connect(lambda _: self.list_jobs())
        self.list_jobs()

    def list_jobs(self) -> None:
        """Lists them anew; what was under way for another cluster is given up."""
        self._show_jobs(())
        if not self._can_log_in:
            self._say_of_jobs(NO_KEY)
        elif not self.listing.is_idle:
            self._again = True
            self._say_of_jobs(LISTING)
            self.listing.stop()
        else:
            cluster = self._cluster.currentText()
            self._say_of_jobs(LISTING)
            self.listing.run(
                partial(self._listed, cluster),
                self._unlisted,
                *("jobs", "list", cluster, "--events"),
            )

    def rested(self) -> None:
        """What was listed for another cluster is given up, and the list is asked for again."""
        if self._again and self.listing.is_idle:
            self._again = False
            self.list_jobs()

    # Jobs

    def _listed(self, cluster: str, result: dict[str, Any]) -> None:
        if cluster != self._cluster.currentText():
            return  # it was quicker than the wish to give it up
        jobs = tunnel_view.running(result["jobs"])
        self._show_jobs(jobs)
        self._say_of_jobs("" if jobs else NO_JOBS)
        self._list.setCurrentRow(self._fitting())
        announce(self, jobs[0].text if jobs else NO_JOBS)

    def _say_of_jobs(self, text: str) -> None:
        self._jobs_said.setText(text)
        self._jobs_said.setVisible(bool(text))
        QTimer.singleShot(0, self, self._grow)

    def _fitting(self) -> int:
        """The job on the node that is named; the first one where no person has named any."""
        here = [self._node.text() in job.nodes for job in self._jobs]
        return here.index(True) if True in here else -1 if self._typed else 0

    def _unlisted(self, error: dict[str, Any]) -> None:
        if not self._again:
            self._say_of_jobs(error_view.text(error))

    def _show_jobs(self, jobs: tuple[JobLine, ...]) -> None:
        self._jobs = jobs
        self._list.clear()
        self._list.addItems([job.text for job in jobs])
        self._list.setVisible(bool(jobs))
        self._end.setEnabled(False)

    def _type_node(self, text: str) -> None:
        self._typed = bool(text)

    def _chose_job(self, row: int) -> None:
        self._end.setEnabled(row >= 0)
        if 0 <= row < len(self._jobs) and self._node.text() not in self._jobs[row].nodes:
            self._node.setText(self._jobs[row].nodes[0])

    def _end_job(self) -> None:
        """After a question: it cannot be taken up again."""
        job = self._jobs[self._list.currentRow()]
        said = describe(Cancelled("job-question", path=job.text))
        ask(
            self, "job-question", said, "&End the job", "&Keep it", partial(self._end_for_good, job)
        )

    def _end_for_good(self, job: JobLine) -> None:
        cluster = self._cluster.currentText()
        done = partial(self._after_end, job)
        self._run(done, "jobs", "cancel", cluster, job.id, "--yes", "--events")

    def _after_end(self, job: JobLine, _: dict[str, Any]) -> None:
        self._say(f"Ended: {job.text}")
        self.list_jobs()

    # The tunnel

    def _chose_service(self, number: int) -> None:
        if number < len(tunnel_view.SERVICES):
            self._ports.setText(str(tunnel_view.SERVICES[number][1]))
        else:
            self._ports.clear()
            self._ports.setFocus()

    def _open_it(self) -> None:
        more = ["--open-browser"] if self._browser.isChecked() else []
        if (wish := self._wish()) and self._run(self._opened, *wish, *more, "--background"):
            waits = "" if self._can_log_in else " It waits for a new key."
            self._say(f"Connecting to {self._node.text().strip()}\N{HORIZONTAL ELLIPSIS}{waits}")

    def _opened(self, _: dict[str, Any]) -> None:
        self.close_once_idle()  # the page behind shows it

    def _copy_command(self) -> None:
        def copy(result: dict[str, Any]) -> None:
            self._say(copied(shlex.join(result["command"])))

        if wish := self._wish():
            self._run(copy, *wish, "--print")

    def _wish(self) -> list[str]:
        """What was typed as a command; empty, and the cursor where it is, if something lacks."""
        ports, local = map(tunnel_view.ports_typed, (self._ports.text(), self._local.text()))
        node = self._node.text().strip()
        faults = (
            (not node, self._node, "Type the name of the node, or choose a job."),
            (not ports, self._ports, "Type the port of the service: a number up to 65535."),
            (local is None, self._local, "Type a number up to 65535, or nothing."),
            (len(local or ()) > len(ports or ()), self._local, "Type one port for each service."),
        )
        for wrong, field, what in faults:
            if wrong:
                self._say(what)
                field.setFocus()
                return []
        here = [word for port in local or () for word in ("--local-port", str(port))]
        there = [self._cluster.currentText(), node, *map(str, ports or ())]
        return ["tunnel", "open", *there, *here, "--events"]

    def _run(self, then: Then, *arguments: str) -> bool:
        if not self.commands.is_idle:
            return False
        self._set_busy(True)
        self.commands.run(partial(self._over, then), partial(self._over, self._tell), *arguments)
        return True

    def _over(self, then: Then, word: dict[str, Any]) -> None:
        self._set_busy(False)
        then(word)

    def _set_busy(self, busy: bool) -> None:
        """Only Cancel is left while something is under way."""
        for one in self._inputs:
            one.setDisabled(busy)
        self._end.setDisabled(busy or self._list.currentRow() < 0)
        (self._cancel if busy else self._open).setFocus()

    def _tell(self, error: dict[str, Any]) -> None:
        if error["code"] != Cancelled.default_code:
            self._say(error_view.text(error))

    def _say(self, text: str) -> None:
        self._said.say(text)
        QTimer.singleShot(0, self, self._grow)

    def _grow(self) -> None:
        """As high as all that is said needs; never smaller than the person made it."""
        if (layout := self.layout()) is not None:
            needed = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), needed))

    # Its looks

    @property
    def _inputs(self) -> tuple[QWidget, ...]:
        return (*self._fields, self._list, self._browser, self._open, self._copy)

    @property
    def _fields(self) -> tuple[QWidget, ...]:
        return self._cluster, self._node, self._service, self._ports, self._local

    def _name(self) -> None:
        names = ("cluster", "node", "service", "ports", "local-port")
        for field, name in zip(self._fields, names, strict=True):
            field.setObjectName(name)
        self._list.setObjectName("jobs")
        self._browser.setObjectName("open-browser")

    def _offer(self, before: TunnelTarget | None) -> None:
        """What was last opened; the same node may be another's by now, so the jobs decide."""
        if before is None:
            self._chose_service(0)
            return
        self._cluster.setCurrentText(before.cluster)
        self._node.setText(before.node)
        self._ports.setText(" ".join(str(remote) for _, remote in before.ports))
        self._service.setCurrentIndex(tunnel_view.service_of(self._ports.text()))

    def _lay_out(self) -> None:
        cluster, jobs, node, service, ports, local = self._labels
        form = QFormLayout()
        form.setSpacing(GRID_PX)
        form.addRow(cluster, self._cluster)
        form.addRow(*self._job_row(jobs))
        form.addRow(node, self._node)
        form.addRow(service, self._service)
        form.addRow(ports, self._ports)
        form.addRow(local, self._local)
        buttons = QHBoxLayout()
        buttons.addWidget(self._end)
        buttons.addStretch()
        for one in (self._copy, self._open, self._cancel):
            buttons.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        layout.addLayout(form)
        layout.addWidget(self._browser)
        layout.addWidget(words_label("server", SERVER))
        layout.addWidget(self._said)
        layout.addStretch(1)
        layout.addLayout(buttons)

    def _job_row(self, text: str) -> tuple[QLabel, QVBoxLayout]:
        """The list, or what is said in its place."""
        label = QLabel(text)
        label.setBuddy(self._list)
        self._list.setAccessibleName(text.replace("&", ""))
        field = QVBoxLayout()
        field.addWidget(self._list)
        field.addWidget(self._jobs_said)
        return label, field
