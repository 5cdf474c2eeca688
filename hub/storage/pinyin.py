"""How a person is found: what is written beside a name so that initials, pinyin and parts of it find it by an index.

Some characters have several readings (单: dan, shan, chan), and a surname's is seldom the usual one: each likely
reading is kept. The order of lists uses the first.
"""

from dataclasses import dataclass
from itertools import islice, product

from hub.storage.search_words import WORD_LETTERS_MAX, letters_of

#: Four characters with two readings each have 16: nobody is kept out, and no strange name fills the index.
_READINGS_MAX = 16
#: An address is found from each of its first letters on; what lies further behind is the house, which has a number.
_ADDRESS_LETTERS_MAX = 80
#: As a surname these are read otherwise than in most words; the reading of the surname comes first.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren", "区": "ou", "朴": "piao",
    "盖": "ge", "翟": "zhai", "尉": "wei", "缪": "miao", "乐": "yue", "覃": "qin", "冼": "xian", "华": "hua",
    "纪": "ji", "宁": "ning", "燕": "yan", "应": "ying", "员": "yun", "黑": "he", "种": "chong", "召": "shao",
    "繁": "po", "秘": "bi", "折": "she",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKeys:
    """What is kept beside a person: the reading that orders lists, and the keys that are found from their beginning."""

    name_pinyin: str
    keys: list[str]


def search_keys_of(name: str, group_name: str | None, address: str | None) -> SearchKeys:
    """李桂兰 -> liguilan, lgl, guilan, gl, and 李桂兰, 桂兰, 兰; group and address from each letter on."""
    letters = letters_of(name)[:WORD_LETTERS_MAX]
    readings = list(islice(product(*_readings_of(letters)), _READINGS_MAX)) if letters else []
    keys = dict.fromkeys(_beginnings(letters))
    for reading in readings:
        for said in (reading, reading[1:]):
            keys |= dict.fromkeys(("".join(said), "".join(syllable[:1] for syllable in said)))
    for text in (group_name, address):
        keys |= dict.fromkeys(_beginnings(letters_of(text or "")[:_ADDRESS_LETTERS_MAX]))
    return SearchKeys(name_pinyin=" ".join(readings[0]) if readings else "", keys=[key for key in keys if key])


def _readings_of(letters: str) -> list[list[str]]:
    """The syllables each character may be read as; what is no Chinese character is read as it stands."""
    # only now: its dictionary takes 0.2 s to load, and most processes write no names
    from pypinyin import Style, pinyin

    found = [pinyin(letter, style=Style.NORMAL, heteronym=True, errors=str)[0] for letter in letters]
    if letters[0] in _SURNAMES:
        found[0].insert(0, _SURNAMES[letters[0]])
    return [list(dict.fromkeys(way for syllable in one for way in _typed(syllable))) for one in found]


def _typed(syllable: str) -> tuple[str, ...]:
    """吕: some type lv, some lu."""
    return (syllable, syllable.replace("v", "u")) if "v" in syllable and len(syllable) > 1 else (syllable,)


def _beginnings(letters: str) -> list[str]:
    return [letters[at : at + WORD_LETTERS_MAX] for at in range(len(letters))]
