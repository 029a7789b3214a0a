"""Lesson 12: right answers, written otherwise than the solutions."""
import numpy as np

from classroom.exercises.lesson_12.tasks import mean_and_spread


def _spread_by_loop(losses):
    rows = [sorted(row) for row in losses]
    return (np.array([sum(row) / len(row) for row in rows], dtype=losses.dtype),
            np.array([row[-1] - row[0] for row in rows], dtype=losses.dtype) / 2)


def _spread_from_the_middle(losses):
    middle = (losses.max(-1) + losses.min(-1)) / 2
    return np.mean(losses, -1), losses.max(-1) - middle


def _spread_by_ptp(losses):
    return losses.sum(1) / losses.shape[1], 0.5 * np.ptp(losses, axis=1)


def _paired_by_signs(losses, base):
    difference = losses - losses[base][None]
    signs = np.sign(difference).sum(axis=1)
    mean, spread = mean_and_spread(difference)
    return mean, spread, np.abs(signs) == losses.shape[1]


def _paired_by_loop(losses, base):
    rows = [[x - y for x, y in zip(row, losses[base], strict=True)] for row in losses]
    return (np.array([np.mean(row) for row in rows]), np.array([max(row) - min(row) for row in rows]) / 2,
            np.array([min(row) > 0 or max(row) < 0 for row in rows]))


def _paired_by_products(losses, base):
    d = losses - losses[base : base + 1]
    return d.mean(1), np.ptp(d, axis=1) / 2, d.min(1) * d.max(1) > 0


def _interval_by_quantile(a, b, draws):
    means = b[draws].mean(-1) - a[draws].mean(-1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


def _interval_by_loop(a, b, draws):
    means = [sum(b[i] - a[i] for i in row) / len(row) for row in draws]
    return tuple(np.percentile(means, (2.5, 97.5)))


def _interval_as_an_array(a, b, draws):
    return np.percentile(np.take(b - a, draws).mean(axis=1), [2.5, 97.5])


VARIANTS = {
    "12.3": [_spread_by_loop, _spread_from_the_middle, _spread_by_ptp],
    "12.4": [_paired_by_signs, _paired_by_loop, _paired_by_products],
    "12.5": [_interval_by_quantile, _interval_by_loop, _interval_as_an_array],
}
