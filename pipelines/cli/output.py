"""How verbs print: tables, CSV, JSON, trees, and a bar while something takes long.

Belongs here: the form of the output. Does not belong here: which rows and columns, which each verb knows.
"""

import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.cli.options import Format
from schemas.harmless import in_csv, visible

if TYPE_CHECKING:
    from pipelines.present.tracing import Branch


def print_rows(output: Format, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print some columns of rows, in the way that was asked for."""
    if output is Format.JSON:
        print_json([{name: row[name] for name in columns} for row in rows])
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_in_csv(plain(row[name])) for name in columns] for row in rows)
    else:
        print_table("", dict(zip(columns, columns, strict=True)), [{n: plain(row[n]) for n in columns} for row in rows])


def print_json(value: Any) -> None:
    """Print a value as JSON, numbers in it as JSON has them: whole where they are."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_number))


def _number(value: object) -> int | float:
    assert isinstance(value, Decimal), value
    return int(value) if value == value.to_integral_value() else float(value)


def print_table(title: str, headings: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print some columns of rows as a table with these headings; below a title, where there is one."""
    from rich import box
    from rich.table import Table

    table = Table(
        highlight=False, box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False
    )
    for name, heading in headings.items():
        # Ids and numbers are of no use cut in half; words can wrap.
        table.add_column(heading, no_wrap=name in ("id", "value"), justify="right" if name == "value" else "left")
    for row in rows:
        table.add_row(*(visible(str(row[name])) for name in headings))
    _console().print(table)


def print_tree(top: "Branch") -> None:
    """Print a trace as a tree."""
    from rich.tree import Tree

    def grown(branch: "Branch") -> Tree:
        tree = Tree(visible(branch.words), highlight=False)
        tree.children.extend(map(grown, branch.below))
        return tree

    _console().print(grown(top))


def _console() -> Any:
    """Return a console that wraps on a terminal, and cuts nothing where the output goes into a file or a pipe."""
    from rich.console import Console

    # What it is given is visible; what it adds, such as bold headings, is meant for the terminal.
    file = sys.stdout.stream if isinstance(sys.stdout, _Visible) else sys.stdout
    console = Console(highlight=False, markup=False, file=file)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDE, file=file)


_WIDE = 4000


def _in_csv(value: Any) -> Any:
    return in_csv(value) if isinstance(value, str) else value


@contextmanager
def only_visible() -> Iterator[None]:
    """Let nothing that is printed do anything to the terminal but be seen, whatever somebody wrote into a cell.

    Letters that a stream does not know, as where it knows ASCII only, are written by their numbers.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with redirect_stdout(_Visible(sys.stdout)), redirect_stderr(_Visible(sys.stderr)):
        yield


class _Visible:
    """A stream in whose texts ``visible`` shows what would not be seen."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return int(self.stream.write(visible(text)))

    def writelines(self, texts: Iterable[str]) -> None:
        """Write some texts."""
        self.stream.writelines(map(visible, texts))

    def __getattr__(self, name: str) -> Any:
        """Be the stream in all else."""
        return getattr(self.stream, name)


def plain(value: Any) -> Any:
    """Return a value as a table or CSV shows it: a number without noughts at its end, nothing as an empty text."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else value


@contextmanager
def progress(title: str) -> Iterator[Any]:
    """Show a bar on the error stream, so that the output stays clean, and only where somebody looks.

    Until it is told of steps it shows only that something goes on, and for how long. It keeps a stream of its own: what
    goes to the process's while a step runs, Dagster puts into a file.
    """
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class Count(MofNCompleteColumn):
        """How many steps of how many, as soon as that is known."""

        def render(self, task: Task) -> Text:
            return super().render(task) if task.total is not None else Text()

    columns = (TextColumn("{task.description}"), BarColumn(), Count(), TimeElapsedColumn())
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as own,
        Progress(*columns, console=Console(file=own), transient=True) as bar,
    ):
        task = bar.add_task(title, total=None)

        def advance(step: str, steps: int) -> None:
            bar.update(task, advance=1, total=steps, description=f"{title}: {step}")

        yield advance
