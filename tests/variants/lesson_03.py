"""Lesson 03: right answers, written otherwise than the solutions."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from classroom.exercises.lesson_03.tasks import CrossAttention, SelfAttention
from course.attention import scaled_dot_product_attention


class _Base(nn.Module):
    """The layers, for the variants below."""

    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)


class _SelfByHand(_Base):
    def forward(self, x, mask=None):
        scores = torch.einsum("bqd,bkd->bqk", self.w_q(x), self.w_k(x)) * self.d_k ** -0.5
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), -torch.inf)
        weights = F.softmax(scores, dim=-1).nan_to_num(0.0)
        return torch.bmm(weights, self.w_v(x)), weights


class _SelfOpened(_Base):
    """Rows without any True are open for the softmax, and closed afterwards."""

    def forward(self, x, mask=None):
        scores = self.w_q(x) @ self.w_k(x).mT / math.sqrt(self.d_k)
        if mask is None:
            return scores.softmax(-1) @ self.w_v(x), scores.softmax(-1)
        nothing = ~mask.any(-1, keepdim=True)
        weights = scores.masked_fill(~(mask | nothing), -torch.inf).softmax(-1).masked_fill(nothing, 0.0)
        return weights @ self.w_v(x), weights


class _SelfFused(_Base):
    """One product for all three projections."""

    def forward(self, x, mask=None):
        together = F.linear(x, torch.cat([self.w_q.weight, self.w_k.weight, self.w_v.weight]))
        q, k, v = together.split([self.d_k, self.d_k, self.w_v.out_features], dim=-1)
        return scaled_dot_product_attention(q, k, v, mask=mask)


class _SelfFromCross(CrossAttention):
    def forward(self, x, mask=None):
        return super().forward(x, x, mask)


class _SelfRenamed(nn.Module):
    def __init__(self, d_in, size, d_out):
        super().__init__()
        self.w_q, self.w_k = nn.Linear(d_in, size, False), nn.Linear(d_in, size, False)
        self.w_v, self.dropout = nn.Linear(d_in, d_out, False), nn.Dropout(0.3)

    def forward(self, sentence, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(sentence), self.w_k(sentence), self.w_v(sentence), mask)
        return self.dropout(output), weights


class _CrossByHand(_Base):
    def forward(self, x, memory, mask=None):
        q, k, v = x @ self.w_q.weight.T, memory @ self.w_k.weight.T, memory @ self.w_v.weight.T
        scores = torch.matmul(q, k.transpose(1, 2)) / self.d_k ** 0.5
        if mask is None:
            return scores.softmax(2) @ v, scores.softmax(2)
        weights = torch.where(mask, scores, -1e9).softmax(2) * mask
        return weights @ v, weights


class _CrossOneByOne(_Base):
    def forward(self, x, memory, mask=None):
        found = []
        for b in range(len(x)):
            row = None if mask is None else mask[b] if mask.dim() == 3 else mask
            found.append(scaled_dot_product_attention(self.w_q(x[b]), self.w_k(memory[b]), self.w_v(memory[b]), row))
        return torch.stack([output for output, _ in found]), torch.stack([weights for _, weights in found])


class _CrossFromSelf(SelfAttention):
    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), *(w(memory) for w in (self.w_k, self.w_v)), mask)


def _test_random_order(attend):
    for _ in range(5):
        x, order = torch.randn(2, 7, 8), torch.randperm(7)
        before, after = attend(x), attend(x[:, order])
        for new, old in enumerate(order):
            if not torch.allclose(after[:, new], before[:, old], atol=1e-4):
                return False
    return True


def _test_backwards(attend):
    x = torch.randn(2, 5, 8)
    order = torch.randperm(5)
    back = order.argsort()
    torch.testing.assert_close(attend(x[:, order])[:, back], attend(x), atol=1e-5, rtol=1e-4)


def _test_returned(attend):
    x, order = torch.randn(4, 6, 5), torch.tensor([5, 3, 0, 4, 1, 2])
    return torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


def _test_raised(attend):
    x, order = torch.randn(2, 6, 3, dtype=torch.float64), torch.tensor([5, 3, 0, 4, 1, 2])
    if not torch.allclose(attend(x[:, order]), attend(x)[:, order]):
        raise ValueError("the order counts")


VARIANTS = {
    "3.1": [_SelfByHand, _SelfOpened, _SelfFused, _SelfFromCross, _SelfRenamed],
    "3.2": [_CrossByHand, _CrossOneByOne, _CrossFromSelf],
    "3.3": [_test_random_order, _test_backwards, _test_returned, _test_raised],
}
