"""Spreadsheets, read back by another library: typed cells, and never a formula."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from weakref import WeakSet

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.casework import sheets
from apflow.casework.sheets import LONGEST_TEXT, Cell, Sheet, workbook

MADE = datetime(2026, 7, 14, 9, 30, tzinfo=UTC)


class Row(list[Cell]):
    """A row that can be watched."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def read(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def one(*row: Cell) -> list[Any]:
    """Return the cells of a row as another library reads them."""
    headings = [f"column {number}" for number in range(len(row))]
    book = read(workbook([Sheet("Rows", headings, [row])], MADE))
    return list(book["Rows"][2]) if book["Rows"].max_row > 1 else []


def test_cells_are_what_they_are_and_moments_are_as_london_shows_them() -> None:
    summer = datetime(2026, 7, 14, 9, 30, tzinfo=UTC)
    cells = one("Oak", True, 7, 2.5, date(2026, 2, 28), summer, None)
    assert [cell.value for cell in cells[:4]] == ["Oak", True, 7, 2.5]
    assert cells[4].value == datetime(2026, 2, 28)
    assert cells[4].number_format == "dd/mm/yyyy"
    assert cells[5].value == datetime(2026, 7, 14, 10, 30)
    assert [cell.data_type for cell in cells[:6]] == ["s", "b", "n", "n", "d", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=HYPERLINK(\"http://evil.example\",\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1",
        "{=1}", "12", "1e3", "2026-01-01", "http://evil.example", "mailto:a@b.example", "#REF!",
        "<r><t>rich</t></r>", "<r><f>broken", "<r></x></r>", "&amp;", "_x0041_", "a\x00b\x1fc",
        "  two  spaces  ", "line\nline", "Zoë 🙂", "\ufffe", "'quoted", "\u202eevil",
    ],
)  # fmt: skip
def test_a_string_is_a_string_whatever_it_looks_like(text: str) -> None:
    (cell,) = one(text)
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    # The other library leaves Excel's way of writing what XML cannot hold as it stands.
    known = {"\t": "\t", "\r": "_x000D_", "\x00": "_x0000_", "\x1f": "_x001F_", "\ufffe": "_xFFFE_"}
    wanted = text.replace("_x0041_", "_x005F_x0041_")
    for raw, shown in known.items():
        wanted = wanted.replace(raw, shown)
    assert cell.value.rstrip(" ") == wanted.rstrip(" ")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_gives_a_spreadsheet_without_formulas(texts: list[str]) -> None:
    content = workbook([Sheet(texts[0], texts, [texts, texts])], MADE)
    (page,) = read(content).worksheets
    kinds = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s"}
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml


@pytest.mark.parametrize("letter", ["x", "é", "🙂"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(letter: str) -> None:
    (fits,) = one("=" + letter * (LONGEST_TEXT // 2 - 1))
    assert fits.value == "=" + letter * (LONGEST_TEXT // 2 - 1)
    (cut,) = one(letter * (LONGEST_TEXT + 1))
    assert cut.value.endswith(f"{letter}…")
    assert LONGEST_TEXT - 4 < len(cut.value.encode("utf-16-le")) // 2 <= LONGEST_TEXT


def test_numbers_and_dates_that_a_spreadsheet_gets_wrong_are_kept_as_text() -> None:
    cells = one(2**53 + 1, float("inf"), float("nan"), date(1899, 12, 31), -(2**60))
    assert [cell.value for cell in cells] == [
        str(2**53 + 1), "inf", "nan", "1899-12-31", str(-(2**60)),
    ]  # fmt: skip


def test_the_same_sheets_and_moment_give_the_same_bytes_and_others_do_not() -> None:
    def made(when: datetime) -> bytes:
        return workbook([Sheet("Rows", ("a", "b"), [("x", 1), ("y", date(2026, 1, 1))])], when)

    assert made(MADE) == made(MADE)
    assert made(MADE) != made(datetime(2027, 1, 1, tzinfo=UTC))
    assert read(made(MADE)).properties.created == datetime(2026, 7, 14, 9, 30)


def test_titles_are_made_to_fit_and_to_differ() -> None:
    titles = ["a/b:c*d?[e]", "x" * 40, "x" * 40, "'quoted'", "History", "", "Ä" * 31, "ä" * 31]
    book = read(workbook([Sheet(title, (), ()) for title in titles], MADE))
    assert book.sheetnames == [
        "a b c d  e", "x" * 31, "x" * 27 + " (2)", "quoted", "History_", "Sheet_", "Ä" * 31,
        "ä" * 27 + " (2)",
    ]  # fmt: skip


def test_a_book_of_nothing_and_a_sheet_without_rows_can_be_opened() -> None:
    assert read(workbook([], MADE)).sheetnames == ["Empty"]
    page = read(workbook([Sheet("Rows", ("a", "b"), ())], MADE))["Rows"]
    assert [cell.value for cell in page[1]] == ["a", "b"]
    assert page.freeze_panes == "A2"


def test_rows_that_do_not_fit_go_on_in_a_further_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    rows = [(number,) for number in range(7)]
    book = read(workbook([Sheet("Rows", ("n",), rows)], MADE))
    assert book.sheetnames == ["Rows", "Rows (2)", "Rows (3)"]
    found = [[row[0].value for row in page.iter_rows()] for page in book.worksheets]
    assert found == [["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6]]


def test_rows_are_taken_one_by_one_and_never_gathered() -> None:
    alive: WeakSet[Row] = WeakSet()
    most = 0

    def rows() -> Iterator[Row]:
        nonlocal most
        for number in range(3_000):
            row = Row(("text", number))
            alive.add(row)
            most = max(most, len(alive))
            yield row

    content = workbook([Sheet("Rows", ("a", "b"), rows())], MADE)
    assert most < 200
    assert read(content)["Rows"].max_row == 3_001
