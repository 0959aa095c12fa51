"""Files that nobody should be able to harm an office with: two hundred of them, each kind by chance ten times.

Belongs here: making them. Does not belong here: what has to come of them.
"""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.unit.fuzzing import damaged

Hostile = Callable[[bytes, Path, Random], None]
"""Lays a file into a folder; it is given a workbook as a reporter sends it."""


def _named(name: str, make: Callable[[bytes, Random], bytes]) -> Hostile:
    def lay(workbook: bytes, folder: Path, chance: Random) -> None:
        (folder / name).write_bytes(make(workbook, chance))

    return lay


def _parts(change: Callable[[dict[str, bytes], Random], None]) -> Callable[[bytes, Random], bytes]:
    def make(workbook: bytes, chance: Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(workbook)) as opened:
            parts = {name: opened.read(name) for name in opened.namelist()}
        change(parts, chance)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
            for name, content in parts.items():
                written.writestr(name, content)
        return packed.getvalue()

    return make


def _sheet(replace: Callable[[bytes, Random], bytes]) -> Callable[[dict[str, bytes], Random], None]:
    def change(parts: dict[str, bytes], chance: Random) -> None:
        name = chance.choice(sorted(one for one in parts if one.startswith("xl/worksheets/sheet")))
        parts[name] = replace(parts[name], chance)

    return change


def _bomb(_: bytes, chance: Random) -> bytes:
    return b"<worksheet><sheetData>" + b"<row>" * chance.randrange(10_000_000, 20_000_000) + b"</sheetData></worksheet>"


def _entities(text: bytes, chance: Random) -> bytes:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(chance.randint(8, 12)))
    return f"<?xml version='1.0'?><!DOCTYPE w [{names}]><worksheet>&e7;</worksheet>".encode()


def _outside(text: bytes, chance: Random) -> bytes:
    where = chance.choice(["file:///etc/passwd", "http://127.0.0.1:9/", "file:///dev/zero", "expect://id"])
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "{where}">]><worksheet>&x;</worksheet>'.encode()


def _far(text: bytes, chance: Random) -> bytes:
    cell = chance.choice(["XFD1048576", "XFE1", "A9999999999", "ZZZZZZ1", "A0", "1A", ""])
    row = f'<row r="{chance.choice([1, 1048576, 2**40])}"><c r="{cell}"><v>1</v></c></row></sheetData>'
    return text.replace(b"</sheetData>", row.encode())


def _deep(text: bytes, chance: Random) -> bytes:
    depth = chance.randrange(10_000, 200_000)
    return text.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * depth + b"</a>" * depth)


def _formulas(text: bytes, chance: Random) -> bytes:
    bad = chance.choice(
        ["=cmd|'/C calc'!A0", "\x1b]0;x\x07", "<script>alert(1)</script>", "+1+1", "@SUM(1)", "\u202e1"]
    )
    said = bad.replace("&", "&amp;").replace("<", "&lt;").replace("\x1b", "&#27;").replace("\x07", "")
    cell = f'<row r="900"><c r="B900" t="inlineStr"><is><t>{said}</t></is></c></row></sheetData>'
    return text.replace(b"</sheetData>", cell.encode())


def _traversal(parts: dict[str, bytes], chance: Random) -> None:
    parts[chance.choice(["../../evil.xml", "/etc/evil", "xl/../../evil", "C:\\evil", "xl\\worksheets\\sheet1.xml"])] = (
        b"x"
    )


def _many_sheets(parts: dict[str, bytes], chance: Random) -> None:
    number = chance.randrange(2_000, 5_000)
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n + 9}" r:id="rId1"/>' for n in range(number))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", sheets.encode() + b"</sheets>")


def _nested(workbook: bytes, chance: Random) -> bytes:
    content = workbook
    for _ in range(chance.randint(2, 20)):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as written:
            written.writestr("x.xlsx", content)
        content = packed.getvalue()
    return content


def _link(name: str, *targets: str) -> Hostile:
    def lay(_: bytes, folder: Path, chance: Random) -> None:
        (folder / name).symlink_to(chance.choice(targets))

    return lay


def _pipe(_: bytes, folder: Path, __: Random) -> None:
    os.mkfifo(folder / "ong.xlsx")


def _folder(workbook: bytes, folder: Path, chance: Random) -> None:
    inside = folder / "thu-muc.xlsx"
    for _ in range(chance.randint(1, 40)):
        inside /= "sâu"
    inside.mkdir(parents=True)
    (inside / "x.xlsx").write_bytes(workbook)


def _odd_name(workbook: bytes, folder: Path, chance: Random) -> None:
    odd = ["a\x1b[2Jb.xlsx", "x\ny.xlsx", "\u202exslx.exe.xlsx", "=1+1.xlsx", "'; DROP TABLE.xlsx", "a" * 250 + ".xlsx"]
    odd += ["<img src=x>.xlsx", "..xlsx", " .xlsx", "con.xlsx"]
    (folder / chance.choice(odd)).write_bytes(workbook)


def _no_text_name(workbook: bytes, folder: Path, chance: Random) -> None:
    name = os.fsencode(folder) + b"/ten-" + bytes([chance.randrange(0x80, 0xC0)]) + b".xlsx"
    Path(os.fsdecode(name)).write_bytes(workbook)


def _random(_: bytes, chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 100_000))


def _text(_: bytes, chance: Random) -> bytes:
    return chance.choice(
        [b"", b"\0" * 4096, b"<html><table><tr><td>1</td></tr></table></html>", b"PK\3\4", b"%PDF-1.7"]
    )


def _old(_: bytes, chance: Random) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + chance.randbytes(chance.randrange(600, 9_000))


def _wide(_: bytes, chance: Random) -> bytes:
    return chance.choice([b",", b";", b"\t", b'"']) * chance.randrange(1_000_000, 3_000_000)


HOSTILE: Mapping[str, Hostile] = {
    "random bytes": _named("la.xlsx", _random),
    "no workbook": _named("la.xlsx", _text),
    "cut short": _named("la.xlsx", lambda content, chance: content[: chance.randrange(len(content))]),
    "damaged": _named("la.xlsx", damaged),
    "an old format": _named("la.xls", _old),
    "a bomb": _named("la.xlsx", _parts(_sheet(_bomb))),
    "entities": _named("la.xlsx", _parts(_sheet(_entities))),
    "from outside": _named("la.xlsx", _parts(_sheet(_outside))),
    "far cells": _named("la.xlsx", _parts(_sheet(_far))),
    "deep": _named("la.xlsx", _parts(_sheet(_deep))),
    "formulas": _named("la.xlsx", _parts(_sheet(_formulas))),
    "paths": _named("la.xlsx", _parts(_traversal)),
    "many sheets": _named("la.xlsx", _parts(_many_sheets)),
    "nested": _named("la.xlsx", _nested),
    "a link out": _link("la.xlsx", "/etc/passwd", "/dev/zero", "/proc/self/environ", "la.xlsx", "/", "khong-co"),
    "a pipe": _pipe,
    "a folder": _folder,
    "an odd name": _odd_name,
    "a name that is no text": _no_text_name,
    "a wide table": _named("la.csv", _wide),
}
