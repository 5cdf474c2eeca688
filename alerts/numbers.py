"""Telephone numbers: when two are the same, and which can be dialled at all."""

import re
import unicodedata

#: The international form has at most 15 digits (ITU-T E.164); emergency numbers have 3.
_DIGITS_MIN, _DIGITS_MAX = 3, 15
_SEPARATORS = re.compile(r"[\s()./\-\u2010-\u2015]+")
_COUNTRY_CODE = re.compile(r"^(00)?86(?=[0-9]{11}$)")


def bare_number(number: str) -> str:
    """The one form in which numbers are compared: digits, without the country code of a Chinese number."""
    return _COUNTRY_CODE.sub("", re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", number)))


def is_dialable(number: str | None) -> bool:
    """Whether it could ring anywhere.

    Only what is no number in any country is refused: one wrongly taken for dialable costs a step of the ladder, and its
    failure is on record; one wrongly refused would silence a person.
    """
    if number is None:
        return False
    written = _SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).removeprefix("+")
    is_digits = written.isascii() and written.isdigit()
    return is_digits and _DIGITS_MIN <= len(written) <= _DIGITS_MAX and bool(written.strip("0"))
