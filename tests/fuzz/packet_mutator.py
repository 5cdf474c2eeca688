"""Changes to a stream of MQTT packets that keep its frames: fixed headers stay right while bodies change."""

from collections.abc import Callable
from random import Random

from hub.ingest.front_door.fields import VARIABLE_INTEGER_MAX, write_variable
from hub.ingest.front_door.packet_types import PacketType

#: Changes bytes and returns at most so many, as libFuzzer's own mutation does.
Mutate = Callable[[bytes, int], bytes]

_FLAGS = {PacketType.PUBREL: 2, PacketType.SUBSCRIBE: 2, PacketType.UNSUBSCRIBE: 2}


def mutate_packets(octets: bytes, most: int, seed: int, mutate: Mutate, head: int) -> bytes:
    """Change one packet of what follows the first `head` octets, or how the packets follow each other.

    Every fourth time anything may change: broken frames are inputs, too.
    """
    dice = Random(seed)
    frames = split(octets[head:])
    if dice.random() < 0.25 or not frames:
        return mutate(octets, most)
    at = dice.randrange(len(frames))
    first, body = frames[at]
    match dice.randrange(6):
        case 0:
            frames.insert(dice.randrange(len(frames) + 1), (first, body))
        case 1:
            del frames[at]
        case 2:
            other = dice.randrange(len(frames))
            frames[at], frames[other] = frames[other], frames[at]
        case 3:
            kind = dice.choice(list(PacketType))
            frames[at] = (kind << 4 | _FLAGS.get(kind, dice.choice((0, 0, 2, 4, 10))), body)
        case _:
            frames[at] = (first, mutate(body or b"\0", min(most, len(body) + 64)))
    changed = octets[:head] + b"".join(bytes((kind,)) + write_variable(len(rest)) + rest for kind, rest in frames)
    return changed[:most]


def split(stream: bytes) -> list[tuple[int, bytes]]:
    """First byte and body of each packet; the rest of a broken stream is the body of its last."""
    frames = []
    at = 0
    while at < len(stream):
        first, start = stream[at], at + 1
        length = shift = 0
        while start < len(stream) and shift < 28:
            byte = stream[start]
            start += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        at = start + min(length, VARIABLE_INTEGER_MAX)
        frames.append((first, stream[start:at]))
    return frames
