"""A report as XLSX: numbers as numbers, words of the reader's language, and no cell that a program would calculate.

What people wrote - names, places - goes in as text whatever it begins with: `=`, `+`, `-` and `@` are no formulas here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hub.reports.rows import FigureRow, figure_rows
from hub.reports.shapes import CodeCount, Report, ShiftReport
from hub.words.language import Language, Words

Cell = str | float | datetime | None
_WIDE, _NARROW = 30, 13
_SHARE, _WHEN = "0.0%", "yyyy-mm-dd hh:mm"
_SECONDS_A_DAY = 86_400
_DURATION = "[h]:mm:ss"


def write_spreadsheet(report: Report, language: Language) -> bytes:
    """The whole file; times are the division's own."""
    timezone = ZoneInfo(report.timezone)
    written = BytesIO()
    with Workbook(written, _SAFE) as book:
        sheets = _Sheets(book, Words(language, timezone), timezone)
        sheets.figures(report)
        sheets.codes(report)
        sheets.over_time(report)
        sheets.places(report)
        if isinstance(report, ShiftReport):
            sheets.incidents(report)
    return written.getvalue()


_SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


class _Sheets:
    """The sheets of one book."""

    def __init__(self, book: Workbook, words: Words, timezone: ZoneInfo) -> None:
        self._book = book
        self._words = words
        self._timezone = timezone
        self._head: Format = book.add_format({"bold": True, "bottom": 1})
        self._bold: Format = book.add_format({"bold": True})
        self._share: Format = book.add_format({"num_format": _SHARE})
        self._when: Format = book.add_format({"num_format": _WHEN})
        self._duration: Format = book.add_format({"num_format": _DURATION})

    def figures(self, report: Report) -> None:
        """What, where, when, and every figure that is one number."""
        sheet = self._sheet(self._title(report), widths=(_WIDE, _WIDE, _NARROW, _NARROW, _NARROW, _NARROW))
        local = [at.astimezone(self._timezone) for at in (report.from_at, report.until_at, report.made_at)]
        span = f"{local[0]:%Y-%m-%d %H:%M} - {local[1]:%Y-%m-%d %H:%M}"
        for row, (code, value) in enumerate(
            (("division", report.division_name), ("period", span), ("made_at", f"{local[2]:%Y-%m-%d %H:%M}"))
        ):
            sheet.write_string(row, 0, self._word(code), self._bold)
            sheet.write_string(row, 1, value)
        if not report.complete:
            sheet.write_string(3, 0, self._word("not_over"))
        at = 5
        self._heads(sheet, at, ("", "figure", "value", "of", "share", "target"))
        for figure in figure_rows(report):
            at += 1
            self._figure(sheet, at, figure)

    def _figure(self, sheet: Worksheet, at: int, figure: FigureRow) -> None:
        sheet.write_string(at, 0, self._word(figure.section))
        sheet.write_string(at, 1, self._word(figure.code))
        if figure.value is not None and figure.seconds:
            sheet.write_number(at, 2, figure.value / _SECONDS_A_DAY, self._duration)
        elif figure.value is not None:
            sheet.write_number(at, 2, figure.value)
        if figure.of is not None:
            sheet.write_number(at, 3, figure.of)
        for column, share in ((4, figure.share), (5, figure.target)):
            if share is not None:
                sheet.write_number(at, column, share, self._share)

    def codes(self, report: Report) -> None:
        """How many of each kind, ending and cause."""
        sheet = self._sheet(self._word("dispositions"), widths=(_WIDE, _WIDE, _NARROW))
        self._heads(sheet, 0, ("", "figure", "count"))
        lists: tuple[tuple[str, str, Sequence[CodeCount]], ...] = (
            ("kinds", "kind", report.kinds),
            ("severities", "severity", report.severities),
            ("dispositions", "disposition", report.endings.dispositions),
            ("outcomes", "ending", report.endings.outcomes),
            ("causes", "cause", report.endings.causes),
            ("texts", "delivery", report.texts.by_state),
            ("maintenance", "maintenance_kind", report.maintenance.kinds),
            ("follow_ups", "follow_up_kind", report.follow_ups.kinds),
        )
        rows: list[list[Cell]] = [
            [self._word(section), self._words.word(vocabulary, one.code), one.count]
            for section, vocabulary, counts in lists
            for one in counts
        ]
        self._rows(sheet, rows)

    def over_time(self, report: Report) -> None:
        """By the hour or by the day."""
        sheet = self._sheet(self._word("by_time"), widths=(20, _NARROW))
        self._heads(sheet, 0, ("starts_at", "count"))
        self._rows(sheet, ([slot.starts_at, slot.count] for slot in report.load.slots))

    def places(self, report: Report) -> None:
        """Townships and villages."""
        sheet = self._sheet(self._word("places"), widths=(_WIDE, *([_NARROW] * 6)))
        heads = ("place", "level", "incidents", "real_count", "false_count", "reached_in_60_s", "reached_median")
        self._heads(sheet, 0, heads)
        for row, place in enumerate(report.places, start=1):
            sheet.write_string(row, 0, place.name)
            sheet.write_string(row, 1, self._word(place.level))
            for column, count in enumerate((place.incidents, place.real, place.false), start=2):
                sheet.write_number(row, column, count)
            if place.reached_in_60_s.share is not None:
                sheet.write_number(row, 5, place.reached_in_60_s.share, self._share)
            if place.reached_median_s is not None:
                sheet.write_number(row, 6, place.reached_median_s / _SECONDS_A_DAY, self._duration)

    def incidents(self, report: ShiftReport) -> None:
        """One by one."""
        sheet = self._sheet(self._word("incident_list"), widths=(8, 16, 10, 14, _WIDE, 18, 12, 12, 12, 12, 24))
        heads = ("code", "kind", "severity", "name", "place", "opened_at", "taken_after", "reached_after", "state")
        self._heads(sheet, 0, (*heads, "disposition", "ending"))
        word = self._words.word
        for row, line in enumerate(report.incidents, start=1):
            sheet.write_number(row, 0, line.code)
            for column, text in (
                (1, word("kind", line.kind)),
                (2, word("severity", line.severity)),
                (3, line.name or ""),
                (4, line.place),
                (8, word("state", line.state)),
                (9, word("disposition", line.disposition)),
                (10, word("ending" if line.disposition == "real" else "cause", line.ending)),
            ):
                sheet.write_string(row, column, text)
            sheet.write_datetime(row, 5, line.opened_at.astimezone(self._timezone), self._when)
            for column, after_s in ((6, line.taken_after_s), (7, line.reached_after_s)):
                if after_s is not None:
                    sheet.write_number(row, column, after_s / _SECONDS_A_DAY, self._duration)

    def _title(self, report: Report) -> str:
        return self._word("title_shift" if isinstance(report, ShiftReport) else "title_month")

    def _sheet(self, name: str, widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(name[:31])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _heads(self, sheet: Worksheet, row: int, codes: Sequence[str]) -> None:
        for column, code in enumerate(codes):
            sheet.write_string(row, column, self._word(code) if code else "", self._head)
        sheet.freeze_panes(row + 1, 0)

    def _rows(self, sheet: Worksheet, rows: Iterable[Sequence[Cell]]) -> None:
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell.astimezone(self._timezone), self._when)
                elif isinstance(cell, int | float):
                    sheet.write_number(at, column, cell)
                elif cell is not None:
                    sheet.write_string(at, column, cell)

    def _word(self, code: str) -> str:
        return self._words.word("report", code)
