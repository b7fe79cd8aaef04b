"""A finding of the doctor as the page shows it: pure functions of its JSON object."""

from alpkey.core.doctor.buttons import FIX, Button
from alpkey.core.doctor.diagnosis import find_check
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.results.doctor import FindingObject


def button(finding: FindingObject) -> Button | None:
    """What one click can do about it; None where only the user can do something."""
    if finding["fix"]:
        return FIX
    check = find_check(finding["id"])
    return check.button if check else None


def title(finding: FindingObject) -> str:
    return f"{doctor_messages.SEVERITIES[finding['severity']]}: {finding['title']}"


def lines(finding: FindingObject) -> list[str]:
    """What it means, what to do unless the button says it, and what follows from it."""
    shown, check = button(finding), find_check(finding["id"])
    advice = not (shown and shown.replaces_advice) or (check and check.keep_advice)
    consequences = [
        f"{doctor_messages.CONSEQUENCE}: {below['title']}. {below['detail']}"
        for below in finding["consequences"]
    ]
    return [finding["detail"], *([finding["next_step"]] if advice else []), *consequences]
