"""Everything that is fuzzed, by name. A target is a check that raises for any input the code under it mishandles."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device_adapters.families import BUILT_IN
from tests.fuzz import (
    adapter_payloads,
    configured_texts,
    gateway_pdus,
    mqtt_codec,
    mqtt_connection,
    mqtt_session,
    recorded_files,
)
from tests.fuzz.packet_mutator import Mutate, mutate_packets

FOLDER = Path(__file__).parent
#: What libFuzzer starts from: small, minimised, one file an input.
CORPUS = FOLDER / "corpus"
#: Inputs that once broke something; they are replayed for ever.
FINDINGS = FOLDER / "findings"

#: A mutation that knows the shape of an input: input, size at most, seed, libFuzzer's own mutation.
Mutator = Callable[[bytes, int, int, Mutate], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One check with what helps to find inputs for it."""

    name: str
    check: Callable[[bytes], None]
    mutator: Mutator | None = None
    tokens: tuple[str, ...] = ()
    octets_max: int = 1024  #: Of an input; what is expensive because it is large is in `test_hostile_inputs.py`.

    def kept(self, folder: Path) -> list[Path]:
        """The inputs kept for this target, in an order that stays."""
        return sorted(path for path in (folder / self.name).glob("*") if path.is_file())


def _packets(head: int) -> Mutator:
    return lambda octets, most, seed, mutate: mutate_packets(octets, most, seed, mutate, head)


_FIELDS = (
    '"event"', '"sos_pressed"', '"readings"', '"measured_at"', '"occurred_at"', '"location"', '"lat"', '"lon"', '"id"',
    '"seq"', '"boot_id"', '"evidence"', '"ack"', '"online"', '"imei"', '"sos"', '"isOnline"', '"heartRate"', '"IMEI"',
    '"timeStamps"', '"data"', '"timestamp"', '"mac"', '"date"', '"inbed"', '"status"', "\\u0000", "\\ud800", "1e999",
    "iMEDE_watch/sos", "atom/g616/status/", "anxin/v1/d/up/event", "anxin/v1/d/up/telemetry", "anxin/v1/d/up/status",
)  # fmt: skip

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(name="mqtt_codec", check=mqtt_codec.check, mutator=_packets(mqtt_codec.HEAD_OCTETS)),
        Target(name="mqtt_session", check=mqtt_session.check, mutator=_packets(mqtt_session.HEAD_OCTETS)),
        Target(name="mqtt_connection", check=mqtt_connection.check, mutator=_packets(mqtt_session.HEAD_OCTETS)),
        *(
            Target(
                name=f"adapter_{family}",
                check=adapter_payloads.checking(family),
                mutator=adapter_payloads.mutate_message,
                tokens=_FIELDS,
            )
            for family in BUILT_IN
        ),
        Target(name="gateway_pdus", check=gateway_pdus.check, tokens=("id:", "stat:", "err:", "DELIVRD")),
        Target(
            name="recordings",
            check=recorded_files.check,
            mutator=adapter_payloads.mutate_lines,
            tokens=('"id"', '"devices"', '"modes"', '"mode"', '"from"', '"at"', '"topic"', '"payload"', '"encoding"'),
        ),
        Target(
            name="broker_addresses",
            check=configured_texts.check_broker_address,
            tokens=("mqtt://", "mqtts://", "filter=", "adapter=", "zone=", "division=", "window=", "keepalive="),
            octets_max=512,
        ),
        Target(
            name="text_addresses",
            check=configured_texts.check_text_address,
            tokens=("smpp://", "log:"),
            octets_max=512,
        ),
        Target(name="cursors", check=configured_texts.check_cursor, octets_max=512),
    )
}
