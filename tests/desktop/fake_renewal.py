"""A fake of ``alpkey renew --events``: the same lines, with no service behind it.

The code 000000 is refused, 999999 makes it die without a word, every other one is accepted; after
777777 the password could not be kept.  With
``--browser`` or ``--device`` it shows where to sign in and waits until it is cancelled; with
``signed-in`` as its first argument somebody signs in there at once.  With ``retired`` there is no
service any more, with ``no-passwords`` it takes none.  With
``foreign`` as an argument it first asks whether a key of the person's own may be replaced, with
``stay`` whether to stay signed in; with
``kept`` a keychain has the password, with ``generator`` what makes the codes, and with ``offer``
nothing yet.
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


def tell(**row: object) -> None:
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


def elsewhere() -> None:
    """A renewal with a sign-in elsewhere."""
    if "foreign" in sys.argv:
        tell(event="ask", ask=1, fields=[QUESTION], error=None)
        sys.stdin.readline()
    if sys.argv[1] == "stay":
        tell(event="ask", ask=2, fields=[STAY], error=None)
        tell(event="warn", code="answered", params=json.loads(sys.stdin.readline()))
    tell(v=1, event="show", **next(PAGES[argument] for argument in sys.argv if argument in PAGES))
    if sys.argv[1] == "signed-in":
        for step in ("signed-in", "issued", "installed"):
            tell(event="step", id=step, params={})
        tell(event="done", result={"renewed": True, "cancelled_late": False})
    elif sys.argv[1] == "used-up" and "--replace" not in sys.argv:
        tell(event="failed", error={**REFUSED, "code": "quota-refused", "title": "No key is left"})
    elif json.loads(sys.stdin.readline()).get("cancel"):
        tell(event="failed", error=CANCELLED)


def main() -> None:
    if PAGES.keys() & set(sys.argv):
        elsewhere()
        return
    if error := ENDS.get(sys.argv[1]):
        tell(v=1, event="failed", error=error)
        return
    if "foreign" in sys.argv:
        tell(v=1, event="ask", ask=0, fields=[QUESTION], error=None)
        if json.loads(sys.stdin.readline()).get("cancel"):
            tell(event="failed", error=CANCELLED)
            return
    tell(v=1, event="ask", ask=1, fields=FIELDS, error=None)
    tell(event="step", id="service-ready", params={})
    if late := LATE.get(sys.argv[1]):
        tell(event="ask", ask=1, fields=late, error=None)
    for number, line in enumerate(sys.stdin, start=2):
        row = json.loads(line)
        if row.get("cancel"):
            tell(event="failed", error=CANCELLED)
            return
        tell(event="warn", code="answered", params={"values": row["values"]})
        match row["values"].get("otp"):
            case "999999":
                return
            case "000000":
                tell(event="ask", ask=number, fields=FIELDS, error=REFUSED)
            case code:
                for step in ("signed-in", "issued", "installed", "a-later-version"):
                    tell(event="step", id=step, params={})
                if code == "777777":
                    tell(
                        event="warn",
                        code="not-kept",
                        params={"title": "It is locked", "detail": ""},
                    )
                tell(event="a-later-version")
                tell(event="done", result={"renewed": True, "cancelled_late": False})
                return


main()
