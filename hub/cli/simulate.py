"""`hub simulate` and `hub demo`: what the simulators do, started from here."""

import os
import signal
import subprocess
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from hub.cli.context import read_settings
from hub.cli.errors import CommandError
from hub.cli.registry import all_pages, in_registry
from hub.cli.serve import desk_url, python_module, python_path
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.storage.accounts import CreatedApiKey
    from hub.storage.database import Connection

DEMO_KEY_NAME = "hub demo"
_GLANCE_S = 0.2
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A fictional county must not get into a real database, listen to a real broker or text a real person.
_OUTSIDE = {"HUB_DATABASE_URL", "HUB_MQTT_SOURCES", "HUB_SMS"}


def simulate(context: typer.Context) -> None:
    """Simulate devices: one through a scenario, or a fleet of them (hub simulate --help, --list)."""
    from simulators.cli import app  # lives, scenarios and an MQTT client, of which no other command knows

    app(args=context.args, prog_name="hub simulate")


def demo(
    data_dir: Annotated[Path, typer.Option(help="Where the demonstration keeps its data.")] = Path(".demo"),
) -> None:
    """Run the hub with a fictional county of 200 people whose devices are simulated, until Ctrl-C.

    Ports are those of HUB_HTTP_PORT and HUB_MQTT_PORT. Its database is always its own, and its texts go to a file:
    nobody outside is ever reached, whatever else is set.
    """
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    environment = _demo_environment(data_dir)
    settings = read_settings(environment)
    log = data_dir / "hub.log"
    for stop_signal in _STOP_SIGNALS:  # also where a script's background job was told to ignore Ctrl-C
        signal.signal(stop_signal, signal.default_int_handler)
    hub = _start_hub(environment, log)
    try:
        if _wait_until_ready(hub, desk_url(settings)):
            _live(settings, data_dir)
        else:
            raise CommandError(f"The hub has not started:\n{_last_lines(log)}\n(all of it is in {log})")
    except KeyboardInterrupt:
        pass
    finally:
        for stop_signal in _STOP_SIGNALS:
            signal.signal(stop_signal, signal.SIG_IGN)
        hub.terminate()
        hub.wait()


def _demo_environment(data_dir: Path) -> dict[str, str]:
    """What is set from outside, but for everything that would lead out of the demonstration."""
    kept = {name: value for name, value in os.environ.items() if name not in _OUTSIDE}
    return {
        **kept,
        "HUB_CONFIG": os.devnull,
        "HUB_DATA_DIR": str(data_dir),
        "HUB_SMS": f"log:{(data_dir / 'sms.log').absolute()}",
        "PYTHONPATH": python_path(),
    }


def _start_hub(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    from hub.embedded.ties import die_with_parent

    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - ourselves
            python_module("hub", "serve"),
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C ends the devices first, then the hub
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - this process has one thread
        )


def _wait_until_ready(hub: subprocess.Popen[bytes], url: str) -> bool:
    """True when the hub is ready, False when it has ended instead."""
    import asyncio

    from hub.supervisor.doors import is_ready

    while hub.poll() is None:
        if asyncio.run(is_ready(url)):
            return True
        Event().wait(_GLANCE_S)
    return False


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-5:])


def _live(settings: Settings, data_dir: Path) -> None:
    from simulators.demo import run
    from simulators.hub_api import HubAwayError, HubRefusedError

    url = desk_url(settings)
    host = urlsplit(url).hostname or settings.bind
    try:
        run(url, _renew_key(settings).key, host, settings.mqtt_port, data_dir.absolute())
    except (HubAwayError, HubRefusedError) as failure:
        raise CommandError(str(failure)) from failure


def _renew_key(settings: Settings) -> "CreatedApiKey":
    """A new key for this run; those of earlier runs hold no longer."""
    from hub.storage.accounts import Role, create_api_key, list_api_keys, revoke_api_key
    from hub.storage.scope import Scope

    everything = Scope.everything()

    async def work(connection: "Connection") -> "CreatedApiKey":
        keys = await all_pages(lambda before, limit: list_api_keys(connection, everything, before=before, limit=limit))
        for key in keys:
            if key.name == DEMO_KEY_NAME and key.revoked_at is None:
                await revoke_api_key(connection, key.id, everything)
        return await create_api_key(connection, role=Role.ADMIN, name=DEMO_KEY_NAME, division_id=settings.division)

    return in_registry(settings, work)
