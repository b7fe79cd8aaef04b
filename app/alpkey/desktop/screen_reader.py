"""Whether a screen reader is active: then nothing closes or signs in by itself.

``QAccessible.isActive()`` is no answer: any program that reads the accessibility bus sets it.
"""

import sys

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

_STATUS = "org.a11y.Status"
_ENABLED = "ScreenReaderEnabled"


class ScreenReader(QObject):
    """``changed`` is emitted when one turns out to be active, or no longer is.

    Asked once the event loop runs, so that no window waits for the answer; until it comes, and
    where there is no answer, none is active.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._active = False
        QTimer.singleShot(0, self, self._ask_mac if sys.platform == "darwin" else self._ask_bus)

    @property
    def is_active(self) -> bool:
        return self._active

    def _ask_bus(self) -> None:
        """Ask at-spi2-core's launcher, which a session shares; it is not started for this."""
        from jeepney import DBusAddress, HeaderFields, MatchRule, Message, Properties

        from alpkey.desktop.bus import field, session_bus, succeeded

        def handle(signal: Message) -> None:
            if field(signal, HeaderFields.member) == "PropertiesChanged":
                _, changed, _ = signal.body
                if _ENABLED in changed:
                    self._learn(changed[_ENABLED])

        def take(answer: Message | None) -> None:
            if answer is not None and succeeded(answer):
                self._learn(answer.body[0])

        at = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface=_STATUS)
        bus = session_bus(self)
        bus.received.connect(handle)
        rule = MatchRule(
            type="signal",
            interface="org.freedesktop.DBus.Properties",
            member="PropertiesChanged",
            path=at.object_path,
        )
        rule.add_arg_condition(0, _STATUS)
        bus.listen(rule)
        bus.call(Properties(at).get(_ENABLED), take, start=False)

    def _ask_mac(self) -> None:
        """Ask ``defaults`` (1) for VoiceOver's own switch."""
        process = QProcess(self)

        def take() -> None:
            output = bytes(process.readAllStandardOutput().data())
            self._learn(("b", output.strip() == b"1"))

        process.finished.connect(take)
        process.start("defaults", ["read", "com.apple.universalaccess", "voiceOverOnOffKey"])

    def _learn(self, variant: tuple[str, object]) -> None:
        """``variant`` is a signature and a value, as D-Bus has them."""
        active = variant[1] is True
        if active is not self._active:
            self._active = active
            self.changed.emit()
