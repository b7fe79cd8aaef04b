"""A key on demand: the Match line that has ssh run a small script, and that script."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from alpkey.core.look_line import VERSION
from alpkey.core.paths import Paths
from alpkey.core.site import Site
from alpkey.core.ssh.config_blocks import InvalidConfigPath

# What means something between single quotes to some shell, or to ssh between double ones.
_SPECIAL = "'\"\\!"

_FRESH = """\
#!/bin/sh
# Written by Alpkey. ssh runs this before it logs in to the centre; 'alpkey config undo' ends that.
# While the key is good it ends at once. Whatever it does, ssh goes on, unless it is to refuse.
# Its argument is the name of an account beside the first.
[ -z "$ALPKEY_PROBE" ] || exit 0
account=$1
look={look}
wanted={key}${{1:+-$1}}
if [ ! -e {intent}"${{1:+-$1}}" ] && [ -r "$look" ]; then
    now=$(date +%s)
    while read -r version after before _ _ _ size key; do
        [ "$key" = "$wanted" ] && [ "$version" = {version} ] && [ "$size" -gt 0 ] &&
            [ "$after" -le "$now" ] && [ "$now" -lt "$before" ] &&
            [ -e "$key-cert.pub" ] && [ ! "$key-cert.pub" -nt "$look" ] && exit 0
    done <"$look"
fi 2>/dev/null
for needed in {needed}; do
    [ -e "$needed" ] || exit 0
done
# ssh -G only asks what would be: our caller, or the caller of its shell.
set -f
parent=$PPID
for _ in 1 2 3; do
    # shellcheck disable=SC2046  # words are wanted
    set -- $(ps -o ppid= -o args= -p "$parent" 2>/dev/null)
    [ $# -gt 1 ] || break
    parent=$1
    for word; do
        case $word in
        -*[!46AaCfGgKkMNnqsTtVvXxYy]*) ;;
        -*G*) exit 0 ;;
        esac
    done
done
{home}exec {ensure} ${{account:+--account "$account"}}
"""


# Which OpenSSH knows RefuseConnection (its release notes); an older one would stop at the keyword.
KNOWS_REFUSAL = (10, 1)
_REFUSAL = "There is no good key. Get one with: alpkey renew"


def match_line(
    site: Site, places: Paths, *, account: str | None = None, refuses: bool = False
) -> str:
    """Has ssh run the script before each login to a host of the site.  Raises Unwritable.

    ssh passes the command to the user's own shell, of any kind: so it consists of a single call.
    ssh itself expands ``%`` in it (ssh_config(5), TOKENS).  With ``refuses`` a login for which
    there is no key ends at once, and no host is asked.  ``account`` is the name of the account
    whose hosts these are, None for the first.
    """
    path = str(places.fresh)
    if any(letter in _SPECIAL or ord(letter) < 32 for letter in path):
        raise InvalidConfigPath(path)
    names = ",".join(name for host in site.hosts for name in host.all_names)
    argument = f" {account}" if account else ""
    called = f"""exec "/bin/sh '{path.replace("%", "%%")}'{argument}\""""
    if refuses:
        return f'Match originalhost {names} !{called}\n    RefuseConnection "{_REFUSAL}"\n'
    return f"Match originalhost {names} {called}\n"


_CALLED = re.compile(
    r"""^\s*Match\s.*\bexec\s+"/bin/sh '(/[^']*/alpkey/fresh)'[^"]*\"""", re.IGNORECASE
)


def called_by(line: str) -> str | None:
    """The script that a copied line of Alpkey has ssh run, if it is one."""
    found = _CALLED.match(line)
    return found[1].replace("%%", "%") if found else None


def script(places: Paths, key: Path, ensure: Sequence[str], needed: Sequence[Path]) -> str:
    """The script (POSIX sh).

    ``key`` is the first account's private key, ``ensure`` our own command, and ``needed`` what it
    cannot do without.

    No login may ever fail because Alpkey was removed: then it does nothing.
    """
    home = f"export ALPKEY_HOME={shlex.quote(str(places.state.parent))}\n" if places.moved else ""
    return _FRESH.format(
        look=shlex.quote(str(places.look_file)),
        intent=shlex.quote(str(places.intent_of(None))),
        key=shlex.quote(str(key)),
        version=VERSION.decode(),
        needed=shlex.join(str(path) for path in needed),
        home=home,
        ensure=shlex.join(ensure),
    )
