"""Signs of life as an instrument measures them: a body's truth, a slow wave and the instrument's own noise."""

from math import sin, tau

from simulators.life.living import Moment

#: Breathing and vessels change over minutes, not from second to second.
_WAVE_S = 740.0


def heart_rate_bpm(moment: Moment) -> int:
    """Around what the pastime asks of this heart."""
    middle = moment.resting_heart_rate_bpm + moment.bearing.heart_rate_above_rest_bpm
    wave = 2.5 * sin(moment.at.timestamp() / _WAVE_S * tau)
    return round(middle + wave + moment.dice("heart").gauss(0, 1.6))


def respiration_rate_bpm(moment: Moment) -> int:
    """Breaths a minute."""
    return round(moment.bearing.respiration_rate_bpm + moment.dice("breath").gauss(0, 0.8))


def spo2_pct(moment: Moment) -> int:
    """Saturation of somebody well."""
    return moment.dice("oxygen").choice((95, 96, 97, 97, 98, 98))


def blood_pressure_mmhg(moment: Moment) -> tuple[int, int]:
    """Upper and lower; a little higher where the body works."""
    dice = moment.dice("pressure")
    systolic = 122 + moment.bearing.heart_rate_above_rest_bpm // 2 + dice.randint(-6, 8)
    return systolic, round(systolic * 0.6 + dice.randint(-3, 4))


def body_temperature_c(moment: Moment) -> float:
    """Of the skin, taken up to the core by the firmware; lowest before dawn."""
    return round(36.4 + 0.25 * sin((moment.local_hour - 10) / 24 * tau) + moment.dice("warmth").gauss(0, 0.05), 1)


def activity(moment: Moment) -> float:
    """0-1 around what the pastime is; nothing at all where nothing moves."""
    middle = moment.bearing.activity
    if middle == 0:
        return 0.0
    return round(min(max(middle + moment.dice("activity").gauss(0, middle / 5), 0.0), 1.0), 2)
