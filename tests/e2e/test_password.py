"""The kept password: a real keychain, the real program, and a service that counts."""

import json
import secrets
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.conversation import Conversation, Row
from tests.e2e.inside import AT_END
from tests.e2e.terminal import Terminal
from tests.keychains import SecretServiceHost, secret_service


@pytest.fixture
def keeping(keychain: SecretServiceHost, home: Home) -> Home:
    """A home whose password is kept."""
    keep(home, {"password": home.centre.password})
    return home


def keep(home: Home, answer: dict[str, str], *more: str) -> None:
    typed = json.dumps(answer) + "\n"
    command = ("password", "keep", "--username", "alice", "--stdin", *more)
    assert home.json(*command, typed=typed)[0] == 0


def until_kept(talk: Conversation, field: str = "password") -> Row:
    """The question, once it says that this field need not be typed."""
    while True:
        ask = talk.until("ask")
        if is_kept(ask, field):
            return ask


def is_kept(ask: Row, name: str) -> bool:
    return any(one["kept"] for one in ask["fields"] if one["name"] == name)


def change_password(home: Home) -> None:
    home.centre.control("account", password=f"changed {secrets.token_hex(8)}")


def sent(home: Home) -> int:
    """How many requests with a password have reached the service."""
    return sum(one["had_password"] for one in home.centre.state()["requests"])


def renew_with_code_only(home: Home, otp: str | None = None) -> tuple[int, Row]:
    typed = json.dumps({"otp": otp or home.centre.otp()}) + "\n"
    return home.json("renew", "--stdin", typed=typed)


class TestPassword:
    def test_what_keep_and_forget_tell(self, keychain: SecretServiceHost, home: Home) -> None:
        typed = json.dumps({"password": "x"}) + "\n"
        done = home.json("password", "keep", "--username", "alice", "--stdin", typed=typed)
        assert done == (0, {"account": "alice", "kept": "password"})
        forget = ("password", "forget")
        assert home.json(*forget) == (0, {"account": "alice", "forgotten": True})
        assert home.json(*forget) == (0, {"account": "alice", "forgotten": False})

    def test_from_then_on_the_code_is_enough(self, keeping: Home) -> None:
        code, result = renew_with_code_only(keeping)
        assert (code, result["renewed"]) == (0, True)

    def test_a_form_learns_that_it_is_kept_and_never_what(self, keeping: Home) -> None:
        with keeping.talk() as talk:
            first = talk.next()
            assert not is_kept(first, "password")
            ask = until_kept(talk)
            assert ask["ask"] == first["ask"]
            assert [one["name"] for one in ask["fields"]] == ["username", "password", "otp"]
            talk.answer(ask, otp=keeping.centre.otp())
            assert talk.end()[0] == 0
        assert keeping.centre.password not in json.dumps(talk.rows)

    def test_what_is_typed_wins(self, keeping: Home) -> None:
        with keeping.talk() as talk:
            ask = until_kept(talk)
            talk.answer(ask, password="another", otp=keeping.centre.otp())
            again = talk.until("ask")
            assert again["error"]["code"] == "sign-in-refused"
            assert is_kept(again, "password")  # for it was not the kept one
            talk.answer(again, otp=keeping.centre.next_otp())
            assert talk.end()[0] == 0

    def test_it_is_not_sent_for_another_account(self, keeping: Home) -> None:
        with keeping.talk() as talk:
            ask = until_kept(talk)
            before = sent(keeping)
            talk.answer(ask, username="bobsmith", otp="123456")
            assert talk.until("ask")["error"]["code"] == "password-missing"
        assert sent(keeping) == before

    def test_forgotten_it_is_asked_for(self, keeping: Home) -> None:
        assert keeping.json("password", "forget")[0] == 0
        code, result = renew_with_code_only(keeping)
        assert (code, result["error"]["code"]) == (2, "password-missing")

    def test_what_somebody_else_removed_is_said(self, keeping: Home, tmp_path: Path) -> None:
        """With the desktop's own program, say."""
        other = tmp_path / "other"
        other.mkdir()
        with secret_service(other / "keychain") as empty:
            empty.unlock()
            keeping.environ |= empty.environ
            with keeping.talk() as talk:
                assert talk.until("warn")["code"] == "kept-gone"

    def test_a_typed_password_is_not_stored_unasked(
        self, keychain: SecretServiceHost, home: Home
    ) -> None:
        assert home.renew()[0] == 0
        assert home.json("password", "forget")[1]["forgotten"] is False

    def test_at_a_terminal(self, keychain: SecretServiceHost, home: Home) -> None:
        with Terminal(home.command("password", "keep"), home.environ) as terminal:
            terminal.wait_for("Username")
            terminal.type("alice\n")
            terminal.wait_for("Password: ")
            assert not terminal.echoes
            terminal.type(home.centre.password + "\n")
            terminal.wait_for("is in the keychain")
            assert terminal.end() == 0
        with Terminal(home.command("renew"), home.environ) as terminal:
            terminal.wait_for("Password: from the keychain")
            terminal.wait_for("Six-digit code: ")
            terminal.type(home.centre.otp() + "\n")
            assert terminal.end() == 0, terminal.shown
            assert home.centre.password not in terminal.shown

    def test_with_nobody_to_ask(self, keychain: SecretServiceHost, home: Home) -> None:
        code, result = home.json("password", "keep", "--username", "alice")
        assert (code, result["error"]["code"]) == (10, "secret-needed")
        assert "password" in result["error"]["next_step"]

    @pytest.mark.parametrize(
        ("arguments", "answer", "code"),
        [
            ((), {"password": "x"}, "username-missing"),
            (("--username", "a@b.ch"), {"password": "x"}, "username-unfit"),
            (("--username", "alice"), {"password": ""}, "secret-missing"),
            (("--username", "alice"), {"totp_secret": "x"}, "secret-missing"),
        ],
    )
    def test_what_cannot_be_kept(
        self,
        keychain: SecretServiceHost,
        home: Home,
        arguments: tuple[str, ...],
        answer: dict[str, str],
        code: str,
    ) -> None:
        command = ("password", "keep", *arguments, "--stdin")
        exit_code, result = home.json(*command, typed=json.dumps(answer) + "\n")
        assert (exit_code, result["error"]["code"]) == (2, code)


class TestRefusal:
    @pytest.fixture
    def refused(self, keeping: Home) -> Home:
        """A kept password that was refused once."""
        change_password(keeping)
        code, result = renew_with_code_only(keeping)
        assert (code, result["error"]["code"]) == (3, "sign-in-refused")
        return keeping

    def test_it_is_never_sent_twice(self, refused: Home) -> None:
        before = sent(refused)
        code, result = renew_with_code_only(refused)
        assert (code, result["error"]["code"]) == (2, "kept-refused")
        with refused.talk() as talk:
            assert talk.until("warn")["code"] == "kept-refused"
            ask = talk.until("ask", ask=1)
            assert not is_kept(ask, "password")
            talk.answer(ask, otp=refused.centre.otp())
            assert talk.until("ask", ask=2)["error"]["code"] == "kept-refused"
        assert sent(refused) == before

    def test_in_the_same_conversation_it_is_asked_for(self, keeping: Home) -> None:
        with keeping.talk() as talk:
            talk.answer(until_kept(talk), otp="000000")
            again = talk.until("ask")
            assert again["error"]["code"] == "sign-in-refused"
            assert not is_kept(again, "password")
            before = sent(keeping)
            talk.answer(again, otp=keeping.centre.otp())
            ask = talk.until("ask")
            assert ask["error"]["code"] == "kept-refused"
            assert sent(keeping) == before
            talk.answer(ask, password=keeping.centre.password, otp=keeping.centre.otp())
            assert talk.end()[0] == 0

    def test_the_same_one_typed_and_accepted_is_trusted_again(self, keeping: Home) -> None:
        """It was the code that was wrong."""
        assert renew_with_code_only(keeping, otp="000000")[0] == 3
        with keeping.talk() as talk:
            ask = talk.until("ask")
            while all(one["name"] != "keep" for one in ask["fields"]):
                ask = talk.until("ask")  # the keychain has answered
            talk.answer(ask, password=keeping.centre.password, otp=keeping.centre.otp())
            assert talk.end()[0] == 0
        assert renew_with_code_only(keeping)[0] == 0

    def test_another_one_typed_changes_nothing_of_what_is_kept(self, refused: Home) -> None:
        assert refused.renew()[0] == 0
        assert renew_with_code_only(refused)[1]["error"]["code"] == "kept-refused"

    def test_keeping_the_right_one_ends_it(self, refused: Home) -> None:
        keep(refused, {"password": refused.centre.password})
        assert renew_with_code_only(refused)[0] == 0

    def test_two_windows_send_it_once(self, keeping: Home) -> None:
        with keeping.talk() as one, keeping.talk() as two:
            first, second = until_kept(one), until_kept(two)
            change_password(keeping)
            one.answer(first, otp=keeping.centre.otp())
            assert one.until("ask")["error"]["code"] == "sign-in-refused"
            before = sent(keeping)
            two.answer(second, otp=keeping.centre.otp())
            assert two.until("ask")["error"]["code"] == "kept-refused"
            assert sent(keeping) == before


class TestWish:
    """The tick of a form."""

    def test_it_is_offered_where_there_is_a_keychain(
        self, keychain: SecretServiceHost, home: Home
    ) -> None:
        with home.talk() as talk:
            assert [one["name"] for one in talk.until("ask")["fields"]][-1] == "otp"
            ask = talk.until("ask")
            assert ask["fields"][-1] == {
                "name": "keep",
                "kind": "confirm",
                "kept": False,
                "value": None,
            }
            password, otp = home.centre.password, home.centre.otp()
            talk.answer(ask, password=password, otp=otp, keep=True)
            talk.until("step", id="kept")
            assert talk.end()[0] == 0
        assert renew_with_code_only(home)[0] == 0

    def test_it_is_not_offered_where_there_is_none(self, home: Home) -> None:
        with home.talk() as talk:
            talk.until("step", id="service-ready")
            ask = talk.rows[0]
            talk.answer(ask, password=home.centre.password, otp=home.centre.otp(), keep=True)
            warning = talk.until("warn", code="not-kept")
            assert "no keychain" in warning["params"]["title"]
            assert talk.end()[0] == 0
        assert sum(row["event"] == "ask" for row in talk.rows) == 1

    def test_after_a_refusal_nothing_is_kept(self, keychain: SecretServiceHost, home: Home) -> None:
        with home.talk() as talk:
            talk.answer(talk.until("ask"), password="wrong", otp="000000", keep=True)
            talk.until("ask", ask=2)
            talk.cancel()
            assert talk.end()[0] == 10
        assert home.json("password", "forget", "--username", "alice")[1]["forgotten"] is False


class TestTrouble:
    @pytest.mark.parametrize(
        ("how", "code"),
        [("kill", "keychain-absent"), ("lock", "keychain-locked")],
    )
    def test_a_renewal_goes_on_without(
        self, keychain: SecretServiceHost, keeping: Home, how: str, code: str
    ) -> None:
        getattr(keychain, how)()
        command = ("password", "forget")
        exit_code, result = keeping.json(*command)
        assert (exit_code, result["error"]["code"]) == (11, code)
        with keeping.talk() as talk:
            warning = talk.until("warn", code="kept-unread")
            assert warning["params"]["title"] == result["error"]["title"]
            password, otp = keeping.centre.password, keeping.centre.otp()
            talk.answer(talk.rows[0], password=password, otp=otp)
            assert talk.end()[0] == 0

    def test_one_that_hangs_is_left_behind(
        self, keychain: SecretServiceHost, keeping: Home
    ) -> None:
        keychain.stop()
        with keeping.talk() as talk:
            ask = talk.until("ask")
            talk.until("step", id="service-ready")
            talk.answer(ask, password=keeping.centre.password, otp=keeping.centre.otp())
            assert talk.end()[0] == 0

    def test_at_a_terminal_it_is_waited_for_and_then_left(
        self, keychain: SecretServiceHost, keeping: Home
    ) -> None:
        keychain.stop()
        with Terminal(keeping.command("renew"), keeping.environ) as terminal:
            terminal.wait_for("Waiting for the keychain")
            terminal.wait_for("does not answer")
            terminal.wait_for("Password: ")
            terminal.type(keeping.centre.password + "\n")
            terminal.wait_for("Six-digit code: ")
            terminal.type(keeping.centre.otp() + "\n")
            assert terminal.end() == 0, terminal.shown

    def test_cancelling_does_not_wait_for_one_that_hangs(
        self, keychain: SecretServiceHost, keeping: Home
    ) -> None:
        keychain.stop()
        with keeping.talk() as talk:
            talk.until("step", id="service-ready")
            talk.cancel()
            assert talk.end()[0] == 10

    @pytest.mark.parametrize("command", ["keep", "forget"])
    def test_without_a_keychain_the_commands_say_so(self, home: Home, command: str) -> None:
        arguments = ("password", command, "--username", "alice")
        more = ("--stdin",) if command == "keep" else ()
        typed = json.dumps({"password": "x"}) + "\n" if more else None
        code, result = home.json(*arguments, *more, typed=typed)
        assert (code, result["error"]["code"]) == (11, "keychain-absent")
        assert "never saved in a plain file" in result["error"]["detail"]


class TestCodeGenerator:
    @pytest.fixture
    def generating(self, keychain: SecretServiceHost, home: Home) -> Home:
        """A home whose code generator is kept."""
        home.centre.otp()  # the codes of earlier tests are forgotten
        keep(home, {"totp_secret": home.centre.facts.totp_secret}, "--code-generator")
        return home

    def test_from_then_on_the_password_is_enough(self, generating: Home) -> None:
        typed = json.dumps({"password": generating.centre.password}) + "\n"
        code, result = generating.json("renew", "--stdin", typed=typed)
        assert (code, result.get("renewed")) == (0, True), result

    def test_a_form_learns_it(self, generating: Home) -> None:
        with generating.talk() as talk:
            ask = until_kept(talk, "otp")
            assert not is_kept(ask, "password")
            talk.answer(ask, password="wrong")
            again = talk.until("ask")
            assert again["error"]["code"] == "sign-in-refused"
        assert generating.centre.facts.totp_secret not in json.dumps(talk.rows)

    @pytest.mark.parametrize("last", ["password", "totp"])
    def test_one_takes_the_place_of_the_other(self, generating: Home, last: str) -> None:
        keep(generating, {"password": generating.centre.password})
        if last == "totp":
            secret = generating.centre.facts.totp_secret
            keep(generating, {"totp_secret": secret}, "--code-generator")
        with generating.talk() as talk:
            ask = until_kept(talk, "password" if last == "password" else "otp")
            assert sum(one["kept"] for one in ask["fields"]) == 1

    @pytest.mark.parametrize("secret", ["not base32 1890!", "JBSWY3DP", "otpauth://hotp/a?x=1"])
    def test_a_secret_of_no_use_is_explained(
        self, keychain: SecretServiceHost, home: Home, secret: str
    ) -> None:
        typed = json.dumps({"totp_secret": secret}) + "\n"
        command = ("password", "keep", "--username", "alice", "--code-generator", "--stdin")
        code, result = home.json(*command, typed=typed)
        assert (code, result["error"]["code"]) == (2, "totp-unfit")
        assert secret not in json.dumps(result)

    @pytest.fixture
    def forbidding(self, generating: Home) -> Home:
        """The site changes its mind."""
        site = generating.path / "config/site.toml"
        text = site.read_text()
        site.write_text(text.replace("keeps_totp_secret = true", "keeps_totp_secret = false"))
        assert site.read_text() != text
        return generating

    def test_a_site_may_forbid_it(self, forbidding: Home) -> None:
        typed = json.dumps({"totp_secret": forbidding.centre.facts.totp_secret}) + "\n"
        command = ("password", "keep", "--code-generator", "--stdin")
        code, result = forbidding.json(*command, typed=typed)
        assert (code, result["error"]["code"]) == (2, "totp-forbidden")
        assert "another device" in result["error"]["title"]

    def test_one_kept_before_is_used_no_more(self, forbidding: Home) -> None:
        typed = json.dumps({"password": forbidding.centre.password}) + "\n"
        assert forbidding.json("renew", "--stdin", typed=typed)[1]["error"]["code"] == "otp-unfit"


@pytest.mark.parametrize("command", [("status",), ("agent", "list"), ("renew", "--if-needed")])
def test_what_needs_no_keychain_imports_none(
    home: Home, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert home.renew()[0] == 0
    place = tmp_path / "watching"
    place.mkdir()
    (place / "sitecustomize.py").write_text(TELL_IMPORTS)
    told = home.run(*command, PYTHONPATH=f"{place}:{home.environ['PYTHONPATH']}").stderr
    assert told.endswith("imported: []\n"), told


TELL_IMPORTS = f"""{AT_END}
import sys

HEAVY = {{"keyring", "secretstorage", "pyotp"}}
at_end(
    lambda: print("imported:", sorted(HEAVY & set(sys.modules)), file=sys.stderr, flush=True)
)
"""


def test_a_renewal_that_keeps_nothing_imports_no_keyring(home: Home, tmp_path: Path) -> None:
    """Without a form there is nothing to offer either."""
    place = tmp_path / "watching"
    place.mkdir()
    (place / "sitecustomize.py").write_text(TELL_IMPORTS)
    path = f"{place}:{home.environ['PYTHONPATH']}"
    command = ("renew", "--username", "alice", "--stdin")
    done = home.run(*command, typed=home.answer(), PYTHONPATH=path)
    assert done.returncode == 0
    assert done.stderr.endswith("imported: []\n"), done.stderr
