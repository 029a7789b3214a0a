"""One step of Adam: correction, where eps stands, decay of weights, limits, order of what is returned."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch


def _solve(p, g, m, v, t, lr, *, correction, root, decay, limit, betas, order, t_from, forget_m=False, plus=False):
    """p, g, m, v (n,), t and lr numbers -> p, m, v after the step, each (n,)."""
    beta_1, beta_2 = {"usual": (0.9, 0.999), "paper": (0.9, 0.98), "slow": (0.95, 0.99)}[betas]
    t = t + (t_from == "zero")
    if limit == "length":
        g = g / max(1.0, float(np.linalg.norm(g)))
    if limit == "each":
        g = np.clip(g, -1, 1)
    if decay == "gradient":
        g = g + 0.1 * p
    m = (0 if forget_m else beta_1 * m) + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g ** 2
    m_hat, v_hat = (m / (1 - beta_1 ** t), v / (1 - beta_2 ** t)) if correction == "both" else (m, v)
    step = m_hat / (np.sqrt(v_hat) + 0.01) if root == "outside" else m_hat / np.sqrt(v_hat + 0.01)
    if decay == "apart":
        step = step + 0.1 * p
    p = p + lr * step if plus else p - lr * step
    return (p, m, v) if order == "p" else (m, v, p)


def _cases(rng):
    for about, n, t, lr in (("an early step", 3, 1, 0.1), ("a later step", 5, 4, 0.5), ("long gradients", 4, 9, 0.2)):
        scale = 4 if about == "long gradients" else 1.2
        yield Case(about, p=rng.normal(size=n), g=scale * rng.normal(size=n), m=rng.normal(size=n),
                   v=rng.random(size=n), t=t, lr=lr)


FAMILY = Family(
    key="optimiser", title="One step of Adam", lesson=8, name="adam_step", call="adam_step(p, g, m, v, t, lr)",
    text="Write `adam_step(p, g, m, v, t, lr)` with NumPy: one step of Adam for the parameters p with the gradient g. "
         "The running means m (of gradients) and v (of their squares) are those before this step, t is the number of "
         "this step, and lr is the learning rate; p, g, m and v are (n,). eps is 0.01. Return all three after the "
         "step. Do not change the arrays that you are given.",
    takes={"p": "n", "g": "n", "m": "n", "v": "n", "t": "", "lr": ""}, gives={"p": "n", "m": "n", "v": "n"},
    ordered=lambda gives, variant: {name: gives[name] for name in ("pmv" if variant["order"] == "p" else "mvp")},
    switches=(
        Switch("limit", {"none": "The gradient is used as it is, however large it is.",
                         "length": "A gradient that is longer than 1 is first scaled down to the length 1.",
                         "each": "Every number of the gradient is first clipped to the range from −1 to 1."}),
        Switch("decay", {"none": "There is no weight decay.",
                         "gradient": "For weight decay, 0.1 p is added to the gradient, after any limit and before m "
                                     "and v are computed.",
                         "apart": "For weight decay, lr · 0.1 p is subtracted from p, besides Adam's own step and with "
                                  "p as it was before."}),
        Switch("betas", {"usual": "β₁ is 0.9 and β₂ is 0.999.", "paper": "β₁ is 0.9 and β₂ is 0.98.",
                         "slow": "β₁ is 0.95 and β₂ is 0.99."}),
        Switch("correction", {"both": "For the step, m and v are corrected for their beginning at 0; they are returned "
                                      "without the correction.",
                              "none": "m and v are used as they are, without a correction for their beginning at 0."}),
        Switch("t_from", {"one": "t counts from 1: in the first step it is 1.",
                          "zero": "t counts from 0: in the first step it is 0."}),
        Switch("root", {"outside": "eps is added after the root is taken.",
                        "inside": "eps is added before the root is taken."}),
        Switch("order", {"p": "Return `(p, m, v)`.", "m": "Return `(m, v, p)`."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    # Where nothing is corrected, t has no part in the answer.
    sensible=lambda variant: variant["correction"] == "both" or variant["t_from"] == "one",
    mistakes=(
        Mistake("mean-forgotten", {"forget_m": True}, "Your `adam_step` forgets the old mean of the gradients."),
        Mistake("uphill", {"plus": True}, "Your `adam_step` goes uphill: it adds the step."),
    ))
