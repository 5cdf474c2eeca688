"""The people of the soak: a fleet of simulated devices on an unreliable network, living fast, in a process of its own.

Speaks only the wire. Writes the id of each call the hub has acknowledged to a file, a line each:
`python -m tests.soak.county URL MQTT_PORT DEVICES SPEED DIRECTORY` with the API key in ANXIN_API_KEY.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from simulators.fleet import FleetOrder, run_fleet
from simulators.link import HubAddress
from simulators.network import Network
from simulators.notes import Happening, Note

ACKNOWLEDGED_FILE = "county-acknowledged.txt"
#: Is there as soon as the first device is: everybody is created by then.
ALIVE_FILE = "county-alive"
#: A link that breaks once in some hundred messages: with 60 devices, every few seconds somewhere.
NETWORK = Network(loss=0.004, duplicates=0.01, reorders=True, gives_up_after_s=15.0)
HAPPENS_EVERY = timedelta(seconds=15)


def live(url: str, mqtt_port: int, devices: int, speed: float, directory: Path) -> None:
    """Until it is ended."""
    with (directory / ACKNOWLEDGED_FILE).open("a", buffering=1) as acknowledged:

        def report(note: Note) -> None:
            if note.happening is Happening.ONLINE:
                (directory / ALIVE_FILE).touch()
            if note.happening is Happening.COMMITTED:
                acknowledged.write(f"{note.device_id} {note.details['event_id']}\n")

        run_fleet(
            FleetOrder(
                devices=devices,
                base_url=url,
                api_key=os.environ["ANXIN_API_KEY"],
                address=HubAddress(host="127.0.0.1", port=mqtt_port),
                register=directory / "fleet.jsonl",
                speed=speed,
                network=NETWORK,
                happens_every=HAPPENS_EVERY,
                report=report,
            )
        )


if __name__ == "__main__":
    live(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5]))
