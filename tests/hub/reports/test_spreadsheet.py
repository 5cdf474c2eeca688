"""The spreadsheet, read again by another library."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from hub.reports.report import make_report, make_shift_report
from hub.reports.rows import figure_rows
from hub.reports.spreadsheet import write_spreadsheet
from hub.words.language import Language, vocabularies
from tests.hub.reports.facts import BEGAN, COUNTY, closed, facts, incident


def _read(written: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(written))


def test_numbers_are_numbers_and_times_are_the_divisions_own() -> None:
    told = facts([incident(taken_s=30, reached_s=45), closed("false", cause="signal", taken_s=90)])
    book = _read(write_spreadsheet(make_report(told, told.period, COUNTY), Language.ZH))
    figures = {row[1]: row for row in book.get_sheet_by_index(0).to_python()}
    assert figures["60 秒内受理"][2:6] == [1.0, 2.0, 0.5, 0.975]
    [_head, first, *_] = book.get_sheet_by_name("分时段求助").to_python()
    assert (str(first[0]), first[1]) == ("2026-11-01", 2.0)  # a day of the division begins at its midnight
    assert any(row[1] == "信号或数据异常" for row in book.get_sheet_by_name("处置结论").to_python())


def test_a_name_that_begins_as_a_formula_is_text() -> None:
    told = facts([one := incident()])
    report = make_shift_report(told, told.period, COUNTY, {one.id: '=HYPERLINK("x")'})
    rows = _read(write_spreadsheet(report, Language.ZH)).get_sheet_by_name("求助明细").to_python()
    assert rows[1][3] == '=HYPERLINK("x")'
    assert BEGAN.hour == 0
    assert rows[1][5].hour == 8  # type: ignore[union-attr]  # 08:00 in Shanghai


@pytest.mark.parametrize("language", list(Language))
def test_every_line_has_a_word(language: Language) -> None:
    told = facts([incident(arrived_min=3)])
    rows = figure_rows(make_report(told, told.period, COUNTY))
    words = vocabularies(language)["report"]
    assert [row.code for row in rows if row.code not in words or row.section not in words] == []
    write_spreadsheet(make_report(told, told.period, COUNTY), language)
