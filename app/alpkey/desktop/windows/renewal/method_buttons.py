"""The buttons that offer sign-in methods."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QPushButton

from alpkey.core.site import SignInMethod
from alpkey.desktop.windows.widgets import button

EXTERNAL_LABELS = {
    SignInMethod.BROWSER: "Sign in with the &browser",
    SignInMethod.DEVICE: "Sign in on another &device",
}
_LABELS = {**EXTERNAL_LABELS, SignInMethod.PASSWORD: "&Password and code"}


def method_buttons(
    choose: Callable[[SignInMethod], None], methods: Iterable[SignInMethod]
) -> list[QPushButton]:
    """A button for each of ``methods``, which calls ``choose`` with it."""
    return [
        button(_LABELS[method], partial(choose, method), f"sign-in-{method.value}")
        for method in methods
    ]
