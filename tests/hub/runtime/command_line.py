"""The command `hub` as a person runs it: another process, from a folder that has nothing to do with the source."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[3]


class CommandLine:
    """`hub` on a data directory of its own."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        self._folder = data_dir
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            "HUB_DATA_DIR": str(data_dir),
            "PYTHONPATH": str(SOURCE),
            **variables,
        }

    def __call__(self, *arguments: str | Path, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.command(*arguments),
            env={**self.environment, **variables},
            cwd=self._folder,
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def json(self, *arguments: str | Path, **variables: str) -> Any:
        """The last line of the output as JSON; the command must have gone well."""
        done = self(*arguments, "--json", **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    @staticmethod
    def command(*arguments: str | Path) -> list[str | Path]:
        """The words of the command."""
        return [sys.executable, "-P", "-m", "hub", *arguments]
