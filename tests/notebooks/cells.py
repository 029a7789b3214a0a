"""The code cells of a lesson with little training, and which of them depend on an answer.

Names decide: what a statement reads and what it binds or changes, as Python's own table of symbols has them.
"""
import ast
import re
import symtable
from dataclasses import dataclass, field

from classroom import build
from classroom.build.notebook import code_cells

from .test_lessons import read

__all__ = ["Cell", "cells_of", "needed_first", "to_run"]

FEW = {"06": 25, "08": 10}  # steps of training, as many as a window that the page looks at; elsewhere 3
CHANGING = ("append", "update", "load_state_dict", "copy_", "backward", "step")       # methods that change their object

# What takes long in the lessons with a trained translator, and a smaller one in its place. `translator` and `untrained`
# are names that the test puts in.
LESS = {
    "01": (("for T in (100, 200, 400, 800):", "for T in (10, 20):"), ("size=(10_000, size)", "size=(100, size)"),
           ("n_queries=2000", "n_queries=50"), ("for n in (32, 128)]", "for n in (8, 16)]")),
    "04": (("torch.randint(10, (n, 8))", "torch.randint(10, (n // 8, 8))"),
           ("torch.randint(10, (n, 9))", "torch.randint(10, (n // 8, 9))")),
    "05": (("def distance_batch(n=32", "def distance_batch(n=2"), ("(500, length)", "(20, length)"),
           ("who_is_first(64)", "who_is_first(4)"), ("who_is_first(1000)", "who_is_first(20)")),
    "06": (("mirrored_sums(64)", "mirrored_sums(4)"),
           ("halfway, ends = [], []\n    for seed in range(2)", "halfway, ends = [], []\n    for seed in range(1)")),
    "08": (("= source[:201], target[:201]", "= source[:20], target[:20]"), ("source[1201:]", "source[1201:1221]"),
           ("target[1201:]", "target[1201:1221]"), ("(32,), generator", "(6,), generator"),
           ("arange(60).split(20)", "arange(6).split(2)"), ("length=10)", "length=5)"),
           ("d_model=48, n_heads=4, d_ff=96", "d_model=16, n_heads=4, d_ff=32")),
    "09": (("max_source_words=8, max_target_words=10)", "max_source_words=8, max_target_words=10)[::8]"),
           ("short[50_000", "short[5_000"), ("60_000", "6_000"),
           ("n_valid=1000, n_test=1000", "n_valid=30, n_test=150"),
           ("every=15", "every=1"), ("range(15, 151, 15)", "range(1, 4)"), ("[:: len(several) // 4]", "[:4]"),
           ("tokens=6_000_000", "tokens=5_000"), ('checkpoint="cache", progress=False', 'progress=False'),
           ('best_device(), checkpoint="cache"', "best_device()"),
           ("subwords = Subwords.train(sentences, vocab_size=6000)", "subwords = translator.subwords"),
           ("own = True", "own = False"), ("print(describe(model, parts))", "model = translator.model"),
           ('count_vectors(encoded, len(subwords), sizes["d_model"])', "translator.model.embedding.weight.detach()"),
           ("count_vectors(encoded, len(subwords), 64)", "vectors[:, :64]"),
           ("count_vectors(paired_at_random, len(subwords), 64)", "vectors[:, 64:]"),
           ("for i in range(0, 1000, 125)", "for i in range(2)"), ("n_bootstrap=1000", "n_bootstrap=10"),
           ("for i in range(1000)", "for i in range(len(references))")),
    "10": (("trained_translator()", "translator"), ("max_len=14", "max_len=6"),
           ('"The black cat sleeps.", "The white house is big.", "I don\'t know her."', '"The black cat sleeps.",'),
           ("some = split.valid[:200]", "some = split.valid[:2]"), ("= split.valid[:500]", "= split.valid[:9]"),
           ("test = split.test\n", "test = split.test[:9]\n"), ("in split.test[:32]]", "in split.test[:4]]"),
           ("zip(split.valid[:20], decode(split.valid[:20]", "zip(split.valid[:2], decode(split.valid[:2]")),
    "11": (("trained_translator()", "translator"), ("split.test[:500]", "split.test[:2]"),
           ("gold = gold_alignments()", "gold = sorted(gold_alignments(), key=lambda pair: not pair.source.startswith("
            "('Where does the cat', 'Tom asked some very good')))[:12]"),
           ("for pair in split.train]", "for pair in split.train[:6000]]"),
           ("count_vectors(encode_pairs(split.train[::8], subwords), *model.embedding.weight.shape)",
            "model.embedding.weight.detach()"),
           ("size=(1000, len(gold))", "size=(20, len(gold))"),
           ("size=(1000, len(test_pairs))", "size=(20, len(test_pairs))"),
           ('"book", "father", "brother", "man", "doctor", "car"', '')),
    "12": (("min_count=100))", "min_count=100), n_valid=30)"),
           ("run(config, seed, task, progress=False)", "untrained(config, seed, task)"),
           ("size=(2000, n)", "size=(40, n)")),
    "13": (('checkpoint="cache", ', ""), ("task.subwords.eos_id, 16", "task.subwords.eos_id, 3")),
    "14": (("trained_translator()", "translator"), ("split.test[:300]", "split.test[:3]"),
           ("all_bits = [8, 6, 4, 3]", "all_bits = [8, 4]"), ("subwords, split.test)", "subwords, split.test[:3])")),
}


@dataclass(frozen=True)
class Statement:
    """What a statement at the outer level of a cell reads, and what it binds or changes."""

    reads: frozenset[str]
    binds: frozenset[str]
    anew: frozenset[str]                    # of what it binds, what has nothing to do with what was there before


@dataclass
class Cell:
    """A code cell: its source with little training, and its statements."""

    source: str
    checks: str = ""                        # the exercise that it checks
    statements: list[Statement] = field(default_factory=list)

    @property
    def reads(self) -> set[str]:
        """What has to be there before the cell runs."""
        found: set[str] = set()
        bound: set[str] = set()
        for statement in self.statements:
            found |= statement.reads - bound
            bound |= statement.binds
        return found

    @property
    def binds(self) -> set[str]:
        return {name for statement in self.statements for name in statement.binds}


def cells_of(lesson: str, folder: str = "solutions") -> list[Cell]:
    """The cells that a learner gets: solved; from "notebooks", as they are handed out; "solutions/zh", in Chinese."""
    found, less, found_long = [], dict(LESS.get(lesson[:2], ())), set()
    few = FEW.get(lesson[:2], 3)
    for cell in code_cells(read(build.ROOT / folder / f"{lesson}.ipynb")):
        if "solution-only" in cell.metadata.get("tags", []):
            continue
        source = "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!")))
        for long in [long for long in less if long in source]:
            source = source.replace(long, less[long])
            found_long.add(long)
        source = re.sub(r"\b((?:n_)?steps|epochs)(:\s*int)?(\s*=\s*)(\d[\d_]+)", rf"\1\2\g<3>{few}", source)
        source = re.sub(r"\brange\((\d{3,})\)", f"range({few})", source)
        source = re.sub(r"\brange\(1, \d{3}\)", f"range(1, {few + 1})", source)
        source = re.sub(r"\brange\((\d+), \d{3}, \1\)", rf"range(\1, {few + 1}, \1)", source)
        grader = cell.metadata.get("nbgrader", {})
        id = grader.grade_id.removeprefix("check-").replace("-", ".") if grader.get("grade") else ""
        found.append(Cell(source, id, [_statement(node) for node in ast.parse(source).body]))
    assert folder != "solutions" or found_long == set(less), f"lesson {lesson} has no longer: {set(less) - found_long}"
    return found


class _Names(ast.NodeVisitor):
    """Goes through a statement as it is executed: what is read before it is bound, and what is bound or changed."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.bound: set[str] = set()
        self.changed: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.reads |= {node.id} - self.bound
        else:
            self.bound.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._all(node.value, *node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.reads |= {node.target.id} - self.bound
        self._all(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._all(node.iter, node.target, *node.body, *node.orelse)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        before, ends = set(self.bound), []
        for branch in (node.body, node.orelse):
            self.bound = set(before)
            self._all(*branch)
            ends.append(self.bound)
        self.bound = ends[0] & ends[1]                # what only one of them binds may be read from before
        self.changed |= ends[0] ^ ends[1]

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            self._change(node.func)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bound |= {(name.asname or name.name).split(".")[0] for name in node.names}

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self._inside(node)
        self.bound.add(node.name)

    visit_ClassDef = visit_FunctionDef

    def _inside(self, node: ast.AST) -> None:
        """Names of the outer level in something with names of its own."""
        table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
        outside = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
        self.reads |= (outside | _globals_inside(table)) - self.bound

    visit_Lambda = visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _inside

    def _all(self, *nodes: ast.AST) -> None:
        for node in nodes:
            self.visit(node)

    def _change(self, node: ast.AST) -> None:
        self.changed |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _statement(node: ast.stmt) -> Statement:
    names = _Names()
    names.visit(node)
    return Statement(frozenset(names.reads), frozenset(names.bound | names.changed),
                     frozenset(names.bound - names.reads - names.changed))


def _globals_inside(table: symtable.SymbolTable) -> set[str]:
    found: set[str] = set()
    for child in table.get_children():
        found |= {symbol.get_name() for symbol in child.get_symbols() if symbol.is_global()} | _globals_inside(child)
    return found


def to_run(cells: list[Cell], names: set[str], start: int) -> list[int]:
    """The cells from `start` on that use these names, or what comes of them, and those that they need."""
    tainted, using = set(names), set()
    for n in range(start, len(cells)):
        for statement in cells[n].statements:
            if statement.reads & tainted:
                using.add(n)
                tainted |= statement.binds
            else:
                tainted -= statement.anew
    return sorted(using | {n for n in _needed(cells, using) if n >= start})


def needed_first(cells: list[Cell], after: list[int]) -> list[int]:
    """The cells before the first of `after` without which those could not run."""
    return sorted(n for n in _needed(cells, set(after)) if n < min(after, default=0))


def _needed(cells: list[Cell], using: set[int]) -> set[int]:
    found: set[int] = set()
    needed: set[str] = set()
    for n in reversed(range(len(cells))):
        if n in using or cells[n].binds & needed:
            found.add(n)
            needed |= cells[n].reads
    return found - using
