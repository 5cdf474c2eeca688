"""Who may see which rows: a scope is a list of division prefixes, and every query takes one."""

from dataclasses import dataclass

#: Division codes are 12 digits; a code ends in zeros below its own level (GB/T 2260 and the codes under it).
_LEVEL_LENGTHS = (2, 4, 6, 9)
DIVISION_DIGITS = 12


def division_prefix(division_id: str) -> str:
    """The digits that a division and everything below it share: "990101000000" -> "990101"."""
    for length in _LEVEL_LENGTHS:
        if division_id[length:] == "0" * (DIVISION_DIGITS - length):
            return division_id[:length]
    return division_id


@dataclass(frozen=True, slots=True)
class Scope:
    """The prefixes whose rows may be seen; the SQL function `in_scope` compares them."""

    prefixes: tuple[str, ...]

    @classmethod
    def of_division(cls, division_id: str) -> "Scope":
        """A division and all below it."""
        return cls((division_prefix(division_id),))

    @classmethod
    def everything(cls) -> "Scope":
        """For the hub's own work; never for a caller from outside."""
        return cls(("",))

    def covers(self, division_id: str) -> bool:
        """Whether a row of this division may be seen."""
        return any(division_id.startswith(prefix) for prefix in self.prefixes)

    @property
    def sql(self) -> list[str]:
        """The parameter that `in_scope(division_id, %(scope)s)` takes."""
        return list(self.prefixes)
