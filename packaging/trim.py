"""What of everything that was collected goes into the bundle.

Carried: Python, Qt's widgets with their platforms, and the small xcb helpers that a desktop may
lack.  Left to the system: whatever has to fit the display, the drivers, the fonts or the locale of
the computer it runs on, for a second copy of those breaks where the first one is newer.
"""

import re

_PLUGINS = re.compile(
    r"plugins/("
    r"platforms/libq(xcb|wayland|offscreen|cocoa)"
    r"|iconengines/libqsvgicon"
    r"|imageformats/libqsvg"
    r"|styles/"
    r"|xcbglintegrations/libqxcb-egl"
    r"|platforminputcontexts/lib(ibus|compose)"
    r"|platformthemes/libqxdgdesktopportal"
    r"|wayland-(shell-integration/libxdg-shell|decoration-client/"
    r"|graphics-integration-client/libqt-plugin-wayland-egl)"
    r")"
)
_QT_UNUSED = re.compile(
    r"libQt6(EglFS\w*|EglFs\w*|Qml\w*|Quick\w*|Pdf\w*|VirtualKeyboard\w*|ShaderTools|Network)\.so"
    r"|Qt/(qml|translations|metatypes|resources)/"
)
_SYSTEM = re.compile(
    r"(^|/)lib("
    r"X11|X11-xcb|xcb|Xau|Xdmcp|Xext|Xrender|Xfixes|Xi|Xcursor|Xrandr|Xinerama|Xcomposite|Xdamage"
    r"|EGL|GL|GLX|GLdispatch|OpenGL|drm|gbm|wayland-\w+|epoxy"
    r"|fontconfig|freetype|expat|uuid|png16|brotli\w+|graphite2|harfbuzz|fribidi|thai|datrie"
    r"|dbus-1|systemd|cap|gcrypt|gpg-error|lz4|zstd|bsd|md|mount|blkid|selinux"
    r"|glib-2\.0|gobject-2\.0|gio-2\.0|gmodule-2\.0|gthread-2\.0|pcre2-8"
    r"|gtk-3|gdk-3|gdk_pixbuf-2\.0|cairo|cairo-gobject|pango\w*-1\.0|atk-1\.0|atk-bridge-2\.0|atspi"
    r"|pixman-1|jpeg|gssapi_krb5|krb5|k5crypto|krb5support|com_err|keyutils"
    r"|stdc\+\+|gcc_s"
    r")\.so"
)
# What pip wrote down as it installed: RECORD holds the hash of a script whose first line names the
# folder of the build, so two folders would give two packages.  Nothing at run time reads them.
_INSTALL_NOTES = re.compile(r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$")
_MAC_PLUGINS = re.compile(r"plugins/(?!platforms/|styles/|iconengines/|imageformats/libqsvg)")


def belongs(destination: str, *, macos: bool) -> bool:
    """Whether the file that was collected for ``destination`` goes into the bundle."""
    if "alpkey/resources/pictures/" in destination or _INSTALL_NOTES.search(destination):
        return False
    if destination.endswith(".icns") and not macos:
        return False
    if macos:
        return not _MAC_PLUGINS.search(destination) and "/translations/" not in destination
    if "Qt/plugins/" in destination:
        return bool(_PLUGINS.search(destination))
    return not (_QT_UNUSED.search(destination) or _SYSTEM.search(destination))
