"""What every key service keeps to: the classic one, over TLS against the sandbox, and the fake."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from alpkey.adapters.keys.pairs import CryptographyKeys
from alpkey.adapters.service.http import Http
from alpkey.adapters.service.sshservice import SshService
from alpkey.core.errors import AlpkeyError, NeedsBrowser, QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials, KeyService
from alpkey.core.site import Service
from tests.centre import Centre
from tests.contracts.fakes import FakeKeyService
from tests.core.sites import site

PASSWORD, OTP = "a password", "123456"


@dataclass(frozen=True)
class Subject:
    """A service, and what only its own side can bring about."""

    service: KeyService
    right: Callable[[], Credentials]
    use_up: Callable[[], object]
    retire: Callable[[], object]
    lose_the_answer: Callable[[], object]


def _real(centre: Centre) -> Subject:
    facts = centre.facts
    service = Service("sshservice", "sshservice", facts.service_url)
    return Subject(
        SshService(service, site(), Http(facts.ca_bundle)),
        lambda: Credentials("alice", Secret(centre.password), Secret(centre.otp())),
        partial(centre.control, "account", quota=0),
        partial(centre.fault, "retired"),
        partial(centre.fault, "cut-after"),
    )


def _fake(folder: Path) -> Subject:
    fake = FakeKeyService(folder, PASSWORD, OTP)
    lost = Unreachable("answer-lost", host="fake", reason="a test", retryable=True)
    return Subject(
        fake,
        lambda: Credentials("alice", Secret(PASSWORD), Secret(OTP)),
        partial(setattr, fake, "left", 0),
        partial(setattr, fake, "retired", True),
        partial(setattr, fake, "trouble", lost),
    )


@pytest.fixture(params=["classic", "fake"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    if request.param == "fake":
        return _fake(tmp_path)
    return _real(request.getfixturevalue("centre"))


class TestContract:
    def test_it_has_a_name_and_proves_itself(self, subject: Subject) -> None:
        assert subject.service.name
        subject.service.prove()
        subject.service.prove()

    def test_it_issues_a_pair_for_the_user(self, subject: Subject) -> None:
        certificate = CryptographyKeys().prove(subject.service.issue(subject.right()))
        assert certificate.principals == ("alice",)

    def test_each_time_it_is_another_pair(self, subject: Subject) -> None:
        pairs = [CryptographyKeys().prove(subject.service.issue(subject.right())) for _ in range(2)]
        assert pairs[0].serial != pairs[1].serial
        assert pairs[0].public_key != pairs[1].public_key

    @pytest.mark.parametrize("wrong", ["password", "otp"])
    def test_wrong_credentials_are_refused(self, subject: Subject, wrong: str) -> None:
        right = subject.right()
        values = {"password": right.password, "otp": right.otp, wrong: Secret("000000")}
        with pytest.raises(SignInRefused) as refused:
            subject.service.issue(Credentials("alice", values["password"], values["otp"]))
        assert refused.value.retryable

    @pytest.mark.parametrize(
        ("what", "error", "code"),
        [
            ("use_up", QuotaUsedUp, "quota-refused"),
            ("lose_the_answer", Unreachable, "answer-lost"),
        ],
    )
    def test_trouble_has_its_class_and_code(
        self, subject: Subject, what: str, error: type[AlpkeyError], code: str
    ) -> None:
        getattr(subject, what)()
        with pytest.raises(error) as raised:
            subject.service.issue(subject.right())
        assert raised.value.code == code

    def test_a_retired_one_does_not_prove_itself(self, subject: Subject) -> None:
        subject.retire()
        with pytest.raises(NeedsBrowser):
            subject.service.prove()
