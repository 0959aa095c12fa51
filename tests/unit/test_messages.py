"""The message catalogues: complete, nothing left over, and what is said in either language."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
import typer
from babel.messages import Message
from typer.core import TyperGroup

from pipelines.cli.locale import CATALOGUES, Messages
from pipelines.cli.messages import LANGUAGE_VARIABLE, TYPERS_DOMAIN, either, later, translated
from pipelines.cli.usage import spoken
from pipelines.cli.verbs import every_verb
from tests.unit.builders import ROOT

RETURNS = Path(sys.executable).parent / "returns"
TYPER = Path(typer.__file__).parent

every_catalogue = pytest.mark.parametrize("messages", CATALOGUES, ids=lambda one: one.domain)


def returns(*words: str, language: str | None, code: int, **more: str) -> str:
    """What the command line prints, and nothing on the other stream."""
    environment = {name: value for name, value in os.environ.items() if name not in (LANGUAGE_VARIABLE, "LANGUAGE")}
    if language is not None:
        environment[LANGUAGE_VARIABLE] = language
    done = subprocess.run(
        [str(RETURNS), *words], env=environment | more, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert (done.stdout, done.stderr)[code == 0] == ""
    return done.stdout + done.stderr


def messages_of(catalogue: Messages) -> list[Message]:
    return [message for message in catalogue.read() if message.id]


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_where_only_ascii_can_be_written_every_verb_still_ends_as_it_should(more: dict[str, str]) -> None:
    assert "trace" in returns("--help", language=None, code=0, PYTHONCOERCECLOCALE="0", **more)
    returns("refresh", "--raw", "/nothing", language=None, code=2, PYTHONCOERCECLOCALE="0", **more)


@every_catalogue
def test_make_messages_would_change_nothing(messages: Messages) -> None:
    po, mo = messages.written()
    assert messages.po.read_bytes() == po, "run: make messages"
    assert messages.mo.read_bytes() == mo, "run: make messages"


@every_catalogue
def test_every_text_is_translated_and_its_open_places_are_kept(messages: Messages) -> None:
    found = messages_of(messages)
    assert found
    for message in found:
        assert message.string, f"{message.id!r} is not translated"
        assert not message.fuzzy
        assert places(str(message.id)) == places(str(message.string)), message.id
        assert ends(str(message.id)) == ends(str(message.string)), message.id


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def ends(text: str) -> tuple[bool, bool]:
    """Whether a space comes after it, and whether it is a sentence."""
    return text.endswith(" "), text.rstrip().endswith(".") and not text.endswith("...")


def test_a_catalogue_has_every_call_in_the_sources() -> None:
    """Read by Python itself: Babel passes over calls inside f-strings, and over texts that are put together."""
    own, *_ = CATALOGUES
    called = set()
    for source in own.sources:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own.functions:
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    called.add(text.value)
                else:
                    assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{source.name}, line {node.lineno}"
    assert len(called) > 100
    assert called == {message.id for message in messages_of(own)}


def test_typers_words_are_those_it_uses() -> None:
    (typers,) = (one for one in CATALOGUES if one.domain == TYPERS_DOMAIN)
    sources = "".join(path.read_text("utf-8") for path in TYPER.rglob("*.py"))
    assert [message.id for message in messages_of(typers) if f'"{message.id}"' not in sources] == []


@pytest.mark.parametrize("english", [one for one in CATALOGUES if one.language == "en"], ids=lambda one: one.domain)
def test_vietnamese_letters_are_in_no_english_sentence(english: Messages) -> None:
    """But in names of the example."""
    for message in messages_of(english):
        words = str(message.string).replace("Chăn nuôi", "")
        assert all(letter.isascii() or letter in "“”·" for letter in words), words


def test_a_text_is_looked_up_when_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = later("Không có phát hiện nào.")
    monkeypatch.delenv(LANGUAGE_VARIABLE, raising=False)
    assert (translated(text), either(("có", "yes")), translated("")) == (text, "có", "")
    monkeypatch.setenv(LANGUAGE_VARIABLE, "en")
    assert (translated(text), either(("có", "yes")), translated("")) == ("No findings.", "yes", "")
    assert translated("Không có trong danh mục nào") == "Không có trong danh mục nào"


def test_another_language_is_refused() -> None:
    assert returns("figures", language="fr", code=2) == "RETURNS_LANG ghi «fr»; chỉ nhận vi hoặc en.\n"


@pytest.mark.parametrize("lang", ["en_US.UTF-8", "vi_VN.UTF-8"])
def test_vietnamese_is_spoken_whatever_the_machine_is_set_to(lang: str) -> None:
    page = returns("trace", "--help", language=None, code=0, LANG=lang, LC_ALL=lang, LANGUAGE=lang)
    for words in ("Cách dùng: returns trace [TÙY CHỌN]", "Truy một con số", "[bắt buộc]", "Hiện trang này.", "Ví dụ:"):
        assert words in page


def test_english_is_spoken_where_it_is_asked_for(tmp_path: Path) -> None:
    page = returns("--help", language="en", code=0, LANG="vi_VN.UTF-8", LANGUAGE="vi")
    for words in ("Usage: returns [OPTIONS] COMMAND", "Trace a number", "Install completion", "Show this message"):
        assert words in page
    assert returns("trace", language="en", code=2) == "ID is missing. See: returns trace --help\n"
    assert (
        returns("findings", "--data", str(tmp_path), language="en", code=2)
        == f"There are no outputs in {tmp_path} yet. Run first: returns refresh\n"
    )


def test_every_verb_has_help_and_examples_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, heading in (("vi", "Ví dụ:"), ("en", "Examples:")):
        monkeypatch.setenv(LANGUAGE_VARIABLE, language)
        group = spoken(typer.main.get_command(every_verb()))
        assert isinstance(group, TyperGroup)
        groups = {name: verb for name, verb in group.commands.items() if isinstance(verb, TyperGroup)}
        assert groups.keys() == {"design", "deploy"}
        below = {f"{name} {one}": verb for name, own in groups.items() for one, verb in own.commands.items()}
        for name, verb in ({**group.commands, **below}).items():
            _, first, *examples = (verb.epilog or "").splitlines()
            assert first == heading
            assert examples
            assert all(line.startswith(f"  returns {name}") for line in examples)
            helps = [verb.help, *(getattr(parameter, "help", None) for parameter in verb.params)]
            assert all(helps), name
            if language == "en":
                assert not any(set("ăâđêôơư") & set(str(words)) - set("Chăn nuôi") for words in helps), name


@pytest.mark.parametrize("module", ["babel", "pandas", "pipelines.cli.locale", "rich"])
def test_the_catalogues_cost_no_import(module: str) -> None:
    code = f"import sys, pipelines.cli; print({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
