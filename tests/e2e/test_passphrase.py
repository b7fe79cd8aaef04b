"""Passphrases from a terminal, a line and a window, on the key that logs in."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.inside import change_inside
from tests.e2e.terminal import Terminal
from tests.e2e.test_agent import held
from tests.e2e.test_import import CUT, certified, logs_in
from tests.e2e.test_secrets import family, find, readable
from tests.keychains import SecretServiceHost, secret_service
from tests.keys import KINDS, keygen, make_key

PHRASE = "marked Phräse 5519"
OTHER = "another one 8842"


def line(**values: str) -> str:
    return json.dumps(values) + "\n"


def set_to(home: Home, passphrase: str, **more: str) -> tuple[int, dict[str, object]]:
    typed = line(passphrase=passphrase, **more)
    return home.json("passphrase", "set", "--stdin", typed=typed)


def opens(key: Path, passphrase: str) -> bool:
    """Whether ssh-keygen opens the key with it."""
    command = ["ssh-keygen", "-y", "-P", passphrase, "-f", str(key)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def renewed(home: Home) -> Home:
    assert home.renew()[0] == 0
    return home


@pytest.fixture
def agent(renewed: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        renewed.environ["SSH_AUTH_SOCK"] = path
        yield path


def test_set_change_and_remove(renewed: Home) -> None:
    code, result = set_to(renewed, PHRASE)
    assert (code, result["changed"], result["encrypted"]) == (0, True, True)
    assert renewed.key.stat().st_mode & 0o777 == 0o600
    assert opens(renewed.key, PHRASE)
    assert not opens(renewed.key, "")
    assert set_to(renewed, OTHER, old_passphrase=PHRASE)[0] == 0
    assert opens(renewed.key, OTHER)
    typed = line(passphrase=OTHER)
    code, result = renewed.json("passphrase", "remove", "--stdin", typed=typed)
    assert (code, result["changed"], result["encrypted"]) == (0, True, False)
    assert opens(renewed.key, "")
    assert logs_in(renewed)
    code, result = renewed.json("passphrase", "remove")
    assert (code, result["changed"]) == (0, False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_the_persons_own(home: Home, tmp_path: Path, kind: str) -> None:
    """Of every type; through the agent it still logs in."""
    make_key(home.key, kind)
    assert home.json("import", "-", "--yes", typed=certified(home, home.key))[0] == 0
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert set_to(home, PHRASE)[0] == 0
        assert opens(home.key, PHRASE)
        assert len(held(path)) == 2
        assert logs_in(home)


def test_the_agent_gets_the_key_so_that_ssh_need_not_ask(renewed: Home, agent: str) -> None:
    assert set_to(renewed, PHRASE)[0] == 0
    assert [row.split()[-1] for row in held(agent)] == ["(ED25519)", "(ED25519-CERT)"]
    assert logs_in(renewed)
    subprocess.run(["ssh-add", "-q", "-D"], env={"SSH_AUTH_SOCK": agent}, check=True)
    code, result = renewed.json("agent", "load")
    assert (code, result["error"]["code"]) == (10, "passphrase-needed")
    assert "--stdin" in result["error"]["next_step"]
    for phrase, wanted in (("wrong one", 3), (PHRASE, 0)):
        typed = line(passphrase=phrase)
        assert renewed.json("agent", "load", "--stdin", typed=typed)[0] == wanted
    assert len(held(agent)) == 2
    assert renewed.json("agent", "load")[0] == 0  # it holds all, so nothing is asked
    assert logs_in(renewed)


def test_without_any_agent_it_is_said_what_that_means(renewed: Home, tmp_path: Path) -> None:
    """Not even one of ours can be started where there is no such program."""
    typed = line(passphrase=PHRASE)
    renewed.environ["PATH"] = str(tmp_path)
    done = renewed.run("passphrase", "set", "--stdin", typed=typed)
    assert done.returncode == 0
    assert "at each login" in done.stderr
    assert "is protected" in done.stdout


@pytest.mark.parametrize("text", ["", "abc", "two\nlines"])
def test_one_that_will_not_do_changes_nothing(renewed: Home, text: str) -> None:
    before = renewed.pair()
    code, result = set_to(renewed, text)
    wanted = {"": "missing", "abc": "short", "two\nlines": "unfit"}[text]
    assert isinstance(result["error"], dict)
    assert (code, result["error"]["code"]) == (2, f"passphrase-{wanted}")
    assert renewed.pair() == before


def test_a_wrong_old_one_changes_nothing(renewed: Home) -> None:
    set_to(renewed, PHRASE)
    before = renewed.pair()
    assert set_to(renewed, OTHER, old_passphrase="not it")[0] == 3
    assert set_to(renewed, OTHER)[0] == 2
    assert renewed.json("passphrase", "remove", "--stdin", typed=line(passphrase="no"))[0] == 3
    assert renewed.json("passphrase", "remove")[0] == 10
    assert renewed.pair() == before


def test_without_a_key_there_is_nothing_to_protect(home: Home) -> None:
    assert set_to(home, PHRASE)[0] == 6
    home.key.write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    code, result = set_to(home, PHRASE)
    assert isinstance(result["error"], dict)
    assert (code, result["error"]["code"]) == (9, "key-unreadable")
    assert "puttygen" in str(result["error"]["detail"])


def test_at_a_terminal_it_is_asked_twice_and_not_echoed(renewed: Home, tmp_path: Path) -> None:
    command = renewed.command("passphrase", "set")
    with Terminal(command, renewed.environ) as terminal:
        for again in ("not the same", PHRASE):
            terminal.wait_for("Passphrase: ")
            terminal.type(PHRASE + "\n")
            terminal.wait_for("again: ")
            terminal.type(again + "\n")
        terminal.wait_for("is protected")
        assert terminal.end() == 0
        assert terminal.shown.count("differ") == 1
    assert PHRASE not in terminal.shown
    assert opens(renewed.key, PHRASE)
    with Terminal(command, renewed.environ) as terminal:
        for old in ("wrong", PHRASE):
            terminal.wait_for("until now: ")
            terminal.type(old + "\n")
        for prompt in ("Passphrase: ", "again: "):
            terminal.wait_for(prompt)
            terminal.type(OTHER + "\n")
        assert terminal.end() == 0
    assert opens(renewed.key, OTHER)
    assert find(PHRASE, tmp_path) == find(OTHER, tmp_path) == []


def test_agent_load_asks_at_a_terminal(renewed: Home, agent: str) -> None:
    set_to(renewed, PHRASE)
    subprocess.run(["ssh-add", "-q", "-D"], env={"SSH_AUTH_SOCK": agent}, check=True)
    with Terminal(renewed.command("agent", "load"), renewed.environ) as terminal:
        for phrase in ("wrong", PHRASE):
            terminal.wait_for("Passphrase: ")
            terminal.type(phrase + "\n")
        assert terminal.end() == 0
    assert len(held(agent)) == 2


def test_cancelled_at_every_prompt_nothing_changes(renewed: Home) -> None:
    set_to(renewed, PHRASE)
    before = renewed.pair()
    for command in (("passphrase", "set"), ("passphrase", "remove")):
        with Terminal(renewed.command(*command), renewed.environ) as terminal:
            terminal.wait_for("assphrase")
            terminal.press("\x03")
            assert terminal.end() == 10
            assert terminal.echoes
    assert renewed.pair() == before


def test_the_conversation_of_a_window(renewed: Home) -> None:
    with renewed.converse("passphrase", "set") as talk:
        ask = talk.until("ask")
        assert [one["name"] for one in ask["fields"]] == ["passphrase", "passphrase_again"]
        assert {one["kind"] for one in ask["fields"]} == {"secret"}
        talk.answer(ask, passphrase="abc", passphrase_again="abc")
        ask = talk.until("ask")
        assert ask["error"]["code"] == "passphrase-short"
        talk.answer(ask, passphrase=PHRASE, passphrase_again=PHRASE)
        talk.until("step", id="protected")
        code, last = talk.end()
    assert (code, last["result"]["encrypted"]) == (0, True)
    assert PHRASE not in json.dumps(talk.rows)


def test_no_process_and_no_file_shows_one(renewed: Home, agent: str, tmp_path: Path) -> None:
    """Neither arguments nor environment, of us or of a child, from the answer to the end."""
    with renewed.converse("passphrase", "set") as talk:
        ask = talk.until("ask")
        talk.answer(ask, passphrase=PHRASE, passphrase_again=PHRASE)
        process = Path(f"/proc/{talk.process.pid}")
        while talk.process.poll() is None:
            for shown in family(process):
                assert PHRASE.encode() not in readable(shown)
            if talk.next()["event"] == "done":
                break
        assert talk.end()[0] == 0
    assert find(PHRASE, tmp_path) == []


def test_a_crash_leaves_none(renewed: Home, tmp_path: Path) -> None:
    change_inside(renewed, tmp_path, CRASH)
    done = renewed.run("passphrase", "set", "--stdin", typed=line(passphrase=PHRASE))
    assert done.returncode == 1
    assert PHRASE not in done.stdout + done.stderr
    assert list((renewed.path / "logs").glob("crash-*.txt"))
    assert find(PHRASE, tmp_path) == []


CRASH = """
from alpkey.adapters.keys import key_crypto

def recoded(private, old, new):
    raise RuntimeError(str(new))

key_crypto.recoded = recoded
"""


def test_the_open_key_is_never_in_another_file(renewed: Home, tmp_path: Path) -> None:
    """Not even in one that is staged beside it and left there by a cut."""
    bare = renewed.key.read_text().splitlines()[3]
    plain = dict(renewed.environ)
    change_inside(renewed, tmp_path, CUT.format(nth=1))
    assert renewed.run("passphrase", "set", "--stdin", typed=line(passphrase=PHRASE)).returncode
    renewed.environ = plain
    assert find(bare, tmp_path) == [renewed.key]
    assert set_to(renewed, PHRASE)[0] == 0
    assert find(bare, tmp_path) == []


def test_a_cut_at_the_rename_leaves_the_old_key(renewed: Home, tmp_path: Path) -> None:
    before = renewed.pair()
    change_inside(renewed, tmp_path, CUT.format(nth=1))
    done = renewed.run("passphrase", "set", "--stdin", typed=line(passphrase=PHRASE))
    assert done.returncode == 99
    assert renewed.pair() == before
    assert renewed.key.stat().st_mode & 0o777 == 0o600


def test_a_key_of_another_file_behind_a_link(renewed: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere key"
    renewed.key.rename(elsewhere)
    renewed.key.symlink_to(elsewhere)
    assert set_to(renewed, PHRASE)[0] == 0
    assert renewed.key.is_symlink()
    assert opens(elsewhere, PHRASE)


def test_ssh_keygen_s_own_passphrase_is_taken_off(renewed: Home) -> None:
    keygen("-q", "-p", "-P", "", "-N", PHRASE, "-f", renewed.key)
    typed = line(passphrase=PHRASE)
    assert renewed.json("passphrase", "remove", "--stdin", typed=typed)[0] == 0
    assert logs_in(renewed)


@pytest.fixture
def keychain(renewed: Home, tmp_path: Path) -> Iterator[SecretServiceHost]:
    with secret_service(tmp_path / "keychain") as running:
        running.unlock()
        renewed.environ |= running.environ
        yield running


def test_a_passphrase_that_only_the_keychain_knows(
    renewed: Home, keychain: SecretServiceHost, agent: str
) -> None:
    """Through renewals and an agent that forgot, nobody ever types it."""
    code, result = renewed.json("passphrase", "keychain")
    assert (code, result["changed"], result["encrypted"]) == (0, True, True)
    assert not opens(renewed.key, "")
    assert logs_in(renewed)
    before = renewed.key.read_bytes()
    assert renewed.renew()[1]["encrypted"] is True
    assert renewed.key.read_bytes() != before
    assert not opens(renewed.key, "")
    assert len(held(agent)) == 2
    subprocess.run(["ssh-add", "-q", "-D"], env={"SSH_AUTH_SOCK": agent}, check=True)
    assert renewed.json("agent", "load")[0] == 0
    assert logs_in(renewed)
    code, result = renewed.json("passphrase", "remove")
    assert (code, result["encrypted"]) == (0, False)
    assert opens(renewed.key, "")


def test_a_keychain_that_is_gone_is_no_reason_to_lose_a_renewal(
    renewed: Home, keychain: SecretServiceHost
) -> None:
    assert renewed.json("passphrase", "keychain")[0] == 0
    keychain.kill()
    assert renewed.json("passphrase", "remove")[0] == 10
    code, result = renewed.renew()
    assert (code, result["renewed"], result["encrypted"]) == (0, True, False)
    keychain.unlock()
    assert renewed.json("passphrase", "keychain")[1]["changed"] is True
    assert not opens(renewed.key, "")


def test_without_a_keychain_nothing_is_stored_in_its_place(renewed: Home) -> None:
    before = renewed.pair()
    code, result = renewed.json("passphrase", "keychain")
    assert (code, result["error"]["code"]) == (11, "keychain-absent")
    assert renewed.pair() == before


def test_whether_the_keychain_could_keep_it_is_told_and_nobody_asked(
    renewed: Home, keychain: SecretServiceHost
) -> None:
    before = renewed.pair()
    told = {}
    for state, bring_about in (("open", keychain.unlock), ("closed", keychain.lock)):
        bring_about()
        code, result = renewed.json("passphrase", "keychain", "--check")
        assert (code, result["changed"], result["encrypted"]) == (0, False, False)
        told[state] = result["keychain"]["usable"]
    keychain.kill()
    code, result = renewed.json("passphrase", "keychain", "--check")
    assert (code, result["keychain"]["usable"]) == (0, False)
    assert "no keychain" in result["keychain"]["trouble"]
    assert told == {"open": True, "closed": False}
    assert renewed.pair() == before
