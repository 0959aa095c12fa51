"""From a figure to its cells, and from a cell to its figures: what both verbs of the command line tell.

Belongs here: joining the published tables into one answer, and its sentences, branch by branch. Does not belong here:
how it is printed (``pipelines.cli``); importing forms, pandas or Dagster, which would take longer than the answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.store import published
from pipelines.store.published import PublishedRow
from pipelines.store.tables import Tables
from schemas.findings import parts_of
from schemas.kept import ESTIMATES_FILE
from schemas.listed import first_of, outcomes_listed, outcomes_of
from schemas.outcomes import Outcome, Status
from schemas.periods import Period, as_people_write
from schemas.problems import Problems
from schemas.return_sets import VALUE_KEY, ReturnSetKey
from schemas.sentences import SentenceError
from schemas.words import OUTCOMES

_WHERE = (*VALUE_KEY, "file", "sha256", "sheet", "cell")
SOURCE_COLUMNS = (*_WHERE, "text", "value", "note", "correction", "confirmed", "edits")


@dataclass
class Branch:
    """A sentence, and what stands below it."""

    words: str
    below: list["Branch"] = field(default_factory=list)

    def add(self, words: str) -> "Branch":
        """Add a sentence below, and return it."""
        self.below.append(Branch(words))
        return self.below[-1]


class UnknownFigureError(SentenceError):
    """No figure has this id."""


def trace(store: Tables, key: ReturnSetKey, figure: str) -> dict[str, Any]:
    """Return all that stands behind one figure of a return set.

    Returns:
        ``id, label, value, unit, period, status, formula`` as published; ``lacking``: the reporters whom it lacks;
        ``sources``: its cells, each with what was received, what it was read as, correction, confirmation,
        ``put_right``: that its sender wrote what it had been corrected to, in words, where that is so, and
        ``edits``: code, sentence and outcome of every edit that looked at it when it was accepted; ``made``: run and
        version of the software that computed it; ``accepted``: the same for each form its cells were accepted in;
        ``release``: of a commune that sent a release in the place of workbooks, name, file and hashes; else nothing.

    Raises:
        UnknownFigureError: There is no such figure.
    """
    row = published.figure(store, key, figure)
    if row is None:
        raise UnknownFigureError(
            f"Không có chỉ tiêu «{figure}» trong {Period.parse(key.period).title}. Xem danh sách bằng: returns figures"
        )
    cells = published.lineage(store, key, figure, row["chapter"])
    marts = {cell["form"]: cell["mart"] for cell in cells if "mart" in cell}
    # A form that nobody has sent has no cells, and so no mart among them.
    found = published.findings(store, key, (*marts.values(), published.FORMLESS) if row["value"] is not None else ())
    held = published.held_forms(found)
    unsent, blank = published.lacking(row, published.unsent(found), cells)
    sentences = published.sentences(store, key, marts.values())
    return {
        "id": row["id"],
        "value": row["value"],
        "formula": row["formula"],
        "label": row["label"],
        "unit": row["unit"],
        "period": key.period,
        "status": published.status(row, held),
        "lacking": list(dict.fromkeys((*unsent, *blank))),
        "sources": [source(cell, sentences) | {"put_right": _put_right(cell, found)} for cell in cells],
        "made": asdict(published.writer(store, key, f"figures/{row['chapter']}")),
        "accepted": [
            {"form": form, **asdict(published.writer(store, key, f"marts/{mart}"))} for form, mart in marts.items()
        ],
        "release": _release(store, key, row["forms"]),
    }


def _release(store: Tables, key: ReturnSetKey, forms: str) -> dict[str, str] | None:
    """Return the release from which the figures of some forms are."""
    for row in published.approved(store, key):
        if row["release"] and set(row["refused"].split()).isdisjoint(forms.split()):
            return {name: row[name] for name in ("release", "file", "sha256", "created", "seal", "version")}
    return None


def source(cell: Mapping[str, Any], sentences: Mapping[str, str]) -> dict[str, Any]:
    """Return one cell behind a figure."""
    correction = None
    if cell["correction"]:
        correction = {
            "old": cell["received"],
            "new": cell["text"],
            "reason": cell["correction"],
            "who": cell["corrected_by"],
        }
    confirmed = {"reason": cell["confirmed"], "who": cell["confirmed_by"]} if cell["confirmed"] else None
    return {name: cell[name] for name in _WHERE} | {
        "text": cell["received"],
        "value": cell["value"],
        "correction": correction,
        "confirmed": confirmed,
        "note": cell["note"],
        "edits": list(_edits(cell.get("edits"), sentences)),
    }


def _put_right(cell: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> str:
    """Return what is told of a cell whose sender wrote what it had been corrected to; nothing of any other.

    Its number is then from the cell itself, and no correction of it. A form that is held shows the cells of before.
    """
    at = (cell["file"], cell["sheet"], cell["cell"], cell["received"])
    told = (
        parts_of(one).wrong
        for one in findings
        if one["code"] == Problems.LEDGER_FULFILLED.value.code
        and (one["file"], one["sheet"], first_of(one["cells"]), one["written"]) == at
    )
    return "" if cell["correction"] else next(told, "")


def _edits(outcomes: str | None, sentences: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for code, outcome in outcomes_of(outcomes):
        # The gate notes under this code that a value lies within its field's range, which is no edit of the form.
        in_range = code == Problems.OUT_OF_RANGE.value.code
        sentence = "Số nằm trong khoảng biểu mẫu cho phép" if in_range else sentences.get(code, "")
        yield {"code": code, "outcome": outcome, "sentence": sentence}


def flat(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source with its corrections and edits as texts, for a table of one row per cell."""
    reasons = {name: (source[name] or {}).get("reason", "") for name in ("correction", "confirmed")}
    return {**source, **reasons, "edits": outcomes_listed((edit["code"], edit["outcome"]) for edit in source["edits"])}


Kinds = Mapping[tuple[str, str, str, str], str]
"""Of which kinds cells are, by file, its hash, sheet and address."""


def kinds(store: Tables, key: ReturnSetKey, sources: Iterable[Mapping[str, Any]]) -> Kinds:
    """Return of which kinds the cells of sources are, where that says how a person sees any of them."""
    return published.kinds(store, key) if any("." in (one["text"] or "") for one in sources) else {}


def seen(source: Mapping[str, Any], known: Kinds) -> str:
    """Return what was received in a cell as a person sees it there."""
    # Only here, as in ``written``.
    from pipelines.steps.numbers import as_seen

    kind = known.get((source["file"], source["sha256"], source["sheet"], source["cell"]), "")
    return as_seen(kind, source["text"] or "")


def tree(traced: Mapping[str, Any], known: Kinds, title: Callable[[str], str]) -> Branch:
    """Return a trace in sentences.

    Args:
        traced: What ``trace`` returns.
        known: Of which kinds its cells are.
        title: What returns a reporter's name.
    """
    value = amount(traced["value"], traced["unit"], traced["status"])
    top = Branch(f"{traced['label']}: {value}   [{traced['id']}, {traced['period']}]")
    top.add(f"Công thức: {traced['formula']}")
    if traced["lacking"]:
        top.add(f"Thiếu: {', '.join(map(title, traced['lacking']))}")
    if any(cell["file"] == ESTIMATES_FILE for cell in traced["sources"]):
        top.add("Có số ước thay cho báo cáo chưa đến; xem từng đơn vị ở dưới.")
    if traced["status"] == Status.HELD:
        top.add("Số liệu mới đang bị giữ lại; đây là số đã chấp nhận trước đó. Xem: returns findings")
    if sent := traced["release"]:
        top.add(
            f"Số xã đã duyệt: bản phát hành «{sent['release']}» lúc {as_people_write(sent['created'])}, "
            f"tệp {sent['file']}, mã của bản kê {sent['seal'][:12]}; các sổ tính nguồn nằm trong tệp đó"
        )
    elif by := who(traced["made"]):
        top.add(f"Tính trong {by}")
    accepted = {one["form"]: who(one) for one in traced["accepted"]}
    fields: dict[tuple[str, str], Branch] = {}
    for cell in traced["sources"]:
        key = (cell["form"], cell["field"])
        if key not in fields:
            fields[key] = top.add(f"Biểu {cell['form']}, {_label(cell)}")
            if (by := accepted.get(cell["form"], "")) and by != who(traced["made"]):
                fields[key].add(f"Chấp nhận trong {by}")
        reporter = title(cell["reporter"]) + (f", dòng {cell['line']}" if cell["line"] else "")
        leaf = fields[key].add(f"{reporter}: {_cell(cell, known)}")
        leaf.below += _decisions(cell, known)
        if cell["put_right"]:
            leaf.add(cell["put_right"])
        if cell["note"]:
            leaf.add(f"Ghi chú: {cell['note']}")
        if cell["edits"]:
            leaf.add(f"Đã kiểm tra: {'; '.join(_outcome(edit) for edit in cell['edits'])}")
    return top


def _outcome(edit: Mapping[str, str]) -> str:
    """Return how an edit came out; its sentence only where it did not simply hold, since most cells have several."""
    outcome = f"{edit['code']} {OUTCOMES.get(edit['outcome'], edit['outcome'])}"
    return outcome if edit["outcome"] == Outcome.HOLDS else f"{outcome} ({edit['sentence']})"


def who(writer: Mapping[str, str]) -> str:
    """Return by which run and which version of the software something was written, as far as that is known."""
    named = (("lần chạy", writer["run"][:8]), ("bản phần mềm", writer["code"][:12]))
    return ", ".join(f"{what} {code}" for what, code in named if code)


def _cell(source: Mapping[str, Any], known: Kinds) -> str:
    """Return where a cell is, what is written in it and what that was read as."""
    return (
        f"{source['file']} · {source['sheet']} · ô {source['cell']} ghi «{seen(source, known)}»"
        f" = {written(source['value'])}   sha256 {source['sha256'][:12]}"
    )


def _decisions(source: Mapping[str, Any], known: Kinds) -> Iterator[Branch]:
    if made := source["correction"]:
        yield Branch(f"Đính chính «{seen(source, known)}» thành «{made['new']}» ({made['who']}): {made['reason']}")
    if kept := source["confirmed"]:
        yield Branch(f"Giữ nguyên theo xác nhận ({kept['who']}): {kept['reason']}")


def uses(store: Tables, key: ReturnSetKey, edges: Sequence[PublishedRow]) -> list[dict[str, Any]]:
    """Return, for every edge from a figure to a cell, the figure as published beside what the cell says.

    Former software noted edges of figures that do not concern a reporter too, and published no such figures.
    """
    held = published.held_forms(published.findings(store, key))
    computed = {row["id"]: row for row in published.figures(store, key)}
    rows = []
    for edge in edges:
        figure = computed.get(edge["figure"])
        if figure is None:
            continue
        status = published.status(figure, held)
        as_published = {name: figure[name] for name in ("id", "label", "value", "unit", "formula")}
        rows.append({**edge, **as_published, "status": status, "text": edge["received"]})
    return rows


_STATES = {Status.HELD: "số liệu mới đang bị giữ lại", Status.ESTIMATED: "có số ước"}
"""What is told of a figure that is not made of returns alone that have come and been accepted."""


def uses_tree(
    edges: Sequence[PublishedRow], rows: Sequence[Mapping[str, Any]], known: Kinds, title: Callable[[str], str]
) -> Branch:
    """Return the figures made of a cell in sentences."""
    first = source(edges[0], {})
    top = Branch(_cell(first, known), list(_decisions(first, known)))
    fields: dict[tuple[str, ...], Branch] = {}
    for row in rows:
        key = (row["form"], row["field"], row["reporter"])
        branch = fields.get(key) or fields.setdefault(key, top.add(f"Biểu {key[0]}, {_label(row)}, {title(key[2])}"))
        value = amount(row["value"], row["unit"], row["status"])
        state = f"   ({_STATES[row['status']]})" if row["status"] in _STATES else ""
        branch.add(f"{row['label']}: {value}   [{row['id']}]{state}").add(f"Công thức: {row['formula']}")
    return top


def _label(cell: Mapping[str, Any]) -> str:
    """Return what a cell answers, as its form words it; the code of a field that there is no more."""
    # Only here, as in ``written``: what programs read names no field in words.
    from schemas.catalogue import CATALOGUE

    form = CATALOGUE.by_code.get(cell["form"])
    fields = form.fields() if form is not None else {}
    return f"«{fields[cell['field']].label}»" if cell["field"] in fields else str(cell["field"])


def amount(value: Decimal | None, unit: str, status: str) -> str:
    """Return a figure's value with its unit; in words that there is none, and why."""
    if value is None and status == Status.UNDEFINED:
        return "mẫu số bằng 0, không tính được"
    return "chưa đủ số liệu" if value is None else f"{written(value)} {unit}"


def written(value: Decimal | None) -> str:
    """Return a number as it is written in Vietnam; a blank in words."""
    # Only here: to know how numbers are read as well takes longer than to list all that JSON says.
    from pipelines.steps.numbers import vietnamese

    return "trống" if value is None else vietnamese(value)
