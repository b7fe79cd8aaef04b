"""Try a real login that cannot ask anything."""

from alpkey.actions.ssh.access import RemoteWorld, explain_failure, unlock
from alpkey.actions.ssh.host_name import alias_for
from alpkey.core.events import Action
from alpkey.core.results.ssh import LoginResult
from alpkey.core.state.snapshot import closed_doors


def try_login(name: str, world: RemoteWorld) -> Action[LoginResult]:
    """Log in and out again.

    Raises why it failed: NoKey, KeyExpired or InvalidFile for an invalid key, else what the doctor
    finds; and InvalidInput (``unknown-host``).
    """
    access = world.access
    config = access.write_config(access.snapshot().account)
    name = alias_for(name, access.site, access.resolve)
    if closed := closed_doors(access.snapshot(), access.clock()):
        raise closed
    config = yield from unlock(access, config)
    ran = world.run_on_host(name, config, ["true"])
    if not ran.logged_in:
        raise explain_failure(ran.login(name), access)
    return {"host": name, "logged_in": True}
