"""How commands answer: a sentence or a table for people, one JSON object a line for machines."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object a line, for programs.")]

Record = Mapping[str, object]


#: Ids are there to be copied: a row is as long as it is, the terminal may wrap it.
_TABLE_WIDTH = 1000


def tell(sentence: str, record: Record, *, as_json: bool) -> None:
    """The answer about one thing; as JSON it is the last line of the output."""
    print(_line(record) if as_json else sentence)


def tell_list(records: Sequence[Record], columns: Sequence[str], *, as_json: bool) -> None:
    """The answer about many things; people see the named columns."""
    if as_json:
        for record in records:
            print(_line(record))
        return
    from rich.console import Console  # 100 ms and some megabytes that only tables need
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for record in records:
        table.add_row(*(_cell(record.get(column)) for column in columns))
    Console(width=_TABLE_WIDTH, highlight=False, markup=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)


def _line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, default=str)
