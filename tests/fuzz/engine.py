"""One target under atheris, until its bound: `python -m tests.fuzz.engine TARGET PROGRAM [libFuzzer's arguments]`.

PROGRAM is what libFuzzer calls itself by when it starts itself again, as a merge does.
The packages under test are instrumented as they are imported, so this module imports none of them before.
"""

import sys

import atheris


def main(arguments: list[str]) -> None:
    """Fuzz; libFuzzer ends the process."""
    with atheris.instrument_imports(include=["hub", "device_adapters", "alerts"]):
        from tests.fuzz.targets import TARGETS  # within the block: that is what instruments

    target = TARGETS[arguments[1]]
    mutator = target.mutator
    rest = arguments[2:]
    if mutator is None:
        atheris.Setup(rest, target.check)
    else:
        atheris.Setup(
            rest,
            target.check,
            custom_mutator=lambda octets, most, seed: mutator(bytes(octets), most, seed, _mutate),
        )
    atheris.Fuzz()


def _mutate(octets: bytes, most: int) -> bytes:
    changed: bytes = atheris.Mutate(octets, max(len(octets), 1) if most < len(octets) else most)
    return changed


if __name__ == "__main__":
    main(sys.argv)
