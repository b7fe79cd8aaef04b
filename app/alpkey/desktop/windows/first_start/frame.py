"""The frame of the first start, with one page after the other, and that of a single page."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.desktop.file_watcher import FileWatcher
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.first_start.config import ConfigPage
from alpkey.desktop.windows.first_start.end import EndPage
from alpkey.desktop.windows.first_start.hosts import HostsPage
from alpkey.desktop.windows.first_start.key import KeyPage
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.first_start.protection import ProtectionPage
from alpkey.desktop.windows.renewal.steps import busy_bar
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    button,
    heading,
    window_title,
    words_label,
)

TITLE = "Set up Alpkey"
MINIMUM_WIDTH_PX = 72 * GRID_PX
SIZE_PX = (MINIMUM_WIDTH_PX, 56 * GRID_PX)  # all pages fit, so that the buttons do not move
PAGES: dict[Page, Callable[[SetupWorld], SetupPage]] = {
    Page.KEY: KeyPage,
    Page.CONFIG: ConfigPage,
    Page.HOSTS: HostsPage,
    Page.PROTECTION: ProtectionPage,
    Page.END: EndPage,
}
# Those that can be opened by themselves, by the name of their window.
SINGLE_PAGES: dict[str, Callable[[SetupWorld], SetupPage]] = {
    "ssh-config": ConfigPage,
    "host-keys": HostsPage,
    "passphrase": ProtectionPage,
}
_OPEN, _FINISHED, _CURRENT = "\N{WHITE CIRCLE}", "\N{CHECK MARK}", "\N{BLACK CIRCLE}"


class _Frame(Dialog):
    """A heading, the page that is shown, and one button for the action of the page.

    It can be closed at any time: what must not be interrupted is finished in the background.
    """

    def __init__(self, world: SetupWorld, title: str) -> None:
        super().__init__()
        self.world = world
        self._page: SetupPage | None = None
        self.setWindowTitle(window_title(title, world.site))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._heading = heading("heading")
        self._checking = words_label("checking")
        self._busy = busy_bar("Working")
        self._act = button("", self._do, "act")
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(*(2 * GRID_PX,) * 4)
        self._rows.setSpacing(GRID_PX)
        self._rows.addStrut(MINIMUM_WIDTH_PX)
        self._rows.addWidget(self._heading)
        self._rows.addWidget(self._checking)
        self._rows.addWidget(self._busy)
        self._filler = QWidget()
        self._rows.addWidget(self._filler, 1)
        self._buttons = QHBoxLayout()
        self._cancel = button("Cancel", self.close, "cancel")

    def _finish_layout(self, *buttons: QPushButton) -> None:
        self._rows.addLayout(self._buttons)
        self._buttons.addWidget(self._cancel)
        self._buttons.addStretch()
        for right_button in (*buttons, self._act):
            self._buttons.addWidget(right_button)
        self._act.setDefault(True)  # only a button inside the dialog can be its default

    def _add(self, page: SetupPage) -> None:
        page.hide()
        page.checked.connect(lambda: self._checked(page))
        page.done.connect(lambda: self._done(page))
        page.changed.connect(self._refresh)
        page.commands.idle.connect(self._idle)
        self._rows.addWidget(page, 1)

    def _check(self, page: SetupPage) -> None:
        """Have the page find out what there is to do; ``_checked`` follows."""
        if self._page is not None:
            self._page.hide()
        self._page = page
        self._heading.setText(page.title)
        self._checking.setText(f"{page.checking}\N{HORIZONTAL ELLIPSIS}" if page.checking else "")
        self._checking.setVisible(bool(page.checking))
        self._filler.show()
        self._refresh()
        page.check()

    def _show(self, page: SetupPage) -> None:
        self._checking.hide()
        self._filler.hide()
        page.show()
        announce(self, page.title)
        # First the focus, or it passes buttons that come and go, and a screen reader reads them.
        self._act.setEnabled(True)
        (page.first or self._act).setFocus()
        self._refresh()
        page.begin()
        QTimer.singleShot(0, self._grow)  # once the layouts know the new page

    def _grow(self) -> None:
        """Grow to the highest page so far; shrinking would move the buttons."""
        self.resize(self.size().expandedTo(self.sizeHint()))

    def _refresh(self) -> None:
        page = self._page
        if page is None:
            return
        self._act.setText(page.action or "&Go on")
        self._act.setEnabled(page.can_act and page.isVisibleTo(self))
        self._busy.setVisible(page.locks and not page.commands.is_idle and not page.can_act)

    def _do(self) -> None:
        if self._page is not None:
            self._page.act()

    def _checked(self, page: SetupPage) -> None:
        """The page knows what there is to do."""
        raise NotImplementedError

    def _done(self, page: SetupPage) -> None:
        if page is self._page:
            self._page_done()

    def _page_done(self) -> None:
        """The page that is shown has nothing left to do."""
        raise NotImplementedError

    @property
    def _all(self) -> list[SetupPage]:
        return self.findChildren(SetupPage)

    @property
    def _is_idle(self) -> bool:
        return all(page.commands.is_idle for page in self._all)

    def reject(self) -> None:
        """Escape and Cancel close as the window's own button does."""
        if self._is_idle:
            super().reject()
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        for page in self._all:
            page.stop()
        if self._is_idle:
            super().closeEvent(event)
        else:
            self.hide()
            event.ignore()

    def _idle(self) -> None:
        if not self.isVisible():
            self.close()


class FirstStart(_Frame):
    """From an empty home to a login.  Pages with nothing to do are skipped."""

    def __init__(self, world: SetupWorld, watch: FileWatcher) -> None:
        super().__init__(world, TITLE)
        self._pages = {name: make(world) for name, make in PAGES.items()}
        self._history: list[Page] = []
        self._wanted: Page | None = None
        self._progress = words_label("progress")
        self._rows.insertWidget(0, self._progress)
        for page in self._pages.values():
            self._add(page)
        self._back = button("&Back", self._go_back, "back")
        self._skip = button("&Skip", self._go_on, "skip")
        self._finish_layout(self._back, self._skip)
        self._watch = watch
        self._watch.changed.connect(self._follow)
        self.resize(*SIZE_PX)
        self._try(Page.KEY)

    def fill(self, username: str) -> None:
        """Fill in the username on the page that asks for it, if that is shown."""
        if isinstance(self._page, KeyPage):
            self._page.fill(username)

    def _go_on(self) -> None:
        if self._page is not None:
            self._skip_page(self._page)

    def _skip_page(self, page: SetupPage) -> None:
        """Go to the next page with something to do; after the last one close the window."""
        names = list(PAGES)
        at = names.index(page.page) + 1
        if at < len(names):
            self._try(names[at])
        else:
            self.close()

    def _go_back(self) -> None:
        """Go to the page shown before, whether or not anything is left to do there."""
        self._history.pop()
        self._wanted = self._history.pop()
        self._check(self._pages[self._wanted])

    def _try(self, name: Page) -> None:
        self._wanted, page = None, self._pages[name]
        if page.asks or page.is_needed:
            self._check(page)
        else:
            self._skip_page(page)

    def _checked(self, page: SetupPage) -> None:
        if page is not self._page or page.isVisibleTo(self):
            return
        if page.is_needed or page.page is self._wanted:
            self._history.append(page.page)
            self._show(page)
        else:
            self._skip_page(page)

    def _page_done(self) -> None:
        self._go_on()

    def _refresh(self) -> None:
        super()._refresh()
        if self._page is None:
            return
        shown = self._page.isVisibleTo(self)
        last = self._page.page is Page.END
        self._back.setVisible(shown and len(self._history) > 1)
        self._skip.setVisible(shown and not last)
        self._cancel.setVisible(not (shown and last))
        self._progress.setText("   ".join(map(self._progress_entry, PAGES)))

    def _progress_entry(self, name: Page) -> str:
        """A page is ticked for what is in order now, not for having been passed."""
        if self._page is not None and name is self._page.page:
            symbol = _CURRENT
        else:
            symbol = _FINISHED if self._is_finished(name) else _OPEN
        return f"{symbol} {name.value}"

    def _is_finished(self, name: Page) -> bool:
        names = list(PAGES)
        was_reached = self._page is not None and names.index(name) < names.index(self._page.page)
        return was_reached and not self._pages[name].is_needed

    def _follow(self) -> None:
        if self._page is not None:
            self._page.follow()


class OnePage(_Frame):
    """One of these pages by itself, whether or not it has anything to do."""

    def __init__(self, world: SetupWorld, make: Callable[[SetupWorld], SetupPage]) -> None:
        page = make(world)
        super().__init__(world, page.title)
        self._heading.hide()
        self._add(page)
        self._finish_layout()
        self._check(page)

    def _checked(self, page: SetupPage) -> None:
        if not page.isVisibleTo(self):
            self._show(page)

    def _page_done(self) -> None:
        self.close()
