"""The kinds of control packet (section 2.1.2) and the versions that are spoken."""

from enum import IntEnum


class Version(IntEnum):
    """The protocol level of the CONNECT."""

    V3_1_1 = 4
    V5 = 5


class PacketType(IntEnum):
    """The upper four bits of a packet's first byte; WILL stands for the will's own property block."""

    WILL = 0
    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15
