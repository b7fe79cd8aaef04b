"""A fake of ``alpkey renew --events``: the same lines, with no service behind it.

The code 000000 is refused, 999999 makes it end without a result, every other one is accepted; after
777777 the password was not saved.  With ``--browser`` or ``--device`` it shows where to sign in and
waits until it is cancelled; with ``signed-in`` as its first argument the sign-in succeeds at once.
With ``retired`` there is no service any more, with ``no-passwords`` it takes none.  ``foreign`` has
it first ask whether a key of another program may be replaced, ``stay`` whether to stay signed in.
With ``kept`` a keychain has the password, with ``generator`` the secret of the codes, and with
``offer`` nothing yet.
"""

import json
import sys

FIELDS = [
    {"name": "username", "kind": "text", "kept": False, "value": "alice"},
    {"name": "password", "kind": "secret", "kept": False, "value": None},
    {"name": "otp", "kind": "otp", "kept": False, "value": None},
]
KEEP = {"name": "keep", "kind": "confirm", "kept": False, "value": None}
LATE = {
    "kept": [FIELDS[0], {**FIELDS[1], "kept": True}, FIELDS[2]],
    "generator": [*FIELDS[:2], {**FIELDS[2], "kept": True}],
    "offer": [*FIELDS, KEEP],
}
QUESTION = {
    "name": "replace",
    "kind": "confirm",
    "kept": False,
    "value": "/home/alice/.ssh/cscs-key",
}
STAY = {"name": "keep_sign_in", "kind": "confirm", "kept": False, "value": "CSCS"}
REFUSED = {
    "code": "sign-in-refused",
    "title": "Username, password or code is wrong",
    "detail": "CSCS does not say which.",
    "next_step": "Wait for the next code.",
    "retryable": True,
    "params": {},
}
CANCELLED = {**REFUSED, "code": "cancelled", "title": "Cancelled"}


def emit(**row: object) -> None:
    print(json.dumps(row), flush=True)  # noqa: T201  stdout is its voice


PAGES = {
    "--browser": {"kind": "browser", "url": "https://auth/page", "user_code": None},
    "--device": {
        "kind": "device",
        "url": "https://auth/device?user_code=ABCD-EFGH",
        "short_url": "https://auth/device",
        "user_code": "ABCD-EFGH",
        "qr": ["010", "101", "010"],
    },
}
RETIRED = {
    **REFUSED,
    "code": "service-retired",
    "title": "CSCS has retired this way to get a key",
    "detail": "The service is gone. Your password was not sent.",
}
NO_PASSWORDS = {
    **REFUSED,
    "code": "password-not-allowed",
    "title": "CSCS wants you to sign in with your browser",
}
ENDS = {"retired": RETIRED, "no-passwords": NO_PASSWORDS}


def external() -> None:
    """A renewal with an external sign-in."""
    if "foreign" in sys.argv:
        emit(event="ask", ask=1, fields=[QUESTION], error=None)
        sys.stdin.readline()
    emit(v=1, event="show", **next(PAGES[argument] for argument in sys.argv if argument in PAGES))
    if sys.argv[1] == "stay":
        emit(event="ask", ask=2, fields=[STAY], error=None)
        emit(event="warn", code="answered", params=json.loads(sys.stdin.readline()))
    if sys.argv[1] == "signed-in":
        for step in ("signed-in", "issued", "installed"):
            emit(event="step", id=step, params={})
        emit(event="done", result={"renewed": True, "cancelled_late": False})
    elif sys.argv[1] == "used-up" and "--replace" not in sys.argv:
        emit(event="failed", error={**REFUSED, "code": "quota-refused", "title": "No key is left"})
    elif json.loads(sys.stdin.readline()).get("cancel"):
        emit(event="failed", error=CANCELLED)


def main() -> None:
    if PAGES.keys() & set(sys.argv):
        external()
        return
    if error := ENDS.get(sys.argv[1]):
        emit(v=1, event="failed", error=error)
        return
    if "foreign" in sys.argv:
        emit(v=1, event="ask", ask=0, fields=[QUESTION], error=None)
        if json.loads(sys.stdin.readline()).get("cancel"):
            emit(event="failed", error=CANCELLED)
            return
    emit(v=1, event="ask", ask=1, fields=FIELDS, error=None)
    emit(event="step", id="service-ready", params={})
    if late := LATE.get(sys.argv[1]):
        emit(event="ask", ask=1, fields=late, error=None)
    for number, line in enumerate(sys.stdin, start=2):
        row = json.loads(line)
        if row.get("cancel"):
            emit(event="failed", error=CANCELLED)
            return
        emit(event="warn", code="answered", params={"values": row["values"]})
        match row["values"].get("otp"):
            case "999999":
                return
            case "000000":
                emit(event="ask", ask=number, fields=FIELDS, error=REFUSED)
            case code:
                for step in ("signed-in", "issued", "installed", "a-later-version"):
                    emit(event="step", id=step, params={})
                if code == "777777":
                    emit(
                        event="warn",
                        code="not-kept",
                        params={"title": "It is locked", "detail": ""},
                    )
                emit(event="a-later-version")
                emit(event="done", result={"renewed": True, "cancelled_late": False})
                return


main()
