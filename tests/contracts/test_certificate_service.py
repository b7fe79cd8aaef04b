"""What every service that certifies our keys keeps to: the gateway at the sandbox, and the fake."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from alpkey.adapters.service.gateway import Gateway
from alpkey.adapters.service.http import Http
from alpkey.core.errors import AlpkeyError, QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.keys.certificate import Certificate, read_certificate
from alpkey.core.keys.certificate_service import CertificateService
from alpkey.core.secret import Secret
from alpkey.core.site import Service
from tests.centre import Centre
from tests.contracts.fakes_certificates import FakeCertificateService
from tests.core.sites import site
from tests.keys import make_key
from tests.sandbox.openid_client import OpenIdClient

Deed = Callable[[], object]


@dataclass(frozen=True)
class Subject:
    """A service, and what only its own side can bring about."""

    service: CertificateService
    token: Secret
    api_key: Secret
    give: Callable[[int], object]
    lose_the_answer: Deed


def _real(centre: Centre) -> Subject:
    facts = centre.facts
    for one in centre.state()["issued"]:
        centre.control("revoke", serial=one["serial"])
    service = Service("gateway", "gateway", facts.gateway_url, token_url=facts.token_url)
    return Subject(
        Gateway(service, site(), Http(facts.ca_bundle)),
        Secret(OpenIdClient(centre).direct().json["access_token"]),
        Secret(facts.api_key),
        lambda quota: centre.control("account", quota=quota),
        partial(centre.control, "faults", call="sign", kind="cut-after"),
    )


def _fake() -> Subject:
    fake = FakeCertificateService()
    return Subject(
        fake,
        fake.token,
        fake.api_key,
        partial(setattr, fake, "limit"),
        partial(setattr, fake, "loses_the_answer", True),
    )


@pytest.fixture(params=["gateway", "fake"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "fake":
        return _fake()
    return _real(request.getfixturevalue("centre"))


@pytest.fixture
def public_line(tmp_path: Path) -> str:
    return make_key(tmp_path / "own").with_suffix(".pub").read_text()


def signed(subject: Subject, public_line: str) -> Certificate:
    return read_certificate(subject.service.sign(subject.token, public_line, "1d").encode())


class TestContract:
    def test_it_has_a_name(self, subject: Subject) -> None:
        assert subject.service.name

    def test_it_certifies_the_key_it_is_given(self, subject: Subject, public_line: str) -> None:
        first, second = (signed(subject, public_line) for _ in range(2))
        assert first.principals == ("alice",)
        assert first.public_key == second.public_key
        assert first.serial != second.serial

    def test_what_it_certified_is_listed(self, subject: Subject, public_line: str) -> None:
        certificate = signed(subject, public_line)
        [listed] = subject.service.listed(subject.token)
        assert (listed.serial, listed.certificate) == (certificate.serial, certificate)
        assert (listed.valid_before, listed.revoked_at) == (certificate.valid_before, None)

    def test_the_revoked_is_listed_only_when_asked_for(
        self, subject: Subject, public_line: str
    ) -> None:
        revoked, kept = (signed(subject, public_line) for _ in range(2))
        for _ in range(2):
            subject.service.revoke(subject.token, revoked.serial)
        assert [one.serial for one in subject.service.listed(subject.token)] == [kept.serial]
        every = {one.serial: one for one in subject.service.listed(subject.token, every=True)}
        assert every[revoked.serial].revoked_at is not None
        assert every[kept.serial].revoked_at is None

    def test_another_serial_is_refused(self, subject: Subject) -> None:
        with pytest.raises(SignInRefused) as refused:
            subject.service.revoke(subject.token, 1)
        assert refused.value.code == "request-refused"

    def test_a_token_that_opens_nothing_is_told_apart(
        self, subject: Subject, public_line: str
    ) -> None:
        old, service = Secret("old"), subject.service
        for call in (
            lambda: service.sign(old, public_line, "1d"),
            lambda: service.listed(old),
            lambda: service.revoke(old, 1),
        ):
            with pytest.raises(SignInRefused) as refused:
                call()
            assert refused.value.code == "token-refused"

    @pytest.mark.parametrize(
        ("quota", "error", "code"),
        [(0, QuotaUsedUp, "quota-refused"), (5, Unreachable, "answer-lost")],
    )
    def test_trouble_has_its_class_and_code(
        self,
        subject: Subject,
        public_line: str,
        quota: int,
        error: type[AlpkeyError],
        code: str,
    ) -> None:
        subject.give(quota)
        subject.lose_the_answer()
        with pytest.raises(error) as raised:
            subject.service.sign(subject.token, public_line, "1d")
        assert raised.value.code == code

    def test_what_is_revoked_gives_its_slot_back(self, subject: Subject, public_line: str) -> None:
        subject.give(1)
        certificate = signed(subject, public_line)
        with pytest.raises(QuotaUsedUp):
            signed(subject, public_line)
        subject.service.revoke(subject.token, certificate.serial)
        assert signed(subject, public_line).serial != certificate.serial

    def test_a_minute_is_given_though_the_quota_is_used_up(
        self, subject: Subject, public_line: str
    ) -> None:
        subject.give(0)
        assert subject.service.sign(subject.token, public_line, "1min")

    def test_the_list_tells_what_became_of_a_lost_answer(
        self, subject: Subject, public_line: str
    ) -> None:
        subject.lose_the_answer()
        with pytest.raises(Unreachable):
            subject.service.sign(subject.token, public_line, "1d")
        [listed] = subject.service.listed(subject.token)
        assert listed.certificate is not None
        assert listed.certificate.principals == ("alice",)

    def test_an_api_key_gives_a_token_for_a_program(
        self, subject: Subject, public_line: str
    ) -> None:
        token = subject.service.token_for(subject.api_key)
        line = subject.service.sign(token, public_line, "1min")
        assert read_certificate(line.encode()).principals != ("alice",)

    def test_another_api_key_is_refused(self, subject: Subject) -> None:
        with pytest.raises(SignInRefused) as refused:
            subject.service.token_for(Secret("another"))
        assert refused.value.code == "api-key-refused"
