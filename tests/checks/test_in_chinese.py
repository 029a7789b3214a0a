"""Verdicts in Chinese: nothing English is left in them but code and Python's own errors, and blanks are set as Chinese
has them. In English, everything is as it was."""
import html
import re
import textwrap

import numpy as np
import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.judge import panel
from classroom.judge.evidence import line_of, series
from classroom.judge.prose import spaced, wrapped
from course._words import speaking
from course.attention import MultiHeadAttention, scaled_dot_product_attention


def _shares(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _attention(q, k, v, by=None, axis=-1):
    scores = q @ k.T / np.sqrt(by or q.shape[-1])
    weights = np.exp(scores - scores.max(axis, keepdims=True))
    weights = weights / weights.sum(axis, keepdims=True)
    return weights @ v, weights


def _asserts(q, k, v):
    assert q.shape == k.shape
    return _attention(q, k, v)


def _typed(q, k):
    return np.array([[q[i] @ k[j] for j in range(4)] for i in range(4)])


def _compares(x):
    return x if x > 0 else _shares(x)


def _changes(scores):
    total = scores.sum()
    scores[...] = scores / total
    return scores


class _OtherNames(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(d_model, size, bias=False) for size in (d_k, d_k, d_v))

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.q(x), self.k(x), self.v(x), mask)


class _InAList(_OtherNames):
    def __init__(self, d_model, d_k, d_v):
        super().__init__(d_model, d_k, d_v)
        self.layers = [nn.Linear(d_model, d_k)]


class _Detached(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        return super().forward(query.detach(), key, value, mask)


class _NoMask(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        return super().forward(query, key, value, mask.clone())


def _looks_at_nothing(split):
    split(torch.ones(1, 2, 4), 2)


WRONG = {
    "the largest": ("0.1", lambda scores: scores / scores.max()),
    "an axis too many": ("0.1", lambda scores: (scores / scores.sum())[None]),
    "a list": ("0.1", lambda scores: list(scores / scores.sum())),
    "a word": ("0.1", lambda scores: "shares"),
    "a result": ("0.1", np.ones(3)),
    "changed input": ("0.1", _changes),
    "random": ("0.1", lambda scores: scores / np.random.rand()),
    "unknown name": ("0.1", lambda scores: scores / total),  # noqa: F821
    "no argument": ("0.1", lambda: 0),
    "PyTorch": ("1.1", lambda q, k: torch.tensor(q) @ torch.tensor(k).T),
    "PyTorch's word": ("1.1", lambda q, k: q.matmul(k)),
    "a row less": ("1.1", lambda q, k: (q @ k.T)[:-1]),
    "one after the other": ("1.1", lambda q, k: np.concatenate([q @ k.T, q @ k.T])),
    "one of several": ("1.1", lambda q, k: np.stack([q @ k.T, 0 * q @ k.T])),
    "the last column": ("1.1", lambda q, k: q @ k.T + (np.arange(len(k)) == len(k) - 1)),
    "a dictionary": ("1.1", lambda q, k: {"scores": q @ k.T}),
    "a comma": ("1.1", lambda q, k: (q @ k.T,)),
    "typed in": ("1.1", _typed),
    "a dtype": ("1.1", lambda q, k: (q @ k.T).astype(np.float32)),
    "negative": ("1.2", lambda x: _shares(x) - 0.5),
    "a temperature": ("1.2", lambda x: _shares(1.7 * x)),
    "yes or no": ("1.2", _compares),
    "NaN": ("1.2", lambda x: _shares(x) * np.nan),
    "two at once": ("1.3", lambda q, k, v: _attention(q, k, v, by=1, axis=0)),
    "one thing": ("1.3", lambda q, k, v: _attention(q, k, v)[0]),
    "one output": ("1.3", lambda q, k, v: (_attention(q, k, v)[0] * 1.5, _attention(q, k, v)[1])),
    "its own assert": ("1.3", _asserts),
    "no option": ("1.4", "louder"),
    "an option": ("1.4", "doubled"),
    "not attempted": ("1.4", None),
    "without the mask": ("2.1", lambda q, k, v, mask=None: scaled_dot_product_attention(q, k, v)),
    "the future": ("2.2", lambda size: torch.ones(size, size).triu().bool()),
    "an axis too few": ("2.3", lambda ids, pad_id=0: ids != pad_id),
    "other names": ("3.1", _OtherNames),
    "in a list": ("3.1", _InAList),
    "float for a size": ("4.1", lambda x, n_heads: x.view(*x.shape[:2], n_heads, x.shape[2] / n_heads)),
    "no gradient": ("4.3", _Detached),
    "mask is None": ("4.3", _NoMask),
    "PyTorch's own": ("4.3", nn.MultiheadAttention),
    "a weak test": ("4.4", _looks_at_nothing),
    "an array for a tensor": ("5.1", lambda max_len, d_model: np.zeros((max_len, d_model))),
    "PyTorch's layer": ("6.1", nn.LayerNorm),
    "a class of another kind": ("6.2", nn.Identity),
    "one thing for two": ("7.2", lambda ids: ids),
    "a plain number": ("8.1", lambda logits, targets, pad_id, smoothing=0.1: 1.0),
    "the larger": ("8.2", lambda step, d_model, warmup: d_model**-0.5 * max(step**-0.5, step * warmup**-1.5)),
    "no list": ("8.10", lambda model, step, batches, validate, patience, max_epochs: 3),
    "zeros": ("5.1", lambda max_len, d_model: torch.zeros(max_len, d_model)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_nothing_is_left_in_english(name):
    id, answer = WRONG[name]
    with speaking("zh"):
        verdict = evaluate(id, answer)
        text, drawn = str(verdict), panel.as_html(verdict)
    assert verdict.points == 0
    shown = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<(pre|code)\b.*?</\1>", "X", drawn, flags=re.DOTALL)))
    assert not re.search(r"[\u3400-\u9fff，。：；？！、] [，。：；？！、\u3400-\u9fff]", shown), shown
    for said in (shown, *(block for block in text.split("\n\n") if not block.startswith("    "))):
        said = re.sub(r"`[^`]*`|'[^']*'", "X", said)
        said = re.sub(r"[A-Z]\w*Error: [^。]*", "X", " ".join(said.split()))             # Python's own words
        assert not re.search(r"[A-Za-z]{2,} [a-z]{2,}", said), said


def test_blanks_and_lines_of_chinese():
    with speaking("zh"):
        assert spaced("还不对。 你的`w` 是对的， 但是 有 3个 头 。") == "还不对。你的 `w` 是对的，但是有 3 个头。"
        assert spaced("    码 不 动\n`a , b` 和 `c`") == "    码 不 动\n`a , b` 和 `c`"
        assert line_of("line 3 of `f`: `return q @ k`") == "`f` 的第 3 行：`return q @ k`"
        lines = wrapped("“中文”（括号），没有空格。" * 20).splitlines()
        assert len(lines) > 1 and all(not re.match("[”），。]", line) and len(line) <= 48 + 6 for line in lines)


def test_english_stays_as_it_was():
    quoted = "The case “el gato” … of 你 好 ,  two  blanks. " * 9
    assert spaced(quoted) == quoted
    plain = quoted.replace("你 好", "it")
    assert wrapped(plain) == textwrap.fill(" ".join(plain.split()), 96)
    assert line_of("line 3 of `f`: `return q @ k`") == "line 3 of `f`: `return q @ k`" and line_of("") == ""
    assert series(["a", "b, or c"]) == "a; b, or c" and series(["a", "b"]) == "a, b"
