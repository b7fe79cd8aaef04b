"""One login, tried in earnest with nobody at the keyboard."""

from alpkey.actions.naming import check_name
from alpkey.actions.way_in import RemoteWorld, explained, unlock
from alpkey.core.events import Action
from alpkey.core.look import closed_doors


def try_login(name: str, world: RemoteWorld) -> Action:
    """The result holds ``host`` and ``logged_in``, which is true.

    Raises what tells why it failed: NoKey, KeyExpired or Unfit for a key that opens no doors, else
    what the doctor finds; and Unsuitable (``unknown-host``).
    """
    way = world.way
    config = way.own_files.write(way.look().account)
    check_name(name, way.site, way.resolver)
    if closed := closed_doors(way.look(), way.clock()):
        raise closed
    yield from unlock(way)
    ran = world.remote.run(name, config, ["true"])
    if not ran.logged_in:
        raise explained(ran.login(name), way)
    return {"host": name, "logged_in": True}
