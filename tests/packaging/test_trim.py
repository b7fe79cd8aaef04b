"""What goes into the bundle."""

import pytest
from trim import belongs

PLUGINS = "PySide6/Qt/plugins"


@pytest.mark.parametrize(
    "destination",
    [
        f"{PLUGINS}/platforms/libqxcb.so",
        f"{PLUGINS}/platforms/libqwayland.so",
        f"{PLUGINS}/platforms/libqoffscreen.so",
        f"{PLUGINS}/platformthemes/libqxdgdesktopportal.so",
        f"{PLUGINS}/wayland-shell-integration/libxdg-shell.so",
        "PySide6/Qt/lib/libQt6DBus.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "libxcb-cursor.so.0",
        "libxkbcommon-x11.so.0",
        "libcrypto.so.3",
        "libffi.so.8",
        "alpkey/resources/sites/cscs.toml",
        "keyring-25.7.0.dist-info/entry_points.txt",
    ],
)
def test_carried(destination: str) -> None:
    assert belongs(destination, macos=False)


@pytest.mark.parametrize(
    "destination",
    [
        f"{PLUGINS}/platforms/libqeglfs.so",
        f"{PLUGINS}/platformthemes/libqgtk3.so",
        f"{PLUGINS}/imageformats/libqjpeg.so",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/translations/qtbase_de.qm",
        "alpkey/resources/pictures/alpkey.png",
        "alpkey/resources/icons/io.github.alpkey.Alpkey.icns",
        "libX11.so.6",
        "libxcb.so.1",
        "libGL.so.1",
        "libfontconfig.so.1",
        "libglib-2.0.so.0",
        "libstdc++.so.6",
        "libdbus-1.so.3",
        "keyring-25.7.0.dist-info/RECORD",
        "keyring-25.7.0.dist-info/direct_url.json",
    ],
)
def test_left_out(destination: str) -> None:
    assert not belongs(destination, macos=False)


@pytest.mark.parametrize(
    ("destination", "carried"),
    [
        (f"{PLUGINS}/platforms/libqcocoa.dylib", True),
        (f"{PLUGINS}/styles/libqmacstyle.dylib", True),
        (f"{PLUGINS}/imageformats/libqjpeg.dylib", False),
        ("PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", True),
    ],
)
def test_on_macos(destination: str, carried: bool) -> None:
    assert belongs(destination, macos=True) is carried
