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
        masks = None if mask is None else mask.expand(len(x), x.shape[1], memory.shape[1])
        for b in range(len(x)):
            row = None if masks is None else masks[b]
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


def _test_neighbours_swapped(attend):
    x = torch.randn(5, 8, 6, dtype=torch.float64)
    before = attend(x)
    for t in range(7):
        order = torch.arange(8)
        order[[t, t + 1]] = order[[t + 1, t]]
        assert torch.allclose(attend(x[:, order]), before[:, order], atol=1e-5), f"places {t} and {t + 1}"


def _test_another_order_for_each_sentence(attend):
    x = torch.randn(4, 7, 8)
    order = torch.stack([torch.randperm(7) for _ in range(4)]).unsqueeze(-1)
    before, after = attend(x), attend(x.gather(1, order.expand_as(x)))
    assert torch.allclose(after, before.gather(1, order.expand_as(before)), atol=1e-5)


def _test_raised(attend):
    x, order = torch.randn(2, 6, 3, dtype=torch.float64), torch.tensor([5, 3, 0, 4, 1, 2])
    if not torch.allclose(attend(x[:, order]), attend(x)[:, order]):
        raise ValueError("the order counts")


def _fit_zero_at_the_end(model, loss_of, batches, optimiser):
    model.train()
    history = []
    for batch in batches:
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        history.append(float(loss))
    model.eval()
    return history


def _fit_with_modes_by_train(model, loss_of, batches, optimizer):
    history, _ = [], model.train(True)
    for _, batch in enumerate(batches):
        model.zero_grad()
        (loss := loss_of(model, batch)).backward()
        optimizer.step()
        history += [loss.detach().item()]
    model.train(False)
    return history


def _fit_as_a_tensor(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad(set_to_none=False)
        loss = loss_of(model, batch)
        loss.backward()
        losses.append(loss.detach())
        optimiser.step()
    model.eval()
    return torch.stack(losses)


def _fit_step_by_step(model, loss_of, batches, optimiser):
    def one(batch):
        model.train()
        for parameter in model.parameters():
            parameter.grad = None
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        model.eval()
        return loss.item()
    return [one(batch) for batch in batches]


def _fit_all_collected(model, loss_of, batches, optimiser):
    kept = list(batches)
    losses = torch.zeros(len(kept), dtype=torch.float64)
    model.train()
    for n in range(len(kept)):
        optimiser.zero_grad()
        loss = loss_of(model, kept[n])
        loss.backward()
        losses[n] = loss.item()
        optimiser.step()
    model.eval()
    return losses.tolist()


def _fit_by_while(model, loss_of, batches, optimiser):
    model.train()
    losses, left = [], iter(batches)
    while (batch := next(left, None)) is not None:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward(retain_graph=True)
        optimiser.step()
        losses.append(loss.data)
    model.eval()
    return losses


def _fit_module_by_module(model, loss_of, batches, optimiser):
    losses = []
    for part in model.modules():
        part.training = True
    for batch in batches:
        def closure(batch=batch):
            optimiser.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            return loss
        losses.append(float(optimiser.step(closure)))
    for part in model.modules():
        part.training = False
    return losses


def _back_by_eye(n_words, n_places):
    zeros = torch.zeros(n_words, n_places)
    return torch.cat([zeros, 1000 * torch.eye(n_places).roll(-1, 1)]), torch.cat([zeros, torch.eye(n_places)])


def _back_step_in_the_keys(n_words, n_places):
    d_model = n_words + n_places
    W_q, W_k = torch.zeros(d_model, d_model), torch.zeros(d_model, d_model)
    for t in range(n_places - 1):
        W_k[n_words + t, t + 1] = W_q[n_words + t + 1, t + 1] = 30.0
    return W_q, W_k


def _back_on_a_circle(n_words, n_places):
    angles = 2 * torch.pi * torch.arange(n_places, dtype=torch.float64) / n_places
    W_q, W_k = torch.zeros(2, n_words + n_places, 2, dtype=torch.float64)
    turned = angles - angles[1]
    W_q[n_words:] = 5000 * torch.stack([turned.cos(), turned.sin()], dim=1)
    W_k[n_words:] = torch.stack([angles.cos(), angles.sin()], dim=1)
    return W_q, W_k


def _back_by_squares(n_words, n_places):
    """Scores are −(t − 1 − j)², without the part that all keys have in common."""
    places = torch.arange(n_places) * 1.0
    zeros = torch.zeros(n_words, 2)
    queries = 50 * torch.stack([2 * (places - 1), torch.ones(n_places)], 1)
    return torch.cat([zeros, queries]), torch.cat([zeros, torch.stack([places, -places ** 2], 1)])


def _back_in_one_matrix(n_words, n_places):
    d_model = n_words + n_places
    together = torch.zeros(d_model, d_model)
    together[torch.arange(n_words + 1, d_model), torch.arange(n_words, d_model - 1)] = 200.0
    return [together, torch.eye(d_model)]


def _noun_in_one_matrix(n_genders, n_numbers):
    """Keys are the words' own vectors; all that is wanted stands in W_q."""
    d_model = 3 + n_genders + n_numbers
    W_q = torch.zeros(d_model, d_model)
    W_q[1, 0] = 100
    for i in range(3, d_model):
        W_q[i, i] = 100
    return W_q, torch.eye(d_model)


def _noun_against_others(n_genders, n_numbers):
    """What is no noun loses, and so does what has another gender or number."""
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = torch.zeros(2, 2 + d_k, d_k, dtype=torch.float64)
    W_k[:3, 0] = torch.tensor([1.0, -1.0, -1.0])
    W_k[3:, 1:] = 2 * torch.eye(d_k - 1) - 1
    W_q[1, 0] = 1000
    W_q[3:, 1:] = 1000 * torch.eye(d_k - 1)
    return [W_q, W_k]


def _noun_by_pairs(n_genders, n_numbers):
    """A number for each pair of a gender and a number, and one for nouns."""
    cells = torch.arange(n_genders * n_numbers).reshape(n_genders, n_numbers)
    W = torch.zeros(3 + n_genders + n_numbers, 1 + cells.numel())
    for g in range(n_genders):
        W[3 + g, 1 + cells[g]] = 1
    for n in range(n_numbers):
        W[3 + n_genders + n, 1 + cells[:, n]] += 1
    W_q, W_k = 200 * W, W.clone()
    W_k[0, 0], W_q[1, 0] = 1, 200 * (n_genders + n_numbers)
    return W_q, W_k


def _noun_by_distances(n_genders, n_numbers):
    """Genders and numbers are numbers, and a score falls with the square of their difference."""
    W_q, W_k = torch.zeros(3 + n_genders + n_numbers, 5), torch.zeros(3 + n_genders + n_numbers, 5)
    W_q[1, 0], W_k[0, 0] = 5000.0, 1.0
    for start, size, column in ((3, n_genders, 1), (3 + n_genders, n_numbers, 3)):
        t = torch.arange(size) * 1.0
        W_q[start : start + size, column : column + 2] = 50 * torch.stack([2 * t, torch.ones(size)], 1)
        W_k[start : start + size, column : column + 2] = torch.stack([t, -t ** 2], 1)
    return W_q, W_k


def _noun_on_circles(n_genders, n_numbers):
    W_q, W_k = torch.zeros(3 + n_genders + n_numbers, 5), torch.zeros(3 + n_genders + n_numbers, 5)
    W_q[1, 4] = W_k[0, 4] = 60
    for start, size, column in ((3, n_genders, 0), (3 + n_genders, n_numbers, 2)):
        angles = 2 * torch.pi * torch.arange(size) / size
        W_q[start : start + size, column : column + 2] = torch.stack([angles.cos(), angles.sin()], 1) * 20
    W_k[3:, :4] = 20 * W_q[3:, :4]
    return W_q, W_k


def _noun_in_whole_numbers(n_genders, n_numbers):
    n = n_genders + n_numbers
    agree = torch.cat([torch.zeros(3, n, dtype=torch.int64), torch.eye(n, dtype=torch.int64)])
    asks, is_noun = torch.zeros(n + 3, 1, dtype=torch.int64), torch.zeros(n + 3, 1, dtype=torch.int64)
    asks[1], is_noun[0] = 1, 1
    return torch.cat([agree, asks], dim=1) * 99, torch.cat([agree, is_noun], dim=1)


VARIANTS = {
    "3.1": [_SelfByHand, _SelfOpened, _SelfFused, _SelfFromCross, _SelfRenamed],
    "3.2": [_CrossByHand, _CrossOneByOne, _CrossFromSelf],
    "3.3": [_test_random_order, _test_backwards, _test_returned, _test_raised, _test_neighbours_swapped,
            _test_another_order_for_each_sentence],
    "3.5": [_fit_zero_at_the_end, _fit_with_modes_by_train, _fit_as_a_tensor, _fit_step_by_step, _fit_all_collected,
            _fit_by_while, _fit_module_by_module],
    "3.6": [_back_by_eye, _back_step_in_the_keys, _back_on_a_circle, _back_by_squares, _back_in_one_matrix],
    "3.7": [_noun_in_one_matrix, _noun_against_others, _noun_by_pairs, _noun_by_distances, _noun_on_circles,
            _noun_in_whole_numbers],
}
