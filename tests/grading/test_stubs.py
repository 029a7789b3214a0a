"""One rule says what is a stub: in a notebook that is only read, and of an answer that is there."""
import ast

import pytest

from classroom.ask import stubs
from classroom.grade.read import slicing

HEAD = "class nn:\n    class Module: pass\nclass Layer: pass\n"
STUBS = {
    "a docstring": "def f(x):\n    'doc'",
    "dots": "def f(x): ...",
    "pass": "def f(x): pass",
    "return": "def f(x): return",
    "return None": "def f(x):\n    'doc'\n    return None",
    "raise": "def f(x):\n    'doc'\n    raise NotImplementedError",
    "raise with a message": "def f(x): raise NotImplementedError('to do')",
    "raise with a message that is put together": "def f(x): raise NotImplementedError(f'{x.shape}: to do')",
    "what follows a raise": "def f(x):\n    raise NotImplementedError\n    return x @ x",
    "defaults and annotations": "def f(x, y=[i for i in range(3)], *, z=lambda: 1) -> 'int': pass",
    "an empty class": "class f:\n    'doc'",
    "a module as it is given": "class f(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
                               "        raise NotImplementedError\n    def forward(self, x):\n"
                               "        raise NotImplementedError",
    "only what is above": "class f(nn.Module):\n    def __init__(self, d):\n        super().__init__()",
    "a field beside stubs": "class f:\n    n = 1\n    def g(self): pass",
    "an annotation beside stubs": "class f:\n    x: int\n    def g(self): pass",
    "a static stub": "class f:\n    @staticmethod\n    def g(): pass",
    "no value": "f = None",
    "dots for a value": "f = ...",
}
WRITTEN = {
    "a value": "def f(x): return x",
    "a constant": "def f(x): return 3",
    "True": "def f(x): return True",
    "an empty text": "def f(x): return ''",
    "a raise at the end": "def f(x):\n    return x\n    raise NotImplementedError",
    "a raise on a condition": "def f(x):\n    if x: raise NotImplementedError\n    return x",
    "a raise after something": "def f(x):\n    print(x)\n    raise NotImplementedError",
    "a raise that is caught":
        "def f(x):\n    try:\n        raise NotImplementedError\n    except Exception:\n        pass",
    "another exception": "def f(x): raise ValueError",
    "the name, and another exception": "def f(x):\n    NotImplementedError\n    print(x)\n    raise ValueError",
    "a generator": "def f(x): yield",
    "a coroutine": "async def f(x): pass",
    "a function in it": "def f(x):\n    def g(): return 3\n    return g",
    "a class of values": "class f:\n    y = 3",
    "a layer kept": "class f(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n        self.d = d\n"
                    "    def forward(self, x): pass",
    "one method of two": "class f:\n    def g(self): pass\n    def h(self): return 1",
    "a property": "class f:\n    @property\n    def g(self): return self.h",
    "a static method": "class f:\n    @staticmethod\n    def g(): return 2",
    "inherited": "class f(Layer): pass",
    "a number": "f = 3",
}


def both(source):
    """The verdict on the text, and on what it makes when it runs."""
    space = {"__name__": "lesson"}
    exec(compile(HEAD + source, "?", "exec"), space)
    return slicing.is_stub(ast.parse(source).body[0]), stubs.is_stub(space["f"])


@pytest.mark.parametrize("name", STUBS)
def test_nothing_is_written_yet(name):
    assert both(STUBS[name]) == (True, True)


@pytest.mark.parametrize("name", WRITTEN)
def test_something_is_written(name):
    assert both(WRITTEN[name]) == (False, False)


@pytest.mark.parametrize("source", [
    "def f(x):\n    if x: pass\n" + "    elif x: pass\n" * 900, "def f():\n    nonlocal z", "def f():\n    break",
    "class f:\n    return 3", "def f(x, x): pass", "def f(x):\n    return 9**9**9",
], ids=["many branches", "nonlocal", "break", "return", "twice", "a large number"])
def test_what_cannot_be_compiled_is_no_stub(source):
    assert slicing.is_stub(ast.parse(source).body[0]) is False


def test_what_is_nested_too_deeply_is_no_stub():
    node = ast.parse("def f(x): return x").body[0]
    for _ in range(50_000):
        node.body[0].value = ast.Attribute(node.body[0].value, "a", ast.Load(), lineno=1, col_offset=0)
    assert slicing.is_stub(node) is False


def test_what_is_read_is_never_run():
    source = "@print('decorated')\ndef f(x=print('default')) -> print('annotation'): pass"
    assert slicing.is_stub(ast.parse(source).body[0])
