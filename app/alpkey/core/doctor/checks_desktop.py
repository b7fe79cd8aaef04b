"""Checks of what surrounds a login: keychain, automatic renewals, desktop, installations."""

from datetime import datetime

from alpkey.core.doctor import buttons
from alpkey.core.doctor.check import Check, Params, when
from alpkey.core.doctor.observations import Observations
from alpkey.core.signin.methods import first_method
from alpkey.core.site import SignInMethod
from alpkey.core.timestamps import rfc3339


def _keychain_away(seen: Observations, _: datetime) -> Params | None:
    keychain = seen.keychain
    if keychain is None or keychain.code in (None, "keychain-locked"):
        return None
    return {"why": keychain.why}


def _auto_renewal_failed(seen: Observations, _: datetime) -> Params | None:
    failed = seen.known.auto_renewal_failed
    return {"code": failed[-1].code, "ended": rfc3339(failed[-1].at)} if failed else None


def _no_browser(seen: Observations, _: datetime) -> Params | None:
    """Only where the next sign-in is with a browser."""
    wanted = first_method(seen.site, seen.known.retired, seen.known.method) is SignInMethod.BROWSER
    return when(wanted and seen.desk and not seen.desk.browser)


def _two_alpkeys(seen: Observations, _: datetime) -> Params | None:
    paths = [str(path) for path in seen.installed or ()]
    return when(len(paths) > 1, paths=", ".join(paths))


def _crashed(seen: Observations, _: datetime) -> Params | None:
    reports = seen.crash_reports or ()
    return {"count": str(len(reports)), "newest": str(reports[-1])} if reports else None


CHECKS = (
    Check(
        "settings-unknown",
        "note",
        "The settings file has settings that this version does not know",
        "{keys}: left as they are, and not used. They are of a newer version, or misspelled.",
        "If one is misspelled, correct it in the file. See: alpkey settings",
        lambda seen, _: when(seen.unknown_settings, keys=", ".join(seen.unknown_settings)),
    ),
    Check(
        "keychain-away",
        "warning",
        "The keychain that holds your password cannot be asked",
        "{why}",
        "Start or repair it; or type the password at the next renewal.",
        _keychain_away,
    ),
    Check(
        "keychain-locked",
        "note",
        "The keychain that holds your password is locked",
        "It asks for its own password at the next renewal.",
        "Unlock it on your desktop, or type the password at the next renewal.",
        lambda seen, _: when(seen.keychain and seen.keychain.code == "keychain-locked"),
        button=buttons.RENEW,
        keep_advice=True,
    ),
    Check(
        "kept-refused",
        "warning",
        "The saved password was refused",
        "It is not sent again.",
        "Type the password at the next renewal; the new one can be saved again.",
        lambda seen, _: when(seen.known.kept != "nothing" and seen.known.kept_refused),
        after=("account-locked", "refused-often"),
        button=buttons.RENEW,
    ),
    Check(
        "silent-failed",
        "note",
        "The key was not renewed by itself",
        "The last automatic renewal ended without a key ({code}, {ended}).",
        "Renew it yourself: alpkey renew --browser",
        _auto_renewal_failed,
        button=buttons.RENEW,
    ),
    Check(
        "no-tray-host",
        "note",
        "This desktop shows no tray icons",
        "No program of this desktop shows them. The main window has the same content.",
        "On GNOME install the extension AppIndicator; else use: alpkey window main",
        lambda seen, _: when(seen.desk and seen.desk.tray_host is False),
    ),
    Check(
        "no-terminal",
        "note",
        "No terminal program was found",
        "'Connect' cannot open a window.",
        "Name yours in the setting 'terminal', or use: alpkey connect NAME --here",
        lambda seen, _: when(seen.desk and seen.desk.terminal is False),
        button=buttons.SETTINGS,
    ),
    Check(
        "no-browser",
        "note",
        "No browser can be opened here",
        "The centre wants you to sign in with one, and this session has none: no display, or no "
        "program that opens web pages.",
        "Sign in on another device: alpkey renew --device. Or install a browser and xdg-utils.",
        _no_browser,
    ),
    Check(
        "two-alpkeys",
        "note",
        "More than one Alpkey is installed",
        "{paths}: they may be of different versions, and the first one is what a shell starts.",
        "Keep one and remove the others the way they came.",
        _two_alpkeys,
    ),
    Check(
        "crash-reports",
        "note",
        "Alpkey crashed earlier and wrote a report",
        "Reports: {count}. The newest is {newest}",
        "Send it with a bug report. The note goes once the reports are deleted.",
        _crashed,
    ),
)
