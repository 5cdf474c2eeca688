"""The whole county of the demonstration: 3 townships, 12 villages, 200 people; and as many people as a fleet asks for.

The people without a story are drawn from a seed; their given names say that they are made up.
"""

import random
from dataclasses import replace
from itertools import product
from typing import Any

from simulators.county_people import PEOPLE
from simulators.county_places import CENTERS, home, point
from simulators.county_plan import (
    CountyPlan,
    PlannedContact,
    PlannedDivision,
    PlannedRecipient,
    PlannedRosterEntry,
    phone,
)

#: The demonstration's operator, as the README names it.
OPERATOR_LOGIN = "demo"
RECIPIENTS = 200
TOWNSHIPS = {
    "001": ("青石镇", ("东坡村", "石桥村", "青石村", "后岭村")),
    "002": ("柳林乡", ("上柳村", "河湾村", "下柳村", "柳沟村")),
    "003": ("白杨乡", ("白杨村", "槐树村", "南洼村", "大井村")),
}
_SURNAMES = "林何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏"
_GIVEN = ("示例", "测试", "样本", "虚构", "假名", "范例", "模拟", "试用", "演练", "样例")
_GROUPS = ("一组", "二组", "三组", "四组", "五组")
_CATEGORIES = (
    ("destitute",),
    ("minimum_living_allowance",),
    ("borderline",),
    ("severe_disability",),
    ("over_90", "minimum_living_allowance"),
)
_RELATIONS = ("daughter", "son", "neighbour", "侄子", "儿媳", "孙女")
_CONDITIONS = ("高血压", "糖尿病", "冠心病", "关节炎", "白内障")
#: What people have at home, and how many in a hundred.
_SETS: dict[tuple[str, ...], int] = {
    ("call_button",): 34,
    ("smartwatch",): 22,
    ("call_button", "smartwatch"): 12,
    ("gateway", "wristband", "mattress", "call_button"): 9,
    ("wristband",): 8,
    ("mattress", "call_button"): 7,
    ("fall_radar", "call_button"): 5,
    ("smartwatch", "mattress", "fall_radar"): 3,
}
#: Numbers of people, contacts and of the roster do not meet.
_RECIPIENTS_FROM, _CONTACTS_FROM, _ROSTER_FROM = 1000, 3000, 51


def demo_county() -> CountyPlan:
    """Everybody and everything of the demonstration."""
    villages = [division.suffix for division in _divisions() if len(division.suffix) == 6]
    made_up = people(RECIPIENTS - len(PEOPLE), villages=villages)
    return CountyPlan(
        divisions=_divisions(),
        recipients=tuple(map(_housed, (*PEOPLE, *made_up))),
        roster=_roster(),
        operator_login=OPERATOR_LOGIN,
    )


def _housed(person: PlannedRecipient) -> PlannedRecipient:
    """Their house on the map, where it is known."""
    house = home(person.key, person.village)
    return person if house is None else replace(person, fields={**person.fields, "home": house})


def fleet(devices: int) -> CountyPlan:
    """People with so many devices among them, in the division of whoever asks."""
    drawn: list[PlannedRecipient] = []
    left = devices
    for person in people(devices, villages=("",)):
        if left == 0:
            break
        kinds = person.devices if len(person.devices) <= left else ("call_button",)
        drawn.append(replace(person, devices=kinds, contacts=()))
        left -= len(kinds)
    return CountyPlan(divisions=(), recipients=tuple(drawn))


def people(count: int, *, villages: list[str] | tuple[str, ...], seed: str = "county") -> tuple[PlannedRecipient, ...]:
    """So many made-up people, spread over these villages."""
    dice = random.Random(seed)
    names = [surname + given for given, surname in product(_GIVEN, _SURNAMES)]
    return tuple(_person(number, names[number % len(names)], villages, dice) for number in range(count))


def _person(number: int, name: str, villages: list[str] | tuple[str, ...], dice: random.Random) -> PlannedRecipient:
    fields: dict[str, Any] = {
        "sex": dice.choice(("female", "male")),
        "birth_date": f"{dice.randint(1932, 1958)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        "group_name": dice.choice(_GROUPS),
        "address": f"{dice.randint(1, 60)}号",
        "phone": phone(_RECIPIENTS_FROM + number),
        "lives_alone": dice.random() < 0.7,
        "categories": list(dice.choice(_CATEGORIES)),
        "care_notes": {"conditions": dice.sample(_CONDITIONS, k=dice.choice((0, 1, 1, 2)))},
    }
    contacts = tuple(
        PlannedContact(
            name=name[0] + given, phone=phone(_CONTACTS_FROM + 2 * number + order), relation=dice.choice(_RELATIONS)
        )
        for order, given in enumerate(("演示", "邻居")[: dice.choice((0, 1, 1, 2))])
    )
    (kinds,) = dice.choices(list(_SETS), weights=list(_SETS.values()))
    return PlannedRecipient(
        key=f"made-up-{number + 1}",
        name=name,
        village=villages[number % len(villages)],
        fields=fields,
        contacts=contacts,
        devices=kinds,
    )


def _divisions() -> tuple[PlannedDivision, ...]:
    divisions = []
    for township, (name, villages) in TOWNSHIPS.items():
        divisions.append(PlannedDivision(suffix=township, name=name, center=point(CENTERS[township])))
        for number, village in enumerate(villages, start=1):
            suffix = f"{township}{number:03d}"
            divisions.append(PlannedDivision(suffix=suffix, name=village, center=point(CENTERS[suffix])))
    return tuple(divisions)


def _roster() -> tuple[PlannedRosterEntry, ...]:
    numbers = iter(range(_ROSTER_FROM, _ROSTER_FROM + 40))
    entries = []
    for division in _divisions():
        role, title = ("township", "服务站") if len(division.suffix) == 3 else ("helper", "协理员")
        name = f"{division.name.removesuffix('村')}{title}（示例）"
        entries.append(PlannedRosterEntry(role=role, name=name, phone=phone(next(numbers)), division=division.suffix))
    entries.append(PlannedRosterEntry(role="supervisor", name="值班班长（示例）", phone=phone(next(numbers))))
    entries.append(PlannedRosterEntry(role="leader", name="带班领导（示例）", phone=phone(next(numbers))))
    return tuple(entries)


DEMO_COUNTY = demo_county()
