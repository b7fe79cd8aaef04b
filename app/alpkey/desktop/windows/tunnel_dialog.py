"""A new tunnel: to a service on a node, which is typed, or that of a running job.

The jobs are listed over ssh when the dialog opens, and again for another cluster, but only with a
usable key.
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

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.messages.describe import describe
from alpkey.core.results.ssh import CommandResult
from alpkey.core.results.tunnels import CancelledJobsResult, JobsResult, TunnelResult
from alpkey.core.site import Site
from alpkey.core.tunnels.record import TunnelTarget
from alpkey.desktop.child.command_tracker import ResultHandler
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.tunnels import JobLine
from alpkey.desktop.windows.command_dialog import CommandDialog
from alpkey.desktop.windows.widgets import (
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
    """``command`` is Alpkey's with these arguments; ``before`` is the tunnel to fill in.

    ``can_log_in``: whether the key is usable.
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
        self._jobs_note = words_label("jobs-note")
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
        self._open = button(self._open_text, self._open_tunnel, "open-tunnel")
        self._open.setDefault(True)
        self._copy = button(copy, self._copy_command, "copy-command")
        self._end = button(end, self._end_job, "end-job")
        self._cancel = button(cancel, self.close, "cancel")
        self._note = Note("tunnel-note")
        self._set_object_names()
        self._lay_out()
        self._fill_in(before)
        self._service.activated.connect(self._chose_service)
        self._ports.textEdited.connect(
            lambda text: self._service.setCurrentIndex(tunnel_view.service_of(text))
        )
        self._node.textEdited.connect(self._node_typed)
        self._cluster.currentIndexChanged.connect(lambda _: self.list_jobs())
        self.list_jobs()

    def list_jobs(self) -> None:
        """List the jobs again; a list for another cluster that is under way is cancelled."""
        self._show_jobs(())
        if not self._can_log_in:
            self._say_about_jobs(NO_KEY)
        elif not self.listing.is_idle:
            self._again = True
            self._say_about_jobs(LISTING)
            self.listing.stop()
        else:
            cluster = self._cluster.currentText()
            self._say_about_jobs(LISTING)
            self.listing.run(
                partial(self._listed, cluster),
                self._list_failed,
                *("jobs", "list", cluster, "--events"),
            )

    def commands_ended(self) -> None:
        """The list for another cluster is cancelled: start the one that is needed."""
        if self._again and self.listing.is_idle:
            self._again = False
            self.list_jobs()

    # Jobs

    def _listed(self, cluster: str, result: JobsResult) -> None:
        if cluster != self._cluster.currentText():
            return  # it arrived before it could be cancelled
        jobs = tunnel_view.running(result["jobs"])
        self._show_jobs(jobs)
        self._say_about_jobs("" if jobs else NO_JOBS)
        self._list.setCurrentRow(self._matching_row())
        announce(self, jobs[0].text if jobs else NO_JOBS)

    def _say_about_jobs(self, text: str) -> None:
        self._jobs_note.setText(text)
        self._jobs_note.setVisible(bool(text))
        QTimer.singleShot(0, self, self._grow)

    def _matching_row(self) -> int:
        """The row of the job on the node in the field; the first one unless a node was typed."""
        matches = [self._node.text() in job.nodes for job in self._jobs]
        return matches.index(True) if True in matches else -1 if self._typed else 0

    def _list_failed(self, error: ErrorObject) -> None:
        if not self._again:
            self._say_about_jobs(error_view.text(error))

    def _show_jobs(self, jobs: tuple[JobLine, ...]) -> None:
        self._jobs = jobs
        self._list.clear()
        self._list.addItems([job.text for job in jobs])
        self._list.setVisible(bool(jobs))
        self._end.setEnabled(False)

    def _node_typed(self, text: str) -> None:
        self._typed = bool(text)

    def _chose_job(self, row: int) -> None:
        self._end.setEnabled(row >= 0)
        if 0 <= row < len(self._jobs) and self._node.text() not in self._jobs[row].nodes:
            self._node.setText(self._jobs[row].nodes[0])

    def _end_job(self) -> None:
        """End it after a question, as that cannot be undone."""
        job = self._jobs[self._list.currentRow()]
        message = describe(Cancelled("job-question", path=job.text))
        ask(
            self,
            "job-question",
            message,
            "&End the job",
            "&Keep it",
            partial(self._cancel_job, job),
        )

    def _cancel_job(self, job: JobLine) -> None:
        cluster = self._cluster.currentText()
        done = partial(self._after_end, job)
        self._run(done, "jobs", "cancel", cluster, job.id, "--yes", "--events")

    def _after_end(self, job: JobLine, _: CancelledJobsResult) -> None:
        self._say(f"Ended: {job.text}")
        self.list_jobs()

    # The tunnel

    def _chose_service(self, number: int) -> None:
        if number < len(tunnel_view.SERVICES):
            self._ports.setText(str(tunnel_view.SERVICES[number][1]))
        else:
            self._ports.clear()
            self._ports.setFocus()

    def _open_tunnel(self) -> None:
        more = ["--open-browser"] if self._browser.isChecked() else []
        if (arguments := self._arguments()) and self._run(
            self._opened, *arguments, *more, "--background"
        ):
            waits = "" if self._can_log_in else " It waits for a new key."
            self._say(f"Connecting to {self._node.text().strip()}\N{HORIZONTAL ELLIPSIS}{waits}")

    def _opened(self, _: TunnelResult) -> None:
        self.close_once_idle()  # the page behind the dialog shows it

    def _copy_command(self) -> None:
        def copy(result: CommandResult) -> None:
            self._say(copied(shlex.join(result["command"])))

        if arguments := self._arguments():
            self._run(copy, *arguments, "--print")

    def _arguments(self) -> list[str]:
        """The input as a command; empty if something is missing, with the cursor there."""
        ports, local = map(tunnel_view.parse_ports, (self._ports.text(), self._local.text()))
        node = self._node.text().strip()
        faults = (
            (not node, self._node, "Type the name of the node, or choose a job."),
            (not ports, self._ports, "Type the port of the service: a number up to 65535."),
            (local is None, self._local, "Type a number up to 65535, or nothing."),
            (len(local or ()) > len(ports or ()), self._local, "Type one port for each service."),
        )
        for is_wrong, field, text in faults:
            if is_wrong:
                self._say(text)
                field.setFocus()
                return []
        local_options = [word for port in local or () for word in ("--local-port", str(port))]
        target = [self._cluster.currentText(), node, *map(str, ports or ())]
        return ["tunnel", "open", *target, *local_options, "--events"]

    def _run(self, on_done: ResultHandler, *arguments: str) -> bool:
        if not self.commands.is_idle:
            return False
        self._set_busy(True)
        self.commands.run(
            partial(self._ended, on_done), partial(self._ended, self._show_error), *arguments
        )
        return True

    def _ended(self, on_done: ResultHandler, result: Any) -> None:
        self._set_busy(False)
        on_done(result)

    def _set_busy(self, busy: bool) -> None:
        """While a command runs only Cancel can be used."""
        for widget in self._inputs:
            widget.setDisabled(busy)
        self._end.setDisabled(busy or self._list.currentRow() < 0)
        (self._cancel if busy else self._open).setFocus()

    def _show_error(self, error: ErrorObject) -> None:
        if error["code"] != Cancelled.default_code:
            self._say(error_view.text(error))

    def _say(self, text: str) -> None:
        self._note.say(text)
        QTimer.singleShot(0, self, self._grow)

    def _grow(self) -> None:
        """Grow to the height of the texts; never shrink below the size that the user chose."""
        if (layout := self.layout()) is not None:
            needed = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), needed))

    # Layout

    @property
    def _inputs(self) -> tuple[QWidget, ...]:
        return (*self._fields, self._list, self._browser, self._open, self._copy)

    @property
    def _fields(self) -> tuple[QWidget, ...]:
        return self._cluster, self._node, self._service, self._ports, self._local

    def _set_object_names(self) -> None:
        names = ("cluster", "node", "service", "ports", "local-port")
        for field, name in zip(self._fields, names, strict=True):
            field.setObjectName(name)
        self._list.setObjectName("jobs")
        self._browser.setObjectName("open-browser")

    def _fill_in(self, before: TunnelTarget | None) -> None:
        """Fill in the last tunnel; its node may be another user's by now, so the jobs decide."""
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
        for bottom_button in (self._copy, self._open, self._cancel):
            buttons.addWidget(bottom_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        layout.addLayout(form)
        layout.addWidget(self._browser)
        layout.addWidget(words_label("server", SERVER))
        layout.addWidget(self._note)
        layout.addStretch(1)
        layout.addLayout(buttons)

    def _job_row(self, text: str) -> tuple[QLabel, QVBoxLayout]:
        """The list of jobs, or the text that replaces it."""
        label = QLabel(text)
        label.setBuddy(self._list)
        self._list.setAccessibleName(text.replace("&", ""))
        field = QVBoxLayout()
        field.addWidget(self._list)
        field.addWidget(self._jobs_note)
        return label, field
