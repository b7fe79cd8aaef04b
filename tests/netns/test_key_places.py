"""Where a key can lie, on disk and in an agent, and what OpenSSH makes of our lines then."""

import shutil

import pytest

from tests.keys import keygen, make_key, sign
from tests.netns.centre import GOOD, RealCentre

EXPIRED = ("-n", "alice", "-V", "-2h:-1h")
PASSPHRASE = "of a test"


@pytest.fixture
def centre(running: RealCentre) -> RealCentre:
    """A home with a fresh key and our configuration."""
    running.give_key(*GOOD)
    assert running.alpkey("config", "apply", "--json").returncode == 0
    return running


def daint(centre: RealCentre, add: str = "true") -> str:
    """Where plain ssh gets to, or what it says; ``add`` fills a new agent of OpenSSH's own."""
    ssh = "ssh -o BatchMode=yes daint printenv REACHED"
    done = centre.run("ssh-agent", "sh", "-c", f"{{ {add}; }} >/dev/null 2>&1 || exit 99; {ssh}")
    return done.stdout.strip() or done.stderr or str(done.returncode)


def elsewhere(centre: RealCentre, *options: str) -> None:
    """The same key in the folder ``aside``, with a certificate of its own."""
    aside = centre.home / "aside"
    aside.mkdir(mode=0o700)
    for name in ("cscs-key", "cscs-key.pub"):
        shutil.copy(centre.key.with_name(name), aside / name)
    sign(centre.folder / "user_ca", aside / "cscs-key", *options)


def encrypt(centre: RealCentre) -> None:
    keygen("-q", "-p", "-P", "", "-N", PASSPHRASE, "-f", centre.key)


def test_the_certificate_on_disk_wins_over_a_fresh_one_in_the_agent(centre: RealCentre) -> None:
    """So both are renewed together."""
    elsewhere(centre, *GOOD)
    sign(centre.folder / "user_ca", centre.key, *EXPIRED)
    assert "Permission denied" in daint(centre, 'ssh-add "$HOME/aside/cscs-key"')


def test_a_stale_one_in_the_agent_does_no_harm(centre: RealCentre) -> None:
    elsewhere(centre, *EXPIRED)
    assert daint(centre, 'ssh-add "$HOME/aside/cscs-key"') == "daint"


def test_an_encrypted_key_needs_its_plain_key_in_the_agent(centre: RealCentre) -> None:
    """The certificate alone is not enough, so Alpkey adds both."""
    elsewhere(centre, *GOOD)
    encrypt(centre)
    assert "Permission denied" in daint(centre)
    both = 'ssh-add "$HOME/aside/cscs-key"'
    without_plain_key = (
        f'{both} && ssh-add -k -d "$HOME/aside/cscs-key" && ssh-add -L | grep -q cert'
    )
    assert "Permission denied" in daint(centre, without_plain_key)
    assert daint(centre, both) == "daint"


def test_seven_identities_of_the_person_before_ours_do_not_lock_out(centre: RealCentre) -> None:
    config = centre.home / ".ssh/config"
    lines = []
    for number in range(7):
        key = make_key(centre.home / f"theirs{number}")
        lines.append(f"  IdentityFile {key}\n")
    config.write_text("Host *\n" + "".join(lines) + config.read_text())
    assert daint(centre) == "daint"


def test_a_key_that_lives_in_the_agent_alone_needs_only_its_public_half(
    centre: RealCentre,
) -> None:
    """As with hardware: the certificate is named in our configuration."""
    elsewhere(centre, *GOOD)
    centre.key.unlink()
    assert daint(centre, 'ssh-add -k "$HOME/aside/cscs-key"') == "daint"
