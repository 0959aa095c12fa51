"""Rows as they are published of a return set, made up for tests of what presents them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipelines.present.explorer import site
from pipelines.present.rows import ReturnSetRows
from schemas.addresses import position
from schemas.figures import CHAPTERS
from schemas.forms import BY_CODE
from tests.unit.builders import COMMUNE, PERIOD, Row

SHA = "ab" * 32


def site_of(rows: ReturnSetRows) -> dict[str, bytes]:
    """The whole site of a return set, all of it made: contents by name, the start page last."""
    return {name: file.content() for name, file in site.files(rows).items()}


def figure(identifier: str, value: str | None, **more: Any) -> Row:
    return {
        "id": identifier,
        "label": f"Nhãn {identifier}",
        "value": None if value is None else Decimal(value),
        "unit": "con",
        "status": "incomplete" if value is None else "complete",
        "reported": 7 if value is None else 8,
        "expected": 8,
        "exact": value or "",
        "formula": "cộng các thôn",
        "forms": "B01",
        "plan": "fn2",
        "chapter": "livestock",
        "reporter": "",
        "line": "",
        **more,
    }


def edge(identifier: str, field: str, reporter: str, cell: str, written: str, **more: Any) -> Row:
    return {
        "figure": identifier,
        "form": "B01",
        "reporter": reporter,
        "line": "",
        "field": field,
        "file": f"{reporter}.xlsx",
        "sha256": SHA,
        "sheet": "Chăn nuôi",
        "cell": cell,
        "received": written,
        "text": written,
        "value": Decimal(written) if written.isdigit() else None,
        "note": "",
        "correction": "",
        "corrected_by": "",
        "confirmed": "",
        "confirmed_by": "",
        "edits": "C-11 holds;B01-02 undecided",
        **more,
    }


def cell(address: str, text: str, kind: str = "text", file: str = "na_lia.xlsx", sheet: str = "Chăn nuôi") -> Row:
    place = position(address)
    assert place
    return {
        "file": file,
        "sha256": SHA,
        "sheet": sheet,
        "row": place[0],
        "column": place[1],
        "cell": address,
        "kind": kind,
        "text": text,
        "shown": "",
    }


def printed(identifier: str, text: str, verdict: str = "agrees", **more: Any) -> Row:
    return {"id": identifier, "printed": text, "verdict": verdict, "note": "", "section": "fn2", "unit": "con", **more}


def published(**rows: Any) -> ReturnSetRows:
    empty: dict[str, Any] = dict.fromkeys(
        ("figures", "statements", "lineage", "findings", "files", "cells", "superseded", "ledger"), ()
    )
    given = ReturnSetRows(
        period=PERIOD.code,
        commune=COMMUNE,
        title="Hữu Kiên",
        called="xã Hữu Kiên",
        period_title=PERIOD.title,
        held={},
        reporters={"na_lia": "Thôn Nà Lìa", "pa_phao": "Thôn Pá Phào"},
        chapters=CHAPTERS,
        forms=BY_CODE,
        **empty,
    )
    return replace(given, **rows)


HORSES = published(
    figures=[figure("livestock.horse.heads", "950"), figure("livestock.goat.heads", None)],
    statements=[printed("livestock.horse.heads", "950"), printed("no.such.figure", "3", "not_recomputable")],
    lineage=[
        edge("livestock.horse.heads", "horse", "na_lia", "D12", "663"),
        edge(
            "livestock.horse.heads", "horse", "pa_phao", "D12", "278", value=Decimal(287), text="287", correction="Gọi"
        ),
    ],
    cells=[cell("A1", "ỦY BAN"), cell("B12", "Đàn ngựa"), cell("D12", "663", "number")],
    files=[{"file": "na_lia.xlsx", "sha256": SHA, "problem": "", "detail": ""}],
)
