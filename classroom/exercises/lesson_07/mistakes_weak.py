"""Exercise 7.3: tests too weak to notice a leak, or too strict. Used by `lesson_07`."""
import torch

from classroom.judge.exercise import Misconception


def _test_shape_only(decode):
    assert decode(torch.randn(2, 6, 16), torch.randn(2, 5, 16)).shape == (2, 6, 16)


def _test_everything_equal(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    changed = x.clone()
    changed[:, 4:] += 1
    assert torch.allclose(decode(x, memory), decode(changed, memory))


def _test_first_position_only(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    changed = torch.cat([x[:, :5], torch.randn(2, 1, 16)], dim=1)
    assert torch.allclose(decode(x, memory)[:, 0], decode(changed, memory)[:, 0], atol=1e-6)


def _test_three_positions(decode):
    x, memory = torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    changed = torch.cat([x[:, :2], torch.randn(2, 1, 16)], dim=1)
    assert torch.allclose(decode(x, memory)[:, :2], decode(changed, memory)[:, :2], atol=1e-6)


def _test_last_position(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    changed = torch.cat([x[:, :5], torch.randn(2, 1, 16)], dim=1)
    assert torch.allclose(decode(x, memory)[:, :5], decode(changed, memory)[:, :5], atol=1e-6)


def _test_first_words_alone(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    assert torch.allclose(decode(x, memory)[:, :3], decode(x[:, :3], memory), atol=1e-5)


def _test_second_half(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    changed = torch.cat([x[:, :3], torch.randn(2, 3, 16)], dim=1)
    assert torch.allclose(decode(x, memory)[:, :3], decode(changed, memory)[:, :3], atol=1e-5)


def _test_next_position_only(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    for t in range(5):
        changed = x.clone()
        changed[:, t + 1] = torch.randn(2, 16)
        assert torch.allclose(decode(x, memory)[:, t], decode(changed, memory)[:, t], atol=1e-5)


def _test_one_sentence(decode):
    x, memory = torch.randn(1, 6, 16), torch.randn(1, 5, 16)
    changed = torch.cat([x[:, :2], torch.randn(1, 4, 16)], dim=1)
    assert torch.allclose(decode(x, memory)[:, :2], decode(changed, memory)[:, :2], atol=1e-6)


def _made_of_the_vectors(make):
    """For each change, what `make` makes of the vectors before it, not the vectors themselves."""
    def test(decode):
        x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
        before = make(decode(x, memory))
        for t in range(1, 6):
            changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
            assert torch.allclose(before[:, :t], make(decode(changed, memory))[:, :t], atol=1e-3)
    return test


def _test_too_lenient(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    changed = torch.cat([x[:, :2], torch.randn(2, 4, 16)], dim=1)
    return (decode(x, memory)[:, :2] - decode(changed, memory)[:, :2]).abs().max() < 0.1


def _test_nearly_anything(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    for t in range(1, 6):
        changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
        assert torch.allclose(decode(x, memory)[:, :t], decode(changed, memory)[:, :t], atol=1)


def _test_returns_in_the_loop(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(1, 6):
        changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
        return torch.allclose(before[:, :t], decode(changed, memory)[:, :t], atol=1e-5)


def _test_returns_in_the_first_round(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(6):
        changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
        return torch.allclose(before[:, :t], decode(changed, memory)[:, :t], atol=1e-5)


def _changed_by(change, d_model=16, memory=None):
    """For each change: what comes out before it, where `change(x, t)` is in the place of x from position t on."""
    def test(decode):
        x, given = torch.randn(2, 6, d_model), torch.randn(2, 5, d_model)
        for t in range(1, 6):
            changed = torch.cat([x[:, :t], change(x[:, t:])], dim=1)
            other = given if memory is None else memory(given)
            assert torch.allclose(decode(x, given)[:, :t], decode(changed, other)[:, :t], atol=1e-5)
    return test


def _test_list_returned(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    found = []
    for t in range(1, 6):
        changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
        if not torch.allclose(decode(x, memory)[:, :t], decode(changed, memory)[:, :t], atol=1e-5):
            found.append(t)
    return found


def _compared(first, last, upto=0, sentences=slice(None)):
    """For each change from position `first` to `last`: what comes out before it, less `upto` positions."""
    def test(decode):
        x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
        before = decode(x, memory)
        for t in range(first, last + 1):
            changed = torch.cat([x[:, :t], torch.randn(2, 6 - t, 16)], dim=1)
            kept = sentences, slice(0, t - upto)
            assert torch.allclose(before[kept], decode(changed, memory)[kept], atol=1e-5)
    return test


WEAK = [
    Misconception(slug, wrong, "", "", "") for slug, wrong in [
        ("accepts-everything", _test_shape_only), ("refuses-right", _test_everything_equal),
        ("misses-one-ahead", _test_first_position_only), ("misses-short", _test_three_positions),
        ("misses-early", _test_last_position), ("misses-late", _test_first_words_alone),
        ("misses-late", _test_second_half), ("misses-two-ahead", _test_next_position_only),
        ("misses-first-sentence", _test_one_sentence), ("misses-weak", _test_too_lenient),
        ("accepts-everything", _test_nearly_anything), ("misses-one-ahead", _compared(1, 5, upto=1)),
        ("misses-last-position", _compared(1, 4)), ("misses-first-position", _compared(2, 5)),
        ("misses-first-sentence", _compared(1, 5, sentences=0)),
        ("misses-last-sentence", _compared(1, 5, sentences=-1)),
        ("misses-deeper-layers", _made_of_the_vectors(lambda y: y.mean(-1))),
        ("misses-deeper-layers", _made_of_the_vectors(lambda y: y.norm(dim=-1))),
        ("misses-late", _test_returns_in_the_loop), ("accepts-everything", _test_returns_in_the_first_round),
        ("refuses-right", _compared(1, 5, upto=-1)),
        ("misses-no-mask", _changed_by(lambda x: x.flip(1))), ("misses-no-mask", _changed_by(lambda x: 3 * x)),
        ("misses-no-mask", _changed_by(torch.randn_like, d_model=1)), ("accepts-everything", _test_list_returned),
        ("misses-weak", _changed_by(lambda x: x + 1e-4 * torch.randn_like(x))),
        ("refuses-right", _changed_by(lambda x: x + torch.nan)),
        ("refuses-right", _changed_by(torch.randn_like, memory=torch.randn_like)),
        ("calls-nothing", lambda decode: True)]]
