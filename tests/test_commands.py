"""The commands' arguments: in Chinese nothing English is left in help and errors; in English they are argparse's."""
import argparse
import re

import pytest

from classroom.app import COMMANDS, main
from classroom.arguments import Parser
from course._printing import columns
from course._words import speaking

ENGLISH = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")          # three words in a row
CALL = re.compile(rf"`[^`]*`|(build-a-transformer|python -m classroom)( ({'|'.join(COMMANDS)}|new|add|tasks)\b)*")
# `lab` hands --help over to JupyterLab, and `build` is for maintainers.
HELPFUL = [[], *([name] for name in COMMANDS if name not in ("lab", "build")),
           *(["exam", name] for name in ("new", "add", "grade", "tasks"))]
WRONG = [["nonsense"], ["exam"], ["exam", "nonsense"], ["exam", "new"], ["exam", "new", "--tasks"],
         ["exam", "grade", "a", "b", "--out", "c", "--workers", "many"], ["grade", "--workers", "0"],
         ["grade", "--several", "all"], ["grade", "--s", "all"], ["grade", "--nonsense"], ["grade"], ["slides"],
         ["question-bank", "--lessons"], ["page"], ["editions"], ["editions", "http://nowhere"], ["lab", "--lessons"],
         ["exam", "tasks", "--switches=all"]]


def english(text):
    """Lines with an English sentence; code and how a command is called are none."""
    return [line for line in text.splitlines() if ENGLISH.search(CALL.sub("X", line))]


@pytest.mark.parametrize("command", HELPFUL, ids=" ".join)
def test_help_in_chinese_holds_no_english_sentence(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with speaking("zh"):
        try:
            assert main([*command, "--help"]) == 0          # `progress` has no help of its own
        except SystemExit as end:
            assert end.code == 0
    text = capsys.readouterr().out
    assert re.search("[\u4e00-\u9fff]", text) and english(text) == [] and "\u200b" not in text
    assert [line for line in text.splitlines() if columns(line) > 80] == []


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_errors_in_chinese_hold_no_english_sentence(arguments, capsys):
    with speaking("zh"):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    said = capsys.readouterr().err
    assert status == 2 and re.search("[\u4e00-\u9fff]", said) and english(said) == []


def test_help_is_laid_out_in_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    with speaking("zh"):
        parser = Parser(prog="p", description="一" * 40)
        parser.add_argument("--out", metavar="文件夹", help="说明，" * 20)
        parser.add_argument("--name", metavar="NAME", help="说明")
        text = parser.format_help()
    lines = text.splitlines()
    assert max(map(columns, lines)) <= 60 and "一" * 29 in lines and "选项：" in lines
    assert {columns(line[:line.index("说明")]) for line in lines if "说明" in line} == {len("  --out 文件夹") + 3 + 2}


@pytest.mark.parametrize("width", [30, 80, 200])
def test_english_is_argparses(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    texts = []
    for kind in (argparse.ArgumentParser, Parser):
        parser = kind(prog="prog", description="What it does, in more words than a narrow terminal has room for.")
        parser.add_argument("folder", nargs="?", help="where it is done, which may be anywhere at all")
        parser.add_argument("--many", nargs="+", metavar="NN", choices=["a", "b"], help="some of them")
        more = parser.add_subparsers(metavar="COMMAND").add_parser("run", help="run it")
        with pytest.raises(SystemExit):
            parser.parse_args(["--many", "c"])
        texts.append([parser.format_help(), more.format_help(), capsys.readouterr().err])
    assert texts[0] == texts[1]
