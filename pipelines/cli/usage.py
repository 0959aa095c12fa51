"""How the command line is called: its help pages, and what is wrong with a call, in one sentence.

Belongs here: putting Typer's words and errors into the language to speak. Does not belong here: the verbs and their
options (``pipelines.cli``), any sentence about the returns.

Typer's version is pinned: where it does not say in a field what was wrong, its own message is taken apart.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from gettext import gettext as typers
from typing import Any

import typer
from typer._click.core import Command, Parameter
from typer._click.exceptions import (
    BadArgumentUsage,
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter
from typer._click.types import IntRange
from typer._types import TyperChoice
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.models import TyperPath

from pipelines.cli.messages import translated


class UnknownVerbError(UsageError):
    """There is no verb of this name."""

    def __init__(self, name: str, near: list[str], context: Any) -> None:
        super().__init__(name, context)
        self.name, self.near = name, near


class Verbs(TyperGroup):
    """The verbs, of which an unknown one is told as such."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Return the verb that is named.

        Raises:
            UnknownVerbError: There is none of this name.
        """
        name = args[0]
        if name not in self.commands and not name.startswith("-") and not ctx.resilient_parsing:
            raise UnknownVerbError(name, get_close_matches(name, self.commands), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; Typer does not say of every error at which verb it arose."""
        try:
            return super().invoke(ctx)
        except UsageError as wrong:
            verb = ctx.invoked_subcommand
            if wrong.ctx is None and verb:
                wrong.ctx = _Context(self.commands[verb], parent=ctx, info_name=verb)
            raise


class _Page(HelpFormatter):
    """A help page, whose first word Typer does not look up."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or typers("Usage: "))


class _Context(typer.Context):
    formatter_class = _Page


def spoken(command: Command) -> Command:
    """Put a command and all below it into the language to speak, its help and Typer's part of it alike."""
    _speak(command, _typers_own())
    return command


def _speak(command: Command, own: Mapping[str, str]) -> None:
    command.context_class = _Context
    command.options_metavar = own["[OPTIONS]"]
    if command.help:
        command.help = translated(command.help)
    if command.epilog:
        # The first line is Typer's sign to leave the lines as they are.
        command.epilog = "\n".join(["\b", translated("Ví dụ:"), *(f"  {line}" for line in command.epilog.splitlines())])
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = own["COMMAND"]
        for below in command.commands.values():
            _speak(below, own)
    for parameter in command.get_params(_Context(command)):
        if isinstance(parameter, TyperArgument | TyperOption) and parameter.help:
            parameter.help = own.get(parameter.opts[0]) or translated(parameter.help)
            if isinstance(parameter.show_default, str):
                parameter.show_default = translated(parameter.show_default)


def _typers_own() -> dict[str, str]:
    """Return the words that Typer does not look up itself; looked up once, for each look goes to the disk."""
    return {
        "[OPTIONS]": typers("[OPTIONS]"),
        "COMMAND": typers("COMMAND [ARGS]..."),
        "--help": typers("Show this message and exit."),
        "--install-completion": typers("Install completion for the current shell."),
        "--show-completion": typers("Show completion for the current shell, to copy it or customize the installation."),
    }


def sentence(error: UsageError) -> str:
    """Return what is wrong with a call and where to look; the whole help where nothing was asked for."""
    if isinstance(error, NoArgsIsHelpError):
        return error.message
    page = f"{error.ctx.command_path if error.ctx else 'returns'} --help"
    return translated("{wrong} Xem: {page}").format(wrong=_wrong(error), page=page)


def _wrong(error: UsageError) -> str:
    if isinstance(error, UnknownVerbError):
        return _unknown(translated("lệnh"), f"«{error.name}»", error.near)
    if isinstance(error, NoSuchOption):
        return _unknown(translated("tùy chọn"), error.option_name, error.possibilities or ())
    if isinstance(error, MissingParameter) and error.param is not None:
        return translated("Thiếu {name}.").format(name=_named(error.param))
    if isinstance(error, BadParameter) and error.param is not None:
        return _unfit(error.param, error.message)
    if isinstance(error, BadOptionUsage):
        return _alone(error.option_name, error.message)
    if isinstance(error.cmd, Verbs):
        return translated("Thiếu tên lệnh.")
    _, bracket, words = error.message.partition("(s) (")
    if bracket and not isinstance(error, BadArgumentUsage):
        return translated("Thừa «{words}»; tên có dấu cách thì đặt trong ngoặc kép.").format(
            words=words.removesuffix(")")
        )
    return f"{error.format_message().rstrip('.')}."


def _unknown(kind: str, name: str, near: Iterable[str]) -> str:
    known = ", ".join(near)
    if known:
        return translated("Không có {kind} {name}; gần giống: {near}.").format(kind=kind, name=name, near=known)
    return translated("Không có {kind} {name}.").format(kind=kind, name=name)


def _named(parameter: Parameter) -> str:
    if isinstance(parameter, TyperArgument):
        return parameter.human_readable_name
    return max(parameter.opts, key=len)


def _unfit(parameter: Parameter, message: str) -> str:
    """Return what a parameter was given and what it takes; Typer repeats the value before these words of its own."""
    written = re.split(" is not (?:one of|in the range|a valid) ", message)[0].strip("'\"")
    kind, name = parameter.type, _named(parameter)
    if isinstance(kind, TyperChoice):
        choices = ", ".join(map(str, kind.choices))
        return translated("{name} ghi «{written}»; chỉ nhận: {choices}.").format(
            name=name, written=written, choices=choices
        )
    if isinstance(kind, IntRange):
        return translated("{name} ghi «{written}»; cần một số nguyên từ {least} đến {most}.").format(
            name=name, written=written, least=kind.min, most=kind.max
        )
    if isinstance(kind, TyperPath):  # of files that are there, no verb asks more than whether they can be read
        path = message.partition(" ")[2].removesuffix(" is not readable.").strip("'\"")
        return translated("Không có quyền đọc {path}; mở quyền đọc cho tệp hoặc thư mục đó.").format(path=path)
    return f"{name}: {message.rstrip('.')}."


def _alone(name: str, message: str) -> str:
    """Return whether an option lacks a value or has one too many."""
    if "does not take" in message:
        return translated("{name} không nhận giá trị nào đi kèm.").format(name=name)
    return translated("{name} cần một giá trị đi kèm.").format(name=name)
