"""Whom PostgreSQL runs as: it refuses root, so a hub started by root lends it an account and lets that account in.

Only search permission on the folders above is granted, to that one account where the file system knows access lists.
"""

import os
import pwd
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from hub.embedded.errors import EmbeddedDatabaseError

#: Accounts that exist on the machine already, in the order of preference; none is ever created.
CANDIDATES = ("postgres", "nobody")

_ACL_ATTRIBUTE = "system.posix_acl_access"
_ACL_VERSION = struct.Struct("<I")
_ACL_ENTRY = struct.Struct("<HHI")  # tag, permissions, id (linux/posix_acl_xattr.h)
_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_SEARCH = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user and group a program is started as."""

    uid: int
    gid: int


def account_for(data_directory: Path) -> Account | None:
    """Nobody else unless we are root; then the owner of existing data, else the first account of CANDIDATES."""
    if os.geteuid() != 0:
        return None
    if data_directory.exists():
        owner = data_directory.stat()
        if owner.st_uid != 0:
            return Account(uid=owner.st_uid, gid=owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedDatabaseError(
        "PostgreSQL refuses to run as root, and this machine has neither an account 'postgres' nor 'nobody': "
        "start the hub as another user, or set HUB_DATABASE_URL."
    )


def let_in(path: Path, account: Account | None) -> None:
    """Allow the account to pass through every folder above and including `path`."""
    if account is None:
        return
    for directory in [path, *path.parents]:
        if not may_search(directory, account):
            grant_search(directory, account)


def let_read(tree: Path, account: Account | None) -> None:
    """Make the wheel's own files readable where an umask installed them for root alone; they hold no secrets."""
    if account is None or tree.stat().st_mode & stat.S_IROTH:
        return
    for folder, _, names in os.walk(tree):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def may_search(directory: Path, account: Account) -> bool:
    """Whether the account can pass through this folder now."""
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    entries = _access_list(directory)
    mask = next((permissions for tag, permissions, _ in entries if tag == _MASK), 7)  # a later chmod narrows it
    for tag, permissions, holder in entries:
        if tag == _USER and holder == account.uid:
            return bool(permissions & mask & _SEARCH)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def grant_search(directory: Path, account: Account) -> None:
    """Let the account pass through one folder: by an access list, or for everybody where there are none."""
    entries = [entry for entry in _access_list(directory) if entry[::2] != (_USER, account.uid) and entry[0] != _MASK]
    entries.append((_USER, _SEARCH, account.uid))
    mask = 0
    for tag, permissions, _ in entries:
        mask |= permissions if tag not in {_USER_OBJ, _OTHER} else 0
    entries.append((_MASK, mask, _NO_ID))
    packed = b"".join(_ACL_ENTRY.pack(*entry) for entry in sorted(entries, key=lambda entry: (entry[0], entry[2])))
    try:
        os.setxattr(directory, _ACL_ATTRIBUTE, _ACL_VERSION.pack(2) + packed)
    except OSError:
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | stat.S_IXOTH)


def _access_list(directory: Path) -> list[tuple[int, int, int]]:
    """The folder's access list as (tag, permissions, id); made from its mode where it has none."""
    try:
        raw = os.getxattr(directory, _ACL_ATTRIBUTE)
    except OSError:
        mode = directory.stat().st_mode
        return [(_USER_OBJ, mode >> 6 & 7, _NO_ID), (_GROUP_OBJ, mode >> 3 & 7, _NO_ID), (_OTHER, mode & 7, _NO_ID)]
    return [(tag, permissions, holder) for tag, permissions, holder in _ACL_ENTRY.iter_unpack(raw[_ACL_VERSION.size :])]
