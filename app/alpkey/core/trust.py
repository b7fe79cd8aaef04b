"""Which files of settings are believed: they say where passwords go."""


def distrust(mode: int, owner: int, me: int) -> str | None:
    """Why a file with this mode and owner is not to be believed, in words; None where it is.

    It has to belong to ``me`` or to root, and nobody else may write it.
    """
    if mode & 0o022 or owner not in (0, me):
        return "another person may write it (chmod go-w mends that)"
    return None
