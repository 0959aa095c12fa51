"""The part of a workbook that says which sheets it has, and the relationships that lead to all other parts.

Belongs here: what the workbook says of itself. Does not belong here: what other parts say (``strings_part``,
``styles_part``, ``sheet_part``, ``comments_part``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.steps.collect.elements import OTHER_FILE, Quiet, holds, named
from pipelines.steps.collect.limits import Budget, Limits
from pipelines.steps.collect.markup import parse
from pipelines.steps.collect.package import Parts, part_name
from pipelines.steps.collect.unreadable import BROKEN, UnreadableError

_LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
"""The namespace in which elements name a relationship, in both forms of the standard."""

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
"""That of the relationships themselves."""

_NO_WORKBOOK = "bên trong không có sổ tính; mở lại bằng Excel, lưu thành .xlsx"


@dataclass(frozen=True)
class Link:
    """One relationship of a part: what kind of thing it leads to, and where that is."""

    kind: str
    target: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells, as the workbook names it."""

    called: str
    """Its name, made different from those of the sheets before it."""
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Outline:
    """What the workbook says of itself, but for its strings and styles; of these, in which part they are, if any."""

    sheets: Sequence[Sheet]
    strings: str
    styles: str
    since_1904: bool
    stale: bool
    linked_names: frozenset[str]


def outline(package: Parts, budget: Budget) -> Outline:
    """Return what a workbook holds.

    Raises:
        UnreadableError: It is broken, or none.
    """
    part = _main_part(package, budget)
    found = _Workbook()
    parse(package.chunks(part), found, budget, part)
    if not found.is_workbook:
        raise UnreadableError(_NO_WORKBOOK)
    budget.take_sheets(len(found.sheets))
    links = links_of(package, budget, part)
    sheets: list[Sheet] = []
    names: set[str] = set()
    for name, link_id, state in found.sheets:
        link = links.get(link_id)
        if link is None or link.target not in package:
            raise UnreadableError(f"{BROKEN} (không thấy nội dung của trang «{name}»)")
        if link.kind not in _KINDS_OF_SHEETS:
            raise UnreadableError(f"{BROKEN} (không rõ trang «{name}» là loại trang gì)")
        if link.kind == "worksheet":
            # No program lets a name be given twice; where it was, both are read, and our own words tell them apart.
            own = name if name not in names else f"{name} [trang {len(sheets) + 1}]"
            names.add(own)
            sheets.append(Sheet(own, name, link.target, hidden=state != "visible"))
    strings, styles = (_target(package, links, kind) for kind in ("sharedStrings", "styles"))
    return Outline(sheets, strings, styles, found.since_1904, found.stale, frozenset(found.linked_names))


_KINDS_OF_SHEETS = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})


def _main_part(package: Parts, budget: Budget) -> str:
    """Return the part that is the workbook: the one to which the package's own relationships lead."""
    found = [link.target for link in links_of(package, budget, "").values() if link.kind == "officeDocument"]
    if not found and "xl/workbook.xml" in package:  # a package without relationships of its own
        found = ["xl/workbook.xml"]
    if not found or found[0] not in package:
        raise UnreadableError(_NO_WORKBOOK)
    if len(set(found)) > 1:
        raise UnreadableError(f"{BROKEN} (có hai sổ tính trong một tệp)")
    return found[0]


def _target(package: Parts, links: Mapping[str, Link], kind: str) -> str:
    """Return the part of a kind that a workbook has at most one of; empty where it has none.

    Raises:
        UnreadableError: It has two, or one that is not there.
    """
    found = list({link.target for link in links.values() if link.kind == kind})
    if len(found) > 1 or any(target not in package for target in found):
        raise UnreadableError(f"{BROKEN} (thiếu hoặc thừa phần {kind})")
    return found[0] if found else ""


def links_of(package: Parts, budget: Budget, part: str) -> dict[str, Link]:
    """Return the relationships of a part, or of the package where it is empty, by their names."""
    folder, _, name = part.rpartition("/")
    own = part_name(f"{folder}/_rels/{name}.rels")
    if own not in package:
        return {}
    content = package.read(own)
    budget.take_markup(content)
    return _links_in(content, folder, own, budget.limits)


# Few programs write the workbooks of a commune: much of what they say beside the cells is the same, byte by byte.
@lru_cache(maxsize=256)
def _links_in(content: bytes, folder: str, part: str, limits: Limits) -> dict[str, Link]:
    found = _Relationships(folder)
    parse([content], found, Budget(limits), part)
    return found.found


class _Relationships(Quiet):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, Link] = {}

    def opened(self, name: str, _parent: str, attributes: Mapping[str, str]) -> None:
        if name != f"{_RELATIONSHIPS} Relationship" or attributes.get("TargetMode") == "External":
            return
        target, link_id = attributes.get("Target", ""), attributes.get("Id", "")
        if link_id in self.found:
            raise UnreadableError(f"{BROKEN} (hai phần mang cùng mã {link_id})")
        path = target if target.startswith(("/", "\\")) else f"{self.folder}/{target}"
        self.found[link_id] = Link(attributes.get("Type", "").rpartition("/")[2], part_name(path))


_WORKBOOK, _SHEETS, _SHEET, _PROPERTIES, _CALCULATION, _DEFINED = map(
    named, ("workbook", "sheets", "sheet", "workbookPr", "calcPr", "definedName")
)

_LINK_IDS = tuple(f"{namespace} id" for namespace in _LINKS)


class _Workbook(Quiet):
    """The elements of the workbook part."""

    def __init__(self) -> None:
        self.is_workbook = self.since_1904 = self.stale = False
        self.sheets: list[tuple[str, str, str]] = []
        self.linked_names: set[str] = set()
        self._name = ""
        self._definition: list[str] = []

    def opened(self, name: str, parent: str, attributes: Mapping[str, str]) -> None:
        if name in _WORKBOOK and not parent:
            self.is_workbook = True
        elif parent in _SHEETS:
            if name not in _SHEET:
                raise UnreadableError(f"{BROKEN} (danh sách các trang có phần tử lạ)")
            link = next((attributes[name] for name in _LINK_IDS if name in attributes), "")
            self.sheets.append((attributes.get("name", ""), link, attributes.get("state", "visible")))
        elif name in _PROPERTIES:
            self.since_1904 = self._is_so(attributes.get("date1904"))
        elif name in _CALCULATION:
            self.stale = self._is_so(attributes.get("fullCalcOnLoad"))
        elif name in _DEFINED:
            self._name, self._definition = attributes.get("name", ""), []

    @staticmethod
    def _is_so(said: str | None) -> bool:
        try:
            return holds(said)
        except ValueError as reason:
            raise UnreadableError(f"{BROKEN} ({reason})") from reason

    def text(self, text: str) -> None:
        if self._name:
            self._definition.append(text)

    def closed(self, name: str) -> None:
        if name in _DEFINED:
            if OTHER_FILE.search("".join(self._definition)):
                self.linked_names.add(self._name.lower())
            self._name = ""
