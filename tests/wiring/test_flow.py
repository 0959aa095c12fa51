"""The declared flow, held against what is done: what makers read and stand on, what Dagster and others are told."""

import ast
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from pipelines.present import openlineage
from pipelines.refresh import batches, stamps
from pipelines.refresh.documents import report_of
from pipelines.refresh.given import Given, UndeclaredInputError
from pipelines.refresh.makers import MAKERS, maker
from pipelines.refresh.making import Work
from pipelines.refresh.parts import Part
from pipelines.refresh.restoring import restored
from pipelines.refresh.stale import inputs_of
from pipelines.store.tables import Store
from schemas.figures import CHAPTERS
from schemas.flow import (
    APPROVED,
    CORRECTIONS,
    FLOW,
    OFFICE,
    PARTS,
    PLACES,
    PRINTED,
    RECEIVED,
    WORKBOOKS,
    Extent,
    Flow,
    Kind,
    Maker,
    Table,
    forms_read_by,
)
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from schemas.return_sets import BatchKey
from tests.unit.builders import LEDGER_HEADING, ROOT, filled
from tests.unit.offices import KEY, Office
from tests.wiring.graph import specs
from tests.wiring.test_imports import MODULES, PACKAGES, imports_of, own

EVERY_MAKER = pytest.mark.parametrize("maker_", FLOW.made_together, ids=lambda one: f"{one.task} {one.subject}".strip())

Read = set[tuple[str, str]]


class NotingWork(Work):
    """Work that keeps what all work of a test has read."""

    noted: Read

    def commit(self, **how: Any) -> None:
        self.noted |= self.draft.read
        super().commit(**how)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Read]:
    """An office of two periods, in which everything is made once, and what its makers read."""
    root, noted = tmp_path_factory.mktemp("flow"), Read()
    earlier = Office(root, KEY._replace(period="2023-H2"))
    now = Office(root, KEY)
    for office, horses in ((earlier, 90), (now, 100)):
        herd = {"horse": horses, "horse_ordinary": horses - 40, "horse_white": 40}
        office.send("pa_phao.xlsx", filled(Livestock, herd, period=Period.parse(office.key.period)))
    # A correction that no longer fits: what was accepted decides who is told of it.
    now.send("corrections.csv", LEDGER_HEADING.encode() + b"\n")
    now.decide(f"pa_phao.xlsx,{Livestock.sheet},D12,99,100,nhầm")
    shutil.copy(ROOT / "raw" / KEY.period / KEY.commune / "printed.csv", now.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NotingWork, "noted", noted, raising=False)
        patch.setattr(batches, "Work", NotingWork)
        earlier.refresh()
        now.refresh()
        report_of(now.raw, now.store, KEY, who="test")
    return now, noted


def declared(tables: tuple[Table, ...]) -> set[str]:
    """What the flow says that a maker reads."""
    return {
        *(name for table in tables for name in table.made_of),
        *(f"earlier {name}" for table in tables for name in table.earlier),
        *(f"accepted {name}" for table in tables for name in table.accepted),
    }


class TestReading:
    @EVERY_MAKER
    def test_a_maker_reads_exactly_what_the_flow_declares(self, maker_: Maker, office: tuple[Office, Read]) -> None:
        tables = FLOW.made_together[maker_]
        wanted = declared(tables)
        if maker_.task == "admit":  # hands back nothing where the gate holds: what was accepted is kept by the engine
            assert tables[0].accepted == (tables[0].name,)
            wanted.remove(f"accepted {tables[0].name}")
        assert {name for table, name in office[1] if table == tables[0].name} == wanted

    def test_every_input_that_was_asked_for_was_declared_to_be_made_before(self, office: tuple[Office, Read]) -> None:
        order = {name: number for number, name in enumerate([*RECEIVED, PARTS, *FLOW.by_name])}
        for table, name in office[1]:
            if " " not in name:
                assert order[name] < order[table]

    WITHOUT = (
        ("read", "", WORKBOOKS),
        ("decisions", "", CORRECTIONS),
        ("printed", "", PRINTED),
        *(("approve", "", name) for name in (WORKBOOKS, CORRECTIONS, PRINTED, PLACES)),
        *(("locate", "", name) for name in ("files", "cells", "ledger", "ledger_problems", PLACES)),
        *(("check", "livestock", name) for name in ("returns/livestock", "ledger", PLACES)),
        ("formless", "", PLACES),
        ("tally", "", PLACES),
        *(("admit", "sales", name) for name in ("returns/sales", "outcomes/sales", "findings/sales")),
        ("observe", "", "marts/livestock"),
        *(("sum", "livestock", name) for name in ("marts/livestock", PLACES)),
        *(("evaluate", "livestock", name) for name in ("marts/livestock", "marts/sales", "sums/sales", PLACES)),
        *(("add_up", "livestock", name) for name in ("sums/livestock", PLACES)),
        ("compare", "", "printed"),
        *(("explorer", "", name) for name in ("files", "cells", "ledger", "statements", PLACES)),
        *(("report", "", name) for name in ("files", "cells", "ledger", "statements", PLACES)),
        ("openlineage", "", "files"),
        ("places", "", PLACES),
        ("data_package", "", PARTS),
    )

    @pytest.mark.parametrize(("task", "subject", "missing"), WITHOUT)
    def test_a_line_of_made_of_that_is_deleted_is_refused_where_it_is_read(
        self, task: str, subject: str, missing: str, office: tuple[Office, Read]
    ) -> None:
        tables = FLOW.made_together[Maker(task, subject)]
        assert any(missing in table.made_of for table in tables)
        shorter = [replace(table, made_of=tuple(one for one in table.made_of if one != missing)) for table in tables]
        work = work_of(office[0], tables[0].extent)
        with pytest.raises(UndeclaredInputError, match=f"made of {missing}"):
            maker(task)(Given(shorter, work.inputs.sets, work.draft))

    @pytest.mark.parametrize(
        ("task", "field", "missing"),
        [
            ("check", "earlier", "marts/livestock"),
            ("check", "accepted", "marts/livestock"),
            ("locate", "accepted", "marts/livestock"),
        ],
    )
    def test_so_is_one_of_earlier_or_accepted(
        self, task: str, field: str, missing: str, office: tuple[Office, Read]
    ) -> None:
        tables = FLOW.made_together[Maker(task, "livestock" if task == "check" else "")]
        left = []
        for table in tables:
            less: dict[str, Any] = {field: tuple(one for one in getattr(table, field) if one != missing)}
            left.append(replace(table, **less))
        work = work_of(office[0], Extent.BATCH)
        with pytest.raises(UndeclaredInputError, match=missing):
            maker(task)(Given(left, work.inputs.sets, work.draft))

    def test_who_reads_a_family_reads_all_of_it(self) -> None:
        """Of these a maker takes what is declared, whatever that is: here it is said that nothing is left out."""
        of = {family: {table.name for table in FLOW.family(family)} for family in ("findings", "figures", "lineage")}
        marts = {table.name for table in FLOW.family("marts") if table.form}
        assert len(marts) == len(FORMS)
        assert {len(of["figures"]), len(of["lineage"])} == {len(CHAPTERS)}
        assert len(of["findings"]) == len(FORMS) + 1
        assert of["findings"] <= set(FLOW["findings_by_form"].made_of) == set(FLOW["sent_by_form"].made_of)
        for document in ("explorer", "report"):
            assert of["findings"] | of["figures"] | of["lineage"] <= set(FLOW[document].made_of)
        assert of["figures"] | of["lineage"] <= set(FLOW["statements"].made_of)
        assert set(FLOW["marts/observations"].made_of) == marts
        assert set(FLOW["openlineage"].made_of) == {
            table.name for table in FLOW.of(Extent.BATCH) if table.kind is not Kind.DOCUMENT
        }
        for form in FORMS:
            problems = {name for name in FLOW[f"findings/{form.domain}"].made_of if name.startswith("problems/")}
            assert problems == {"problems/workbooks", *(f"problems/{one.domain}" for one in forms_read_by(form))}
            # A ledger that cannot be read holds every form.
            admitted = {name for name in FLOW[f"marts/{form.domain}"].made_of if name.startswith("problems/")}
            assert admitted == {"problems/workbooks"}
        problems = {name for name in FLOW["findings/workbooks"].made_of if "problems" in name}
        beside = {"printed_problems", "estimates_problems", "approved_problems"}
        assert problems == {"problems/workbooks", *beside}
        for chapter in CHAPTERS:
            marts, sums = ({f"{family}/{form.domain}" for form in chapter.forms} for family in ("marts", "sums"))
            for family in ("figures", "lineage"):
                made_of = {*marts, *sums, "estimates", APPROVED, PLACES}
                assert set(FLOW[f"{family}/{chapter.code}"].made_of) == made_of
            assert set(FLOW[f"levels/{chapter.code}"].made_of) == {*sums, PLACES}


def work_of(office: Office, extent: Extent) -> Work:
    name = {Extent.BATCH: office.part, Extent.PERIOD: office.key.period, Extent.OFFICE: OFFICE}[extent]
    return Work(inputs_of(office.raw, Store(office.store.root), Part(name, extent)), maker, restored, True)


class TestDeclaration:
    def test_every_maker_has_its_function_and_its_rooms_and_no_other_is_listed(self) -> None:
        tasks = {table.maker.task for table in FLOW.tables}
        assert tasks == set(MAKERS) == set(stamps.ROOMS)
        assert all(callable(maker(task)) for task in tasks)

    def test_tables_of_one_maker_are_made_of_the_same_and_are_of_one_extent(self) -> None:
        for tables in FLOW.made_together.values():
            assert len({(table.made_of, table.earlier, table.accepted, table.extent) for table in tables}) == 1

    def test_a_flow_that_cannot_be_made_in_its_order_is_refused(self) -> None:
        files, cells = FLOW["files"], FLOW["cells"]
        with pytest.raises(ValueError, match="declared twice"):
            Flow((files, files))
        with pytest.raises(ValueError, match="cells, not declared before it"):
            Flow((replace(files, made_of=("cells",)), cells))

    def test_a_table_of_no_form_and_no_chapter_says_where_it_is_shown(self) -> None:
        with pytest.raises(ValueError, match="files is of no form, no chapter and no layer"):
            Flow((replace(FLOW["files"], layer=None),))

    def test_what_is_published_has_a_title_and_everything_a_meaning(self) -> None:
        for table in FLOW.tables:
            assert table.meaning, table.name
            assert bool(table.title) == (table.kind is Kind.PUBLISHED), table.name
            assert set(table.keys) <= set(table.schema.names), table.name


class TestDagster:
    def test_there_is_an_asset_for_every_table_and_no_other(self) -> None:
        assert set(specs()) == {table.shown_as for table in FLOW.tables}

    def test_an_asset_depends_on_what_its_tables_are_made_of_and_on_nothing_else(self) -> None:
        wanted: dict[str, set[str]] = {name: set() for name in specs()}
        for table in FLOW.tables:
            made_of = {FLOW[name].shown_as for name in table.made_of if name in FLOW.by_name}
            wanted[table.shown_as] |= made_of - {table.shown_as}
        found = {key: {dep.asset_key.to_user_string() for dep in spec.deps} for key, spec in specs().items()}
        assert found == wanted

    def test_an_asset_shows_the_columns_of_the_table_of_its_name(self) -> None:
        for name, spec in specs().items():
            schema = spec.metadata["dagster/column_schema"]
            columns = [column.name for column in getattr(schema, "schema", schema).columns]
            assert columns == FLOW.assets[name][0].schema.names, name


class TestOpenLineage:
    def test_a_job_reads_what_its_tables_are_made_of_and_writes_them(self) -> None:
        layers = openlineage._layers(BatchKey(*KEY), ("raw/2024-H1/huu-kien/a.xlsx",), frozenset())
        told = {table.name for layer in layers for table in layer.outputs}
        assert told == {table.name for table in FLOW.of(Extent.BATCH) if table.kind is not Kind.DOCUMENT}
        for layer in layers:
            made_of = {name for table in layer.outputs for name in table.made_of}
            assert {name for name in layer.inputs if not name.startswith("raw/")} == made_of - set(RECEIVED), layer.job
            received = {name for name in layer.inputs if name.startswith("raw/")}
            assert len(received) == len(made_of & set(RECEIVED)), layer.job


class TestRooms:
    """The rooms whose sources are the version of a maker's code."""

    @pytest.mark.parametrize("task", MAKERS)
    def test_they_cover_all_that_is_imported_to_do_it(self, task: str) -> None:
        module, _, function = MAKERS[task].partition(":")
        needed = reached(used_by(f"pipelines.refresh.{module}", function))
        assert len(needed) > 3
        covered = {"pipelines/refresh", *stamps.ROOMS[task]}
        # What the clock and the environment say is told in no table but that of when something was made, and how a
        # system locks and writes files in none.
        beside = {name for name in needed if folder_of(name) not in covered}
        assert beside <= {"pipelines.settings", "pipelines.posix"}

    def test_the_versions_in_every_stamp_are_of_all_packages_that_they_import_or_take_data_from(self) -> None:
        named = [name for module in MODULES if folder_of(module) in stamps._every_room(()) for name in packages(module)]
        known = packages_distributions()
        found = {one.lower().replace("_", "-") for name in named for one in known[name]}
        # The one lets processes take turns, the other compares versions for `returns supply`: they write no byte.
        assert found - {"filelock", "packaging"} == set(stamps._PACKAGES)

    @pytest.mark.parametrize(
        ("source", "tasks"),
        [
            ("pipelines/present/explorer/static/explorer.css", {"explorer"}),
            ("pipelines/present/explorer/templates/base.html", {"explorer"}),
            ("pipelines/present/report/word.py", {"report"}),
            ("pipelines/present/openlineage.py", {"explorer", "report", "openlineage", "data_package"}),
            ("pipelines/steps/validate/check.py", {"approve", "check", "formless", "tally", "admit"}),
            (
                "pipelines/steps/analyse/figures.py",
                {"estimates", "observe", "sum", "evaluate", "add_up", "compare", "places"},
            ),
            ("pipelines/store/files.py", {"approve", "explorer", "report", "openlineage", "data_package"}),
            ("pipelines/cli/answers.py", set()),
            ("pipelines/orchestration/jobs.py", set()),
            ("pipelines/present/guides/can-bo.md", set()),
            ("pipelines/refresh/reading.py", set(MAKERS)),
            ("schemas/units.py", set(MAKERS)),
        ],
    )
    def test_a_changed_source_makes_anew_what_stands_on_it_and_nothing_else(
        self, source: str, tasks: set[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = ROOT / source
        assert path.is_file()

        def codes() -> dict[str, str]:
            return {task: stamps._code_of.__wrapped__(Maker(task), stamps._packs()) for task in MAKERS}

        before = codes()
        stamps._room.cache_clear()
        real = Path.read_bytes
        monkeypatch.setattr(Path, "read_bytes", lambda one: real(one) + (b"#" if one == path else b""))
        try:
            changed = {task for task, code in codes().items() if code != before[task]}
            version = stamps._code_version.__wrapped__(stamps._packs())
        finally:
            monkeypatch.undo()
            stamps._room.cache_clear()
        assert changed == tasks
        assert (version != stamps.code_version()) == bool(tasks)


def packages(module: str) -> set[str]:
    """What a module imports, or opens the files of, that is neither ours nor Python's."""
    source = MODULES[module].read_text("utf-8")
    opened = re.findall(r"resources\.files\(\"(\w+)", source)
    names = {name.partition(".")[0] for name in (*imports_of(MODULES[module]), *opened)}
    return names - {*PACKAGES, *sys.stdlib_module_names}


def folder_of(module: str) -> str:
    return MODULES[module].relative_to(ROOT).parent.as_posix()


@cache
def bound_in(module: str) -> dict[str, str]:
    """By the names at the top of a module, the project's modules that they come from."""
    return dict(_bound(ast.parse(MODULES[module].read_text("utf-8")).body))


def _bound(nodes: list[ast.stmt] | Iterator[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield alias.asname or alias.name, whole if whole in MODULES else str(node.module)


def used_by(module: str, function: str) -> set[str]:
    """The project's modules that a function, and what it calls in its own module, takes names from."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert function in defined
    names, seen, found = [function], set[str](), set[str]()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in bound_in(module):
            found.add(bound_in(module)[name])
        if name in defined:
            found |= {one for _, one in _bound(ast.walk(defined[name]))}
            names += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]
    return {name for name in found if name in MODULES}


def reached(modules: set[str]) -> set[str]:
    """Modules and all that they import, those left out that only make, and the flow, which only names."""
    found, open_ = set[str](), set(modules)
    while open_:
        name = open_.pop()
        if name in found or name == "schemas.flow" or name.startswith("pipelines.refresh"):
            continue
        found.add(name)
        open_ |= own(imported_when_run(name)) & MODULES.keys()
    return found


@cache
def imported_when_run(module: str) -> set[str]:
    """What a module imports, in functions too, but for what is only named for the type checker."""

    class Running(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    tree = Running().visit(ast.parse(MODULES[module].read_text("utf-8")))
    return {one for _, one in _bound(ast.walk(tree))}


FAMILIES = {table.family for table in FLOW.tables if table.family != table.name}

NAMED: Mapping[str, str] = {
    "pipelines/refresh/reading.py": "a maker asks for its inputs by name, and hands back its tables so: held above",
    "pipelines/refresh/checking.py": "as reading",
    "pipelines/refresh/publishing.py": "as reading",
    "pipelines/store/published.py": "the questions of the verbs: which table answers them, by form or chapter",
    "pipelines/store/takeover.py": "what the version before wrote",
    "pipelines/present/columns.py": "tables whose columns nobody follows",
    "pipelines/present/dictionary.py": "what the dictionary calls the tables of all forms together",
    "pipelines/present/tracing.py": "who wrote the figure, and who accepted its forms",
    "pipelines/refresh/release.py": "the marts from which a release is computed again",
}
"""Where a table is named outside the flow, and why; each name has to be one of the flow."""

TAGS = {
    *("returns/layer", "returns/chapter", "returns/form", "returns/reporter"),
    *("returns/process", "returns/reread", "returns/who"),
}
"""Dagster's tags of assets and runs, no tables."""

ADDRESSES = "pipelines/desk/pages/urls.py"
"""What begins there with the name of a family is the address of a page."""

PARQUET: Mapping[str, str] = {
    "pipelines/store/tables.py": "where tables lie, and those of a release",
    "pipelines/store/takeover.py": "where the version before kept them",
    "pipelines/refresh/release.py": "the files of a release",
    "pipelines/steps/collect/released.py": "the same in the one file in which it is sent",
    "pipelines/present/data_package.py": "the paths of views, over all parts",
}
"""Where the name of a table's file is put together."""


def texts(path: Path) -> Iterator[tuple[str, bool]]:
    """The texts in a module, each with whether it is whole: of one with open places, what stands before the first."""
    tree = ast.parse(path.read_text("utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, id(node) not in parts


class TestNames:
    SOURCES = tuple(
        path
        for package in ("schemas", "pipelines", "assets")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path != ROOT / "schemas" / "flow.py"
    )

    def where(self, wanted: Callable[[str], bool]) -> dict[str, list[tuple[str, bool]]]:
        found = {
            path.relative_to(ROOT).as_posix(): [(text, whole) for text, whole in texts(path) if wanted(text)]
            for path in self.SOURCES
        }
        return {name: own for name, own in found.items() if own}

    def test_a_table_is_named_in_the_flow_and_else_only_where_there_is_a_reason(self) -> None:
        named = self.where(lambda text: text.partition("/")[0] in FAMILIES and "/" in text and text not in TAGS)
        assert named.keys() - {ADDRESSES} == NAMED.keys()
        for name, found in ((name, named[name]) for name in NAMED):
            for text, whole in found:
                assert (text in FLOW.by_name) if whole else (text.endswith("/") and text[:-1] in FAMILIES), (name, text)

    def test_where_a_table_lies_is_said_once(self) -> None:
        assert self.where(lambda text: text.endswith(".parquet")).keys() == PARQUET.keys()
