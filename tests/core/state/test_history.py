from datetime import UTC, datetime, timedelta

from alpkey.core.state.history import history
from alpkey.core.state.journal_facts import Issued, MaybeIssued, Refused, Retired, Revoked

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def issued(attempt: str, serial: int) -> Issued:
    return Issued(AT, "alice", attempt, serial, "SHA256:a", AT + DAY, "/home/alice/.ssh/cscs-key")


def test_the_newest_comes_first_and_an_answered_request_is_one_event() -> None:
    facts = [
        MaybeIssued(AT, "alice", "1", AT + DAY),
        issued("1", 7),
        Retired(AT, "sshservice", True),
        MaybeIssued(AT, "alice", "2", AT + DAY),
        Refused(AT, "alice", "2", "sign-in-refused"),
        Revoked(AT, "alice", 7, "SHA256:a"),
    ]
    events = history(facts)
    assert [event["what"] for event in events] == ["revoked", "refused", "issued"]
    assert [event["serial"] for event in events] == ["7", None, "7"]
    assert events[1]["reason"] == "sign-in-refused"


def test_a_request_without_an_answer_is_shown() -> None:
    [event] = history([MaybeIssued(AT, "alice", "1", AT + DAY)])
    assert (event["what"], event["account"]) == ("no-answer", "alice")
