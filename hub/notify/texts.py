"""The text a caregiver gets: one part, who by surname and group, what happened, how to answer, the desk's number.

Never a given name, never a diagnosis or a measured value, never a link: anybody may see the telephone.
One part is 70 UCS-2 characters with the signature; what may go when it is too long goes in the fixed order of `_DROPS`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from alerts.kinds import IncidentKind, SubjectType

#: One part of a UCS-2 message: 140 octets (3GPP TS 23.040); gateways count the signature.
PART_CHARACTERS_MAX = 70
#: Gateways register signatures of up to 12 characters; a longer one is cut so that the message still fits.
SIGNATURE_CHARACTERS_MAX = 16
#: A group longer than this is no group but an address: it is left out.
PLACE_CHARACTERS_MAX = 12
PHONE_CHARACTERS_MAX = 20

_COMPOUND_SURNAMES_IN_A_ROW = (
    "欧阳司马上官诸葛东方皇甫尉迟公孙令狐慕容司徒司空夏侯宇文长孙轩辕端木独孤南宫西门东郭百里呼延闻人澹台公冶宗政濮阳淳于"
    "单于太叔申屠仲孙钟离鲜于闾丘亓官司寇巫马公西颛孙壤驷公良拓跋赫连万俟第五梁丘左丘东门谷梁羊舌"
)
_COMPOUND_SURNAMES = frozenset(
    _COMPOUND_SURNAMES_IN_A_ROW[start : start + 2] for start in range(0, len(_COMPOUND_SURNAMES_IN_A_ROW), 2)
)
_WHAT_HAPPENED = {
    IncidentKind.SOS: "按了求助键",
    IncidentKind.FALL: "可能摔倒了",
    IncidentKind.INACTIVITY: "很久没有动静",
    IncidentKind.VITALS: "需要有人看望",
    IncidentKind.BED: "夜里离床未回",
    IncidentKind.WANDERING: "离开了常去地方",
    IncidentKind.PHONE_REPORT: "来电求助",
    IncidentKind.UNREADABLE_EVENT: "发来呼叫",
    IncidentKind.HUB_PROBE: "平台自检",
}
_OLD_FROM_YEARS = 60
_ADULT_FROM_YEARS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a text may draw on. `happened_at` is aware; `timezone` is the recipient's, else the division's.

    `code` is given only when the same number has been told of more than one incident that is not closed.
    """

    kind: IncidentKind
    subject_type: SubjectType
    happened_at: datetime
    timezone: str
    name: str | None
    sex: str | None
    birth_date: date | None
    group_name: str | None
    village: str | None
    call_unanswered: bool
    code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How the desk signs, and where it can be reached."""

    signature: str
    desk_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The pieces of a text in reading order; an empty one is left out."""

    signature: str
    time: str
    village: str
    group: str
    who: str
    what: str
    unanswered: str
    how: str
    desk: str

    def assemble(self) -> str:
        sentence = f"{self.time}{self.village}{self.group}{self.who}{self.what}"
        clauses = "，".join(clause for clause in (sentence, self.unanswered) if clause)
        return f"【{self.signature}】" + "。".join(part for part in (clauses, self.how, self.desk) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class _BundleParts:
    """The pieces of a text about many."""

    signature: str
    time: str
    count: str
    places: str
    village: str
    group: str
    who: str
    what: str
    how: str
    desk: str

    def assemble(self) -> str:
        many = f"{self.time}{self.count}" + (f"：{self.places}" if self.places else "")
        gravest = f"最急{self.village}{self.group}{self.who}{self.what}，{self.how}"
        return f"【{self.signature}】" + "。".join(part for part in (many, gravest, self.desk) if part)


#: What goes first when a text is too long: what helps least to find the person and to answer.
_DROPS: tuple[dict[str, str], ...] = ({"village": ""}, {"unanswered": ""}, {"desk": ""}, {"group": ""})
_BUNDLE_DROPS: tuple[dict[str, str], ...] = ({"places": ""}, {"group": ""}, {"desk": ""}, {"village": ""})
#: More would not be read, nor fit.
_PLACES_MAX = 3
_AnyParts = TypeVar("_AnyParts", _Parts, _BundleParts)


def compose(occasion: Occasion, sender: Sender) -> str:
    """The text that asks a caregiver to go; at most `PART_CHARACTERS_MAX` characters."""
    parts = _Parts(
        signature=_plain(sender.signature)[:SIGNATURE_CHARACTERS_MAX],
        time=f"{occasion.happened_at.astimezone(ZoneInfo(occasion.timezone)):%H:%M}",
        village=_place(occasion.village, occasion.name),
        group=_place(occasion.group_name, occasion.name),
        who=_who(occasion),
        what=_WHAT_HAPPENED[occasion.kind],
        unanswered="电话无人接" if occasion.call_unanswered else "",
        how=_how_to_answer(occasion.code),
        desk=_desk(sender.desk_phone),
    )
    return next(text for text in _shorter_and_shorter(parts, _DROPS) if ucs2_length(text) <= PART_CHARACTERS_MAX)


def compose_for(occasions: Sequence[Occasion], code: int, sender: Sender) -> str:
    """The text about one occasion, or about many, the gravest first; `code` is that one's."""
    first, *others = occasions
    return compose_bundle(first, others, code, sender) if others else compose(first, sender)


def compose_bundle(first: Occasion, others: Sequence[Occasion], code: int, sender: Sender) -> str:
    """The text of a storm: how many there are and where, which is the gravest, and how to take that one."""
    here = first.happened_at.astimezone(ZoneInfo(first.timezone))
    parts = _BundleParts(
        signature=_plain(sender.signature)[:SIGNATURE_CHARACTERS_MAX],
        time=f"{here:%H:%M}",
        count=f"有{len(others) + 1}起求助",
        places=_places([first, *others]),
        village=_place(first.village, first.name),
        group=_place(first.group_name, first.name),
        who=_who(first),
        what=_WHAT_HAPPENED[first.kind],
        how=f"能去回1{code}",
        desk=_desk(sender.desk_phone),
    )
    shorter = _shorter_and_shorter(parts, _BUNDLE_DROPS)
    return next(text for text in shorter if ucs2_length(text) <= PART_CHARACTERS_MAX)


def compose_answer(sentence: str, sender: Sender) -> str:
    """A short text back to a caregiver, cut where one part ends."""
    signed = f"【{_plain(sender.signature)[:SIGNATURE_CHARACTERS_MAX]}】{sentence}"
    desk = _desk(sender.desk_phone)
    whole = f"{signed}。{desk}" if desk else signed
    return whole if ucs2_length(whole) <= PART_CHARACTERS_MAX else _cut(signed)


SOMEBODY_ELSE_GOES = "已有人前往，您不用再去，谢谢"
ALREADY_CLOSED = "此事已办结，您不用再去，谢谢"
#: More would not fit; whoever has been told of more asks the desk.
_CHOICES_MAX = 4


def ask_which(choices: Sequence[tuple[int, str]]) -> str:
    """Asks for the code when an answer may mean several incidents; `choices` are code and polite name."""
    listed = "，".join(f"{who or '求助'}{code}" for code, who in choices[:_CHOICES_MAX])
    return f"请在数字后加编号，如1{choices[0][0]}：{listed}"


def ucs2_length(text: str) -> int:
    """Characters as a gateway counts them: those beyond the basic plane count twice."""
    return len(text.encode("utf-16-be")) // 2


def _cut(text: str) -> str:
    """The first part's worth; a character beyond the basic plane is not cut in two."""
    return text.encode("utf-16-be")[: 2 * PART_CHARACTERS_MAX].decode("utf-16-be", errors="ignore")


def polite_name(name: str | None, sex: str | None, birth_date: date | None, today: date) -> str:
    """Surname and honorific, e.g. 李奶奶; "" when no surname can be told from the name."""
    surname = _surname(name)
    if not surname:
        return ""
    age = None if birth_date is None else _age(birth_date, today)
    old = age is not None and age >= _OLD_FROM_YEARS
    if age is not None and age < _ADULT_FROM_YEARS:
        return f"{surname}小朋友"
    match sex:
        case "female":
            return surname + ("奶奶" if old else "女士")
        case "male":
            return surname + ("爷爷" if old else "先生")
        case _:
            return surname + ("姓老人" if old else "某")


def _who(occasion: Occasion) -> str:
    if occasion.kind is IncidentKind.HUB_PROBE:
        return ""
    if occasion.name is None:
        return "未登记设备" if occasion.subject_type is SubjectType.DEVICE else "有人"
    today = occasion.happened_at.astimezone(ZoneInfo(occasion.timezone)).date()
    return polite_name(occasion.name, occasion.sex, occasion.birth_date, today) or "一位服务对象"


def _surname(name: str | None) -> str:
    """The surname of a Chinese name; "" for other names, of which no part may be told."""
    letters = (name or "").strip()
    if not 2 <= len(letters) <= 4 or not all(_is_han(letter) for letter in letters):
        return ""
    if letters[:2] in _COMPOUND_SURNAMES and len(letters) > 2:
        return letters[:2]
    return letters[:1]


def _is_han(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def _age(birth_date: date, today: date) -> int:
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday


def _place(place: str | None, name: str | None) -> str:
    """A village or a group; left out when it is no short name of a place, or tells the given name."""
    plain = _plain(place or "")
    given = (name or "")[len(_surname(name)) :]
    tells_name = bool(given) and given in plain and (len(given) > 1 or f"{_surname(name)}{given}" in plain)
    if plain != (place or "").strip() or len(plain) > PLACE_CHARACTERS_MAX or tells_name:
        return ""
    return plain


def _plain(text: str) -> str:
    """Letters and digits of the basic plane only: no brackets, and nothing that a telephone would turn into a link."""
    return "".join(letter for letter in text if letter.isalnum() and ord(letter) <= 0xFFFF)


def _how_to_answer(code: int | None) -> str:
    if code is None:
        return "能去回1，不能回2，到了回3"
    return f"能去回1{code}，不能回2{code}，到了回3{code}"


def _desk(phone: str) -> str:
    plain = "".join(letter for letter in phone if letter.isascii() and (letter.isdigit() or letter in "+- "))
    plain = plain.strip()[:PHONE_CHARACTERS_MAX]
    return f"值班{plain}" if plain else ""


def _shorter_and_shorter(parts: _AnyParts, drops: Sequence[dict[str, str]]) -> Iterator[str]:
    yield parts.assemble()
    for drop in drops:
        parts = replace(parts, **drop)
        yield parts.assemble()


def _places(occasions: Sequence[Occasion]) -> str:
    """How many are where, the most first: "柳村12杨村8等"."""
    counts = Counter(place for occasion in occasions if (place := _place(occasion.village, None)))
    named = "".join(f"{place}{count}" for place, count in counts.most_common(_PLACES_MAX))
    return named + ("等" if len(counts) > _PLACES_MAX else "")
