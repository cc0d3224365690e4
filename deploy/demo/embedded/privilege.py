"""PostgreSQL refuses to run as root. Started by root, it runs as an ordinary user of the machine instead.

That user keeps one right of root's, to pass folders it does not own, so that neither the clone nor the folders above
it have to be opened to everybody. Where the machine does not grant the right, the folders must be readable already.
"""

import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


def _set_capabilities(libc: ctypes.CDLL, mask: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable; low then high words
    libc.capset(ctypes.byref(header), ctypes.byref(data))


def ordinary_user() -> tuple[int, int] | None:
    """User and group that PostgreSQL runs as when root starts it; None when nobody has to change."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def give(path: Path) -> None:
    """Let the ordinary user own that folder or file."""
    user = ordinary_user()
    if user is not None:
        os.chown(path, *user)


def step_down() -> Callable[[], None] | None:
    """What a child of root does before it becomes PostgreSQL."""
    user = ordinary_user()
    if user is None:
        return None
    uid, gid = user
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def change() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        if libc is not None:
            _set_capabilities(libc, 1 << _CAP_DAC_OVERRIDE)
            libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)

    return change
