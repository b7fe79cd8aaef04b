"""Actions run in a world of named fakes: moments that no real service can be asked to have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from alpkey.actions.agent.load import AgentWorld, Refill, refill
from alpkey.actions.agent.selection import Agents
from alpkey.actions.keys.account_keys import KeysWorld
from alpkey.actions.keys.passphrase import PassphraseWorld
from alpkey.actions.renewal.classic import ClassicRenewalWorld
from alpkey.actions.renewal.gateway import GatewayRenewalWorld
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.sign_in import SignInWorld
from alpkey.actions.status import StatusWorld
from alpkey.adapters.keychain import otp
from alpkey.adapters.keys.pairs import CryptographyKeys
from alpkey.adapters.keys.passphrase import change_passphrase, made_passphrase
from alpkey.core.agent.ports import Agent
from alpkey.core.errors import Cancelled
from alpkey.core.events import NOT_YET, Action, Answer, Ask, Await, Event, Step, Warn
from alpkey.core.keys.certificate import read_certificate
from alpkey.core.secret import Secret
from alpkey.core.state.journal import fold
from alpkey.core.state.quota import from_journal
from alpkey.core.state.snapshot import Snapshot, Stamp
from alpkey.core.timestamps import Clock
from tests.contracts.fakes import (
    FakeAgent,
    FakeBackground,
    FakeCancellation,
    FakeJournal,
    FakeKeychain,
    FakeKeyFiles,
    FakeKeyService,
    FakeLock,
    FakeOwnAgent,
)
from tests.contracts.fakes_certificates import FakeCertificateService
from tests.core.sites import site

PASSWORD, OTP = "a password", "123456"
RIGHT: Mapping[str, Any] = {
    "username": "alice",
    "password": Secret(PASSWORD),
    "otp": Secret(OTP),
}


@dataclass
class Played:
    """What an action played, in order, and what it returned."""

    events: list[Event] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> list[str]:
        return [event.id for event in self.events if isinstance(event, Step)]

    @property
    def warnings(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, Warn)]

    @property
    def asks(self) -> list[Ask]:
        return [event for event in self.events if isinstance(event, Ask)]


def play(
    action: Action[object],
    *answers: Mapping[str, Any],
    on_event: Callable[[Event], object] = lambda _: None,
) -> Played:
    """Runs an action to its end; each question takes the next answer, and Cancel once none is left.

    News that are there come first.  Raises what the action raises.
    """
    played, given = Played(), list(answers)
    answer: Mapping[str, Any] | None = None
    while True:
        try:
            event = action.send(cast("Answer", answer))
            answer = None
            if isinstance(event, Await):
                if event.news and event.news.wait(0):
                    answer = NOT_YET
                    continue
                if not given:
                    action.throw(Cancelled())
                answer = given.pop(0)
                continue
        except StopIteration as end:
            played.result = end.value
            return played
        played.events.append(event)
        on_event(event)


class Fakes:
    """A whole world for renewals; each part can be given trouble of its own."""

    def __init__(self, folder: Path) -> None:
        self.key_path = folder / "cscs-key"
        self.service = FakeKeyService(folder, PASSWORD, OTP)
        self.files = FakeKeyFiles(self.key_path)
        self.journal = FakeJournal()
        self.lock = FakeLock()
        self.agent = FakeAgent()
        self.agent_to_use: Agent = self.agent
        self.own_agent = FakeOwnAgent()
        self.cancellation = FakeCancellation()
        self.keychain = FakeKeychain()
        self.background = FakeBackground()
        self.site = site()
        self.clock: Clock = lambda: datetime.now(UTC)
        self.gateway = FakeCertificateService(self.now)
        self.centre_now: datetime | None = None

    def empty_agent(self) -> None:
        for identity in self.agent.identities():
            self.agent.remove(identity.blob)

    def now(self) -> datetime:
        """By ``clock``, which a test may set."""
        return self.clock()

    def snapshot(self) -> Snapshot:
        pair = self.files.pair()
        certificate = read_certificate(pair.certificate.encode()) if pair else None
        stored = self.files.current()
        return Snapshot(
            account="alice",
            key_path=self.key_path,
            certificate_path=self.key_path.with_name("cscs-key-cert.pub"),
            quota=from_journal(fold(self.journal.facts(), "alice"), 5, self.now()),
            lead_time=timedelta(hours=2),
            certificate=certificate,
            has_key=pair is not None,
            encrypted=stored.encrypted if stored else None,
            stamp=Stamp(size=certificate.serial) if certificate else Stamp(),
        )

    @property
    def passphrase(self) -> PassphraseWorld:
        return PassphraseWorld(
            files=self.files,
            change_passphrase=change_passphrase,
            kept=self.keeping,
            lock=self.lock,
            cancellation=self.cancellation,
            status=self.renewal.status,
            make=made_passphrase,
        )

    @property
    def agent_use(self) -> AgentWorld:
        return AgentWorld(
            snapshot=self.snapshot,
            files=self.files,
            pairs=CryptographyKeys(),
            change_passphrase=change_passphrase,
            keychain=self.keychain,
            journal=self.journal,
            agents=Agents(lambda: self.agent_to_use, self.own_agent, lambda: None),
            clock=self.now,
        )

    @property
    def refill(self) -> Refill:
        return partial(refill, self.agent_use)

    @property
    def renewal(self) -> ClassicRenewalWorld:
        return ClassicRenewalWorld(
            site=self.site,
            service=self.service,
            files=self.files,
            pairs=CryptographyKeys(),
            lock=self.lock,
            cancellation=self.cancellation,
            status=StatusWorld(
                snapshot=self.snapshot,
                remember=lambda _: None,
                journal=self.journal,
                agents=Agents(lambda: self.agent, self.own_agent, lambda: None),
                clock=self.now,
            ),
            kept=self.keeping,
            change_passphrase=change_passphrase,
            refill=self.refill,
            centre_time=lambda: self.centre_now,
        )

    def signed(self, sign_in: SignInWorld) -> GatewayRenewalWorld:
        return GatewayRenewalWorld(
            site=self.site,
            sign_in=sign_in,
            service=self.gateway,
            remember_account=lambda _: None,
            files=self.files,
            pairs=CryptographyKeys(),
            lock=self.lock,
            cancellation=self.cancellation,
            status=self.renewal.status,
            kept=self.keeping,
            change_passphrase=change_passphrase,
            refill=self.refill,
            centre_time=lambda: self.centre_now,
        )

    def keys(self, sign_in: SignInWorld) -> KeysWorld:
        return KeysWorld(
            sign_in=sign_in,
            service=self.gateway,
            snapshot=self.snapshot,
            remember=lambda _: None,
            journal=self.journal,
            lock=self.lock,
            cancellation=self.cancellation,
            clock=self.now,
        )

    @property
    def keeping(self) -> SavedSecretsWorld:
        return SavedSecretsWorld(
            site=self.site,
            keychain=self.keychain,
            check_code_secret=otp.check,
            make_code=otp.code,
            run_in_background=self.background,
            journal=self.journal,
            lock=self.lock,
            cancellation=self.cancellation,
            clock=self.now,
        )
