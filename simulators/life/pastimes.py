"""What a person can be doing, and what that does to a body: one table, which every instrument reads."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where in or around the home."""

    BEDROOM = "bedroom"
    LIVING_ROOM = "living_room"
    KITCHEN = "kitchen"
    BATHROOM = "bathroom"
    YARD = "yard"
    OUT = "out"  #: Away from home: nothing that is fixed to a wall or a bed can see this person.


class Pastime(StrEnum):
    """What somebody does; the misfortunes are the last three."""

    SLEEPING = "sleeping"  #: In bed, at night. 睡觉
    NAPPING = "napping"  #: In bed, after lunch. 午睡
    TOILET = "toilet"  #: By day and by night. 如厕
    WASHING = "washing"  #: Getting up, and before bed. 洗漱
    COOKING = "cooking"  #: 做饭
    EATING = "eating"  #: 吃饭
    RESTING = "resting"  #: On a chair: television, radio, the doorstep. 休息
    CHORES = "chores"  #: Yard, hens, laundry. 家务
    HOSTING = "hosting"  #: Somebody has come to visit. 会客
    WALKING = "walking"  #: Out for a walk, to the shop, to a neighbour. 外出
    AWAY = "away"  #: Somewhere else for hours: a relative, the town. 出门
    ON_THE_FLOOR = "on_the_floor"  #: Fallen, and not up again. 倒地
    MOTIONLESS = "motionless"  #: Sitting or lying somewhere, not asleep, and not moving. 不动
    UP_AT_NIGHT = "up_at_night"  #: Out of bed when everybody sleeps, and not coming back to it. 夜间离床


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a pastime looks like from outside."""

    posture: str
    activity: float  #: 0-1, the middle around which it varies.
    steps_per_min: float
    heart_rate_above_rest_bpm: int
    respiration_rate_bpm: int
    place: Place
    in_bed: bool = False


BEARINGS: dict[Pastime, Bearing] = {
    Pastime.SLEEPING: Bearing("lying", 0.02, 0, -6, 14, Place.BEDROOM, in_bed=True),
    Pastime.NAPPING: Bearing("lying", 0.03, 0, -3, 14, Place.BEDROOM, in_bed=True),
    Pastime.TOILET: Bearing("walking", 0.25, 8, 12, 16, Place.BATHROOM),
    Pastime.WASHING: Bearing("standing", 0.30, 4, 10, 16, Place.BATHROOM),
    Pastime.COOKING: Bearing("standing", 0.35, 9, 12, 17, Place.KITCHEN),
    Pastime.EATING: Bearing("sitting", 0.15, 0.5, 6, 16, Place.KITCHEN),
    Pastime.RESTING: Bearing("sitting", 0.08, 0.8, 0, 15, Place.LIVING_ROOM),
    Pastime.CHORES: Bearing("standing", 0.45, 7, 18, 18, Place.YARD),
    Pastime.HOSTING: Bearing("sitting", 0.18, 2, 6, 16, Place.LIVING_ROOM),
    Pastime.WALKING: Bearing("walking", 0.60, 54, 26, 20, Place.OUT),
    Pastime.AWAY: Bearing("sitting", 0.20, 6, 6, 16, Place.OUT),
    Pastime.ON_THE_FLOOR: Bearing("lying", 0.0, 0, 14, 20, Place.LIVING_ROOM),
    Pastime.MOTIONLESS: Bearing("sitting", 0.0, 0, -4, 13, Place.LIVING_ROOM),
    Pastime.UP_AT_NIGHT: Bearing("sitting", 0.10, 1, 4, 16, Place.KITCHEN),
}
