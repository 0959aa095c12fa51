"""A place above communes: its figures with those of the places it falls into, and which communes have sent what.

Belongs here: joining the published tables of many communes into one answer, and its sentences. Does not belong here: a
figure of one commune and its cells (``pipelines.present.tracing``), how an answer is printed (``pipelines.cli``), pages
(``pipelines.present.explorer``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from pipelines.present.tracing import Branch, amount, who
from pipelines.store import published
from pipelines.store.published import PublishedRow
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.outcomes import Severity, Status
from schemas.periods import Period
from schemas.places import Places
from schemas.places.place import Place
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError
from schemas.words import WORDS

PART_COLUMNS = (
    *("place", "name", "level", "value", "status", "reported", "expected", "communes_sent", "communes_expected"),
    "next",
)

COUNT_HEADINGS: Mapping[str, tuple[str, str]] = {
    "commune": WORDS["place.name"],
    "form": WORDS["form"],
    "sent": WORDS["place.sent"],
    "expected": WORDS["place.expected"],
    "missing": WORDS["place.missing"],
    "status": WORDS["trace.state"],
    **{str(severity): WORDS[f"finding.{severity}"] for severity in Severity},
}
"""What is counted by commune and form, and what it is called."""

_LISTED = 10
"""Communes that a sentence lists."""


@dataclass(frozen=True)
class Coverage:
    """What has come in a period of some communes: read once, for as many places as are asked about."""

    store: Store
    period: str
    communes: frozenset[str]
    forms: tuple[str, ...] = ()
    """Only of these forms, by code; of all where none are named."""

    @cached_property
    def present(self) -> frozenset[str]:
        """The communes of which something has come."""
        sets = (key for batch in self._batches for key in self.store.sets_in(str(batch)))
        return frozenset(key.commune for key in sets) & self.communes

    @cached_property
    def _batches(self) -> list[BatchKey]:
        found = ((batch, self.store.sets_in(str(batch))) for batch in self.store.batches(self.period))
        return [batch for batch, sets in found if not self.communes.isdisjoint(key.commune for key in sets)]

    @cached_property
    def returns(self) -> Mapping[str, Sequence[PublishedRow]]:
        """What has come of them, form by form: ``schemas.tables.SENT_BY_FORM``, by commune."""
        found: dict[str, list[PublishedRow]] = {code: [] for code in sorted(self.present)}
        for row in self._counted("sent_by_form"):
            found[row["commune"]].append(row)
        return found

    @cached_property
    def findings(self) -> Mapping[tuple[str, str, str], int]:
        """How many findings there are, by commune, form and severity."""
        found: Counter[tuple[str, str, str]] = Counter()
        for row in self._counted("findings_by_form"):
            found[row["commune"], row["form"], row["severity"]] += row["findings"]
        return found

    @cached_property
    def held(self) -> Mapping[str, set[str]]:
        """The forms that are held back, by commune of which some are."""
        found = (published.held_in(self.store, batch) for batch in self._batches)
        return {code: forms for of_batch in found for code, forms in of_batch.items() if code in self.present}

    def _counted(self, table: str) -> Iterator[PublishedRow]:
        for batch in self._batches:
            counted = published.by_form(self.store, table, batch, self.forms)
            yield from (row for row in counted if row["commune"] in self.present)

    def listed(self) -> Iterator[tuple[ReturnSetKey, Sequence[PublishedRow]]]:
        """Yield the communes of which something has come, in order of their batches, each with its findings."""
        for batch in self._batches:
            yield from (
                (key, rows) for key, rows in published.findings_of(self.store, batch) if key.commune in self.present
            )


@dataclass(frozen=True)
class Territory:
    """A place above communes in a period, and what has come of the communes that lay in it."""

    store: Store
    places: Places
    period: str
    place: Place
    of_more: Coverage | None = None
    """What has come of a larger territory, where that is known already."""

    @cached_property
    def when(self) -> Period:
        """The period."""
        return Period.parse(self.period)

    @cached_property
    def communes(self) -> Mapping[str, Place]:
        """The communes that lay in it, by code, in order."""
        found = {commune.code: commune for commune in self.places.communes_of(self.place, self.when)}
        return dict(sorted(found.items()))

    @cached_property
    def come(self) -> Coverage:
        """What has come of it, or of more."""
        if self.of_more is not None:
            return self.of_more
        codes = (*self.communes, *(one.code for one in self.not_then))
        return Coverage(self.store, self.period, frozenset(codes))

    @cached_property
    def not_then(self) -> Sequence[Place]:
        """The communes in it that were no more, or not yet, and of which something has come all the same."""
        keys = (key for batch in self.store.batches(self.period) for key in self.store.sets_in(str(batch)))
        known = (commune for key in keys if (commune := self.places.commune(key.commune)) is not None)
        return [
            one for one in known if not one.existed_in(self.when) and self.places.lies_in(one.code, self.place.code)
        ]

    def within(self, place: Place) -> "Territory":
        """Return a place in this one."""
        return replace(self, place=place, of_more=self.come)

    @cached_property
    def parts(self) -> list[Place]:
        """The places one level below."""
        return self.places.parts_of(self.place, self.when)

    @cached_property
    def present(self) -> frozenset[str]:
        """The communes of which something has come."""
        return self.come.present & self.communes.keys()

    @cached_property
    def silent(self) -> Sequence[Place]:
        """The communes of which nothing has come, and that are asked for something in such a period."""
        return [
            commune
            for code, commune in self.communes.items()
            if code not in self.present
            and any(self.places.expects(code, form.code, self.when) for form in CATALOGUE.forms)
        ]

    @cached_property
    def returns(self) -> Mapping[str, Sequence[PublishedRow]]:
        """What has come of the others, form by form: ``schemas.tables.SENT_BY_FORM``, by commune."""
        return {code: self.come.returns[code] for code in self.communes if code in self.present}

    def counts(self) -> Iterator[dict[str, Any]]:
        """Yield a row (``COUNT_HEADINGS``) per commune and form of which something is missing or not in order.

        ``missing`` are the names of reporters; by severity, findings are counted. Also of communes that were not there
        in the period, of which no form is asked.
        """
        found: dict[str, set[str]] = {}
        for commune, form, _ in self.come.findings:
            found.setdefault(commune, {""}).add(form)
        not_asked = {"sent": None, "expected": None, "missing": "", "status": ""}
        for commune in dict.fromkeys((*self.returns, *(one.code for one in self.not_then))):
            rows = self.come.returns.get(commune, ())
            others = found.get(commune, set()) - {row["form"] for row in rows}
            for row in (*rows, *(PublishedRow(not_asked | {"form": form}) for form in sorted(others))):
                counted = {str(name): self.come.findings.get((commune, row["form"], name), 0) for name in Severity}
                if row["missing"] or any(counted.values()):
                    missing = ", ".join(self.places.title(commune, one) for one in row["missing"].split())
                    yield {**row, "commune": commune, "missing": missing, **counted}

    def returns_due(self, place: Place, forms: Iterable[str]) -> int:
        """Return how many returns of some forms, by code, a place is to give."""
        wanted = (CATALOGUE.by_code[code] for code in forms if code in CATALOGUE.by_code)
        return sum(self.places.expected(place.code, form.code, form.reporter_kind, self.when)[1] for form in wanted)

    def stands_on_held(self, place: Place, forms: Iterable[str]) -> bool:
        """Return whether one of some forms, by code, is held back in a place, so that older rows stand in its sums."""
        return any(
            not own.isdisjoint(forms) and (code == place.code or place in self.places.above(code, self.when))
            for code, own in self.come.held.items()
        )

    def left_out(self, forms: Sequence[str]) -> list[Place]:
        """Return the communes that are to send some of the forms, by code, that a figure is made of, and not all."""
        due = ((one, [self.returns_due(one, (form,)) for form in forms]) for one in self.communes.values())
        return [one for one, counts in due if any(counts) and not all(counts)]

    def lines(self) -> Iterator[str]:
        """Yield what has come, who is missing and what is held back, each a sentence in Vietnamese."""
        rows = [row for one in self.returns.values() for row in one]
        due = self.returns_due(self.place, (form.code for form in CATALOGUE.forms))
        sent, every = len(self.present), len(self.present) + len(self.silent)
        yield (
            f"{self.place.title}, {self.when.title}: đã nhận báo cáo của {sent}/{every} xã, "
            f"{sum(row['sent'] for row in rows)}/{due} biểu."
        )
        if self.silent:
            yield f"Chưa gửi gì: {_listed([_called(one) for one in self.silent])}."
        if self.not_then:
            yield f"Không có trong kỳ này mà có thư mục: {_listed([_called(one) for one in self.not_then])}."
        lacking = {code: sum(row["expected"] - row["sent"] for row in one) for code, one in self.returns.items()}
        if named := [f"{_called(self.communes[code])} {count} biểu" for code, count in lacking.items() if count]:
            yield f"Còn thiếu: {_listed(named)}."
        held = {code: _held(one) for code, one in self.returns.items()}
        if named := [f"{_called(self.communes[code])} {', '.join(forms)}" for code, forms in held.items() if forms]:
            yield f"Đang bị giữ lại: {_listed(named)}."


def _called(place: Place) -> str:
    return f"{place.title} ({place.code})"


def _listed(names: Sequence[str]) -> str:
    more = f"; … và {len(names) - _LISTED} xã nữa" if len(names) > _LISTED else ""
    return "; ".join(names[:_LISTED]) + more


def _held(returns: Iterable[PublishedRow]) -> list[str]:
    """Return the forms of a commune that are held back."""
    return [row["form"] for row in returns if row["status"] == Status.HELD]


def trace(territory: Territory, figure: str) -> dict[str, Any]:
    """Return what stands behind one figure of a place above communes, one level down.

    Returns:
        ``id, label, value, unit, period, formula, status, reported, expected`` as published; ``place, name, level``;
        ``communes_sent`` of ``communes_expected``; ``parts``: the places one level below, each with the same of its own
        figure, and ``next``, the command that goes on from there; ``missing``: the communes that lack returns of its
        forms, with the reporters by form, or with nothing where nobody has sent anything; ``left_out``: the communes
        that count for nothing because they send some of its forms and not all; ``held_back``: the communes whose forms
        are held back, so that their values are those accepted before; ``made``: by which run and version.

    Raises:
        SentenceError: The place has no such figure.
    """
    place, period = territory.place, territory.period
    row = published.figure_above(territory.store, period, place.code, figure)
    if row is None:
        raise SentenceError(_unknown(territory, figure))
    forms = row["forms"].split()
    come = Coverage(territory.store, period, frozenset(territory.communes), tuple(forms))
    territory = replace(territory, of_more=come)
    communes = {part.code for part in territory.parts if part.level == "commune"}
    of_each = published.figure_of_each(territory.store, period, figure, row["chapter"], communes)
    parts = [
        {**_told(territory, part, forms, of_each.get(part.code)), "next": _next(figure, part, period)}
        for part in territory.parts
    ]
    own = territory.returns
    return {
        **{name: row[name] for name in ("id", "label", "unit", "period", "formula")},
        **_told(territory, place, forms, row),
        "parts": [part for part in parts if part["expected"]],
        "missing": list(_missing(territory, forms, own)),
        "left_out": [{"place": one.code, "name": one.title} for one in territory.left_out(forms)],
        "held_back": [
            {"place": code, "name": territory.communes[code].title, "forms": _held(rows)}
            for code, rows in own.items()
            if _held(rows)
        ],
        "made": asdict(published.writer_above(territory.store, period, row["chapter"])),
    }


def _told(territory: Territory, place: Place, forms: Sequence[str], row: PublishedRow | None) -> dict[str, Any]:
    """Return what a figure of a place says, and how many communes that send one of its forms have sent something."""
    sending = _sending(territory, place, forms)
    said = said_of(territory, place, forms, row)
    return {
        "place": place.code,
        "name": place.title,
        "level": place.level,
        **said,
        "communes_sent": sum(code in territory.present for code in sending),
        "communes_expected": len(sending),
    }


def _sending(territory: Territory, place: Place, forms: Iterable[str]) -> list[str]:
    """Return the communes of a place that send one of some forms."""
    codes = [commune.code for commune in territory.places.communes_of(place, territory.when)]
    return [code for code in codes if any(territory.places.expects(code, form, territory.when) for form in forms)]


def said_of(territory: Territory, place: Place, forms: Sequence[str], row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a figure of a place says: value, status, how many of how many reported.

    Where one of its forms is held back in a commune, that is the status, of the commune and of all above it.

    Where none is published, nothing has come, or not all of its forms are sent there; then it cannot be.
    """
    if row is None:
        sent = any(code in territory.present for code in _sending(territory, place, forms))
        return {
            "value": None,
            "status": str(Status.UNDEFINED if sent else Status.INCOMPLETE),
            "reported": None if sent else 0,
            "expected": territory.returns_due(place, forms),
        }
    told = {name: row[name] for name in ("value", "status", "reported", "expected")}
    return told | {"status": str(Status.HELD)} if territory.stands_on_held(place, forms) else told


def _next(figure: str, place: Place, period: str) -> str:
    return f"returns trace {figure} --place {place.code} --period {period}"


def _missing(
    territory: Territory, forms: Sequence[str], returns: Mapping[str, Sequence[PublishedRow]]
) -> Iterator[dict[str, Any]]:
    for code, commune in territory.communes.items():
        if code in returns:
            reporters = {row["form"]: row["missing"].split() for row in returns[code] if row["missing"]}
            if reporters:
                yield {"place": code, "name": commune.title, "reporters": reporters}
        elif any(territory.places.expects(code, form, territory.when) for form in forms):
            yield {"place": code, "name": commune.title, "reporters": None}


def _unknown(territory: Territory, figure: str) -> str:
    """Return the sentence on a figure that a place does not have: that only communes do, or which are called alike."""
    place, period = territory.place, territory.period
    of_communes = published.communes_with(territory.store, period, figure)
    if having := next((commune for code, commune in territory.communes.items() if code in of_communes), None):
        return (
            f"Chỉ tiêu «{figure}» chỉ có ở từng xã, không cộng lên {place.title}. Xem: {_next(figure, having, period)}"
        )
    known = [row["id"] for row in published.figures_above(territory.store, period, place.code)]
    if not known:
        return f"Chưa có chỉ tiêu nào của {place.title}, {territory.when.title}: chưa xã nào gửi báo cáo."
    near = get_close_matches(figure, known)
    offered = f"Gần nhất: {', '.join(near)}." if near else f"Xem danh sách bằng: returns figures --place {place.code}"
    return f"Không có chỉ tiêu «{figure}» của {place.title}, {territory.when.title}. {offered}"


def tree(traced: Mapping[str, Any]) -> Branch:
    """Return a trace of a place above communes in sentences."""
    value = amount(traced["value"], traced["unit"], traced["status"])
    top = Branch(f"{traced['label']}, {traced['name']}: {value}   [{traced['id']}, {traced['period']}]")
    top.add(f"Công thức: {traced['formula']}")
    top.add(f"Đã báo cáo: {_of(traced)}")
    if traced["status"] == Status.ESTIMATED:
        top.add("Có số ước thay cho báo cáo chưa đến; xem từng nơi ở dưới.")
    if by := who(traced["made"]):
        top.add(f"Tính trong {by}")
    for part in traced["parts"]:
        kept = "số đã chấp nhận trước đó" if part["level"] == "commune" else "có số đã chấp nhận trước đó"
        state = {Status.HELD: f"; {kept}", Status.ESTIMATED: "; có số ước"}.get(part["status"], "")
        value = amount(part["value"], traced["unit"], part["status"])
        below = top.add(f"{part['name']} ({part['place']}): {value}; {_of(part)}{state}")
        if part["communes_sent"]:
            below.add(part["next"])
    if silent := [f"{one['name']} ({one['place']})" for one in traced["missing"] if one["reporters"] is None]:
        top.add(f"Chưa gửi gì: {_listed(silent)}")
    if lacking := [f"{one['name']} ({_forms(one['reporters'])})" for one in traced["missing"] if one["reporters"]]:
        top.add(f"Còn thiếu: {_listed(lacking)}")
    if others := [f"{one['name']} ({one['place']})" for one in traced["left_out"]]:
        top.add(f"Không tính vào, vì chỉ phải gửi một phần các biểu của chỉ tiêu: {_listed(others)}")
    if waiting := [f"{one['name']} ({', '.join(one['forms'])})" for one in traced["held_back"]]:
        top.add(f"Báo cáo mới đang bị giữ lại, số là số đã chấp nhận trước đó: {_listed(waiting)}")
    return top


def _of(told: Mapping[str, Any]) -> str:
    """Return how many of those who were to report have."""
    if told["level"] == "commune":
        return f"{told['reported'] or 0}/{told['expected']} đơn vị"
    return (
        f"{told['reported'] or 0}/{told['expected']} đơn vị, "
        f"{told['communes_sent']}/{told['communes_expected']} xã đã gửi báo cáo"
    )


def _forms(reporters: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{form}: {', '.join(codes)}" for form, codes in reporters.items())
