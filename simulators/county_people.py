"""The people of the demonstration's county who have a story: what is written here is what a village would know.

Every given name says that it is made up.
"""

from typing import Any

from simulators.county_plan import PlannedContact, PlannedRecipient
from simulators.county_plan import phone as phone_number


def _contact(number: int, name: str, relation: str) -> PlannedContact:
    return PlannedContact(name=name, phone=phone_number(number), relation=relation)


def _file(
    *,
    sex: str,
    born: str,
    group: str,
    house: str,
    phone: int,
    alone: bool,
    categories: tuple[str, ...],
    note: str = "",
    **care_notes: list[str] | str,
) -> dict[str, Any]:
    return {
        "sex": sex,
        "birth_date": born,
        "group_name": group,
        "address": house,
        "address_note": note or None,
        "phone": phone_number(phone),
        "lives_alone": alone,
        "categories": list(categories),
        "care_notes": care_notes,
    }


PEOPLE: tuple[PlannedRecipient, ...] = (
    PlannedRecipient(
        key="li",
        name="李示例",
        village="001001",
        fields=_file(
            sex="female",
            born="1941-03-08",
            group="三组",
            house="12号",
            phone=1,
            alone=True,
            categories=("destitute",),
            note="钥匙在隔壁王家",
            conditions=["高血压"],
            language="方言",
        ),
        contacts=(_contact(21, "李演示", "daughter"), _contact(22, "王邻居", "neighbour")),
    ),
    PlannedRecipient(
        key="wang",
        name="王测试",
        village="001001",
        fields=_file(
            sex="male",
            born="1938-11-20",
            group="一组",
            house="3号",
            phone=2,
            alone=True,
            categories=("minimum_living_allowance", "over_90"),
            note="院门从里面插着，先敲窗",
        ),
        contacts=(_contact(23, "王演示", "son"),),
        devices=("call_button", "smartwatch"),
    ),
    PlannedRecipient(
        key="zhang",
        name="张样本",
        village="001001",
        fields=_file(
            sex="female",
            born="1950-06-01",
            group="二组",
            house="7号",
            phone=3,
            alone=False,
            categories=("severe_disability",),
            conditions=["行动不便"],
        ),
        contacts=(_contact(24, "张演示", "spouse"),),
    ),
    PlannedRecipient(
        key="zhao",
        name="赵虚构",
        village="001002",
        fields=_file(
            sex="male",
            born="1946-01-15",
            group="四组",
            house="21号",
            phone=4,
            alone=True,
            categories=("destitute",),
        ),
    ),
    PlannedRecipient(
        key="chen",
        name="陈假名",
        village="001002",
        fields=_file(
            sex="female",
            born="1944-09-09",
            group="一组",
            house="5号",
            phone=5,
            alone=True,
            categories=("borderline",),
        ),
        contacts=(_contact(25, "陈演示", "孙女"), _contact(26, "陈样例", "侄子")),
        devices=("smartwatch",),
    ),
    PlannedRecipient(
        key="liu",
        name="刘范例",
        village="001002",
        fields=_file(
            sex="male",
            born="1952-12-30",
            group="三组",
            house="16号",
            phone=6,
            alone=False,
            categories=("因病致贫重病患者",),
        ),
        contacts=(_contact(27, "刘演示", "spouse"),),
    ),
    PlannedRecipient(
        key="yang",
        name="杨模拟",
        village="002001",
        fields=_file(
            sex="female",
            born="1935-05-05",
            group="二组",
            house="9号",
            phone=7,
            alone=True,
            categories=("over_90",),
            note="听力差，电话要响久一点",
            language="方言",
        ),
        contacts=(_contact(28, "杨演示", "儿媳"),),
    ),
    PlannedRecipient(
        key="huang",
        name="黄试用",
        village="002001",
        fields=_file(
            sex="male",
            born="1948-07-21",
            group="一组",
            house="2号",
            phone=8,
            alone=True,
            categories=("destitute",),
        ),
    ),
    PlannedRecipient(
        key="zhou",
        name="周样例",
        village="002001",
        fields=_file(
            sex="female",
            born="1949-02-14",
            group="五组",
            house="30号",
            phone=9,
            alone=False,
            categories=("支出型困难家庭",),
        ),
        contacts=(_contact(29, "周演示", "daughter"),),
    ),
    PlannedRecipient(
        key="wu",
        name="吴演练",
        village="002002",
        fields=_file(
            sex="male",
            born="1943-10-02",
            group="二组",
            house="11号",
            phone=10,
            alone=True,
            categories=("minimum_living_allowance",),
            conditions=["糖尿病"],
            medication=["胰岛素"],
        ),
        contacts=(_contact(30, "吴演示", "弟弟"),),
    ),
    PlannedRecipient(
        key="xu",
        name="徐例子",
        village="002002",
        fields=_file(
            sex="female",
            born="1947-04-18",
            group="三组",
            house="6号",
            phone=11,
            alone=True,
            categories=("severe_disability", "minimum_living_allowance"),
            allergies=["青霉素"],
        ),
        contacts=(_contact(31, "徐演示", "妹妹"),),
    ),
    PlannedRecipient(
        key="sun",
        name="孙试验",
        village="002002",
        fields=_file(
            sex="male",
            born="1955-08-08",
            group="一组",
            house="1号",
            phone=12,
            alone=False,
            categories=("防止返贫监测对象",),
        ),
        contacts=(_contact(32, "孙演示", "spouse"),),
    ),
)
