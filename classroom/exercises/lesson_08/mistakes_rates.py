"""Exercise 8.2: what learners write instead, and what it means. Used by `lesson_08`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes import as_number

_rate_shown = as_number("rate")



def sloppy_rate(step, d_model, warmup, shift=0, pick=min, up="right", down=-0.5, size=-0.5, after="", typed=None,
                halves="", times="", late=0):
    """`warmup_lr` with one thing done differently."""
    step = step + shift
    if times:                                   # a power with one star: x * -0.5
        return (d_model * -0.5 if times == "d" else d_model ** -0.5) * min(
            step * -0.5 if times == "s" else step ** -0.5, step * (warmup * -1.5 if times == "w" else warmup ** -1.5))
    if halves:                                  # x ** -1/2 is (x ** -1) / 2
        def power(name, x, half):
            return x ** -(2 * half) / 2 if name in halves else x ** -half
        return power("d", d_model, 0.5) * min(power("s", step, 0.5), step * power("w", warmup, 1.5))
    d_model, warmup = {"d_model": (512, warmup), "warmup": (d_model, 4000)}.get(typed, (d_model, warmup))
    rising = {"right": step * warmup ** -1.5, "linear": step * warmup ** -1.0, "root": step * warmup ** -0.5,
              "one bracket": (step * warmup) ** -1.5, "exchanged": warmup * max(step, 1) ** -1.5,
              "late": (step - 1) * warmup ** -1.5,
              "whole": step // warmup * warmup ** -0.5, "no step": warmup ** -1.5, "none": float("inf")}[up]
    falling = warmup ** -0.5 if after == "constant" else step ** down if step > 0 else float("inf")
    if after == "bracket too early":
        return d_model ** size * pick(falling, step) * warmup ** -1.5
    if after == "continues":
        falling = float("inf")
    if after == "relative":
        return d_model ** size * pick(step / warmup, (warmup / max(step, 1)) ** 0.5)
    if after == "jumps":
        return d_model ** size * (step / warmup if step < warmup + late else falling)
    if after.startswith("restarts"):             # `late`: 1 is added, so that it begins with 1
        falling = (step - warmup + late) ** down if step > warmup - late else float("inf")
        falling *= warmup ** -0.5 if "from the peak" in after else 1
        if "by if" in after:                     # not the smaller of two, but one after the other
            return d_model ** size * (rising if step < warmup + (late == 0) else falling)
    if after == "times a ramp":
        return d_model ** size * falling * min(1.0, step / warmup)
    if after == "by if, divided":
        return d_model ** size * (falling if step > warmup else step / warmup ** -1.5)
    if after == "inverse":
        falling = warmup ** 0.5 / step if step > 0 else float("inf")
    if after == "flat before":
        return d_model ** size * max(step, warmup) ** -0.5
    if size == "under one root":
        return (d_model * pick(rising, falling)) ** -0.5
    if size == "first only":
        return pick(rising, d_model ** -0.5 * falling)
    return d_model ** size * pick(rising, falling)


def _rate(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_rate, **slip), later(
        "Your rate is exactly {says}.", says=says), why, look, _rate_shown)


_UP = "During the warm-up the rate grows by the same amount with every step, and meets 1/√step at step `warmup`."
RATE = [
    _rate("larger-of-the-two", "the larger of the two terms, where the smaller is asked for",
          "It begins high and falls, then rises without end.", "`min` or `max`?", pick=max),
    _rate("no-warm-up", "1/√step from the first step on: without warm-up",
          "The first steps are then the largest ones. The page shows further down what that does to training.",
          "What is the second thing that `min` compares?", up="none"),
    _rate("never-falls", "the straight line: it goes on rising after the warm-up",
          "A rate that grows without end is too high at some point.", "What is the first thing that `min` compares?",
          after="continues"),
    _rate("bracket-closed-too-early", "what comes out when warmup ** -1.5 stands behind the bracket of `min`, and so "
          "is a factor of both terms", "Only the rising line has this factor: 1/√step does not depend on `warmup`.",
          "Where does the bracket of `min` close?", after="bracket too early"),
    _rate("constant-after-warm-up", "what comes out when the rate stays at its peak after the warm-up",
          "In the paper it falls as 1/√step.", "What happens after step `warmup`?", after="constant"),
    _rate("flat-before", "what comes out when the rate is the same up to step `warmup`, and then falls as 1/√step",
          "Without a rise, the first steps are as large as any. The page shows further down what that does.",
          "What does your rate do from step 1 to step `warmup`?", after="flat before"),
    _rate("all-under-one-root", "one over the root of d_model times the smaller term",
          "The root belongs to d_model alone: the two terms have their powers already.",
          "Where does your root end?", size="under one root"),
    _rate("d-model-forgotten", "the right one without the factor for d_model", "The paper gives larger models smaller "
          "steps.", "Where does `d_model` come in?", size=0),
    _rate("d-model-in-one-term-only", "what comes out when the factor for d_model belongs to the first term alone",
          "It stands before the bracket: both terms are multiplied by it.", "Where do your brackets begin and end?",
          size="first only"),
    _rate("d-model-without-root", "what comes out with 1/d_model in place of 1/√d_model", "Compare with the formula.",
          "Which power of `d_model` do you take?", size=-1),
    *(_rate("exponent-without-brackets", later("what comes out when {powers} without brackets around the exponent",
                                               powers=powers),
            "Python takes the power first: `x ** -1/2` is (1/x)/2.", "What belongs to the exponent, and what does not?",
            halves=halves)
      for halves, powers in (
          ("d", "d_model to the power −1/2 is written"), ("s", "step to the power −1/2 is written"),
          ("ds", "d_model and step to the power −1/2 are written"), ("w", "warmup to the power −3/2 is written"),
          ("dsw", "all three powers, −1/2, −1/2 and −3/2, are written"),
          ("sw", "step to the power −1/2 and warmup to the power −3/2 are written"),
          ("dw", "d_model to the power −1/2 and warmup to the power −3/2 are written"))),
    *(_rate("multiplied-by-the-exponent", later("what comes out when {name} is multiplied by {exponent}, and not taken "
                                                "to that power", name=name, exponent=exponent),
            "The rate is then negative, and the weights move along the gradient: the loss grows.",
            "`*` multiplies. How is a power written?", times=times)
      for times, name, exponent in (("d", "d_model", "−0.5"), ("s", "step", "−0.5"), ("w", "warmup", "−1.5"))),
    _rate("times-root-of-d-model", "what comes out when √d_model multiplies instead of dividing",
          "Larger models then would take larger steps.", "Is the exponent negative?", size=0.5),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −1 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="linear"),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −0.5 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="root"),
    _rate("step-in-the-power", "what comes out with (step · warmup)^−1.5 in place of step · warmup^−1.5", _UP,
          "To what does the exponent −1.5 belong?", up="one bracket"),
    _rate("step-and-warmup-exchanged", "what comes out when step and warmup have changed places in the rising term",
          _UP, "Which of the two grows during training, and which one stays?", up="exchanged"),
    _rate("step-forgotten", "what comes out when the second term does not depend on the step", _UP,
          "What grows during the warm-up?", up="no step"),
    _rate("rise-one-step-late", "what comes out when the rising part counts from 0 and the falling part from 1",
          "The first step of training is number 1, in both parts. Otherwise the first step does nothing.",
          "Do you subtract 1 somewhere?", up="late"),
    _rate("whole-number-division", "what comes out when step // warmup takes the place of step / warmup",
          "`//` leaves out the fraction, so that the rate is 0 up to the end of the warm-up.",
          "Which kind of division do you use?", up="whole"),
    _rate("falls-too-fast", "what comes out when the rate falls from its peak as 1/step",
          "The paper's falls as 1/√step.", "Which power of `step` do you take?", after="inverse"),
    _rate("falls-too-fast", "what comes out with 1/step in place of 1/√step", "The paper's rate falls slowly.",
          "Which power of `step` do you take?", down=-1),
    _rate("peak-too-high", "√warmup times the right one, so that it rises to 1/√d_model",
          "The paper's peak is 1/√(d_model · warmup): a longer warm-up has a lower peak.",
          "Put step = warmup into both terms of the formula, and into yours.", after="relative"),
    _rate("rises-as-a-root", "what comes out when 1/√step is multiplied by a ramp from 0 to 1: the rate rises as √step",
          _UP, "Of how many factors is your rising part made, and how many of them depend on the step?",
          after="times a ramp"),
    _rate("divided-by-the-power", "what comes out when the rising part is step divided by warmup^−1.5, which "
          "multiplies by warmup^1.5", _UP, "`min` or `if`, put step = warmup into both terms: they should be equal.",
          after="by if, divided"),
    *(_rate("jumps-at-the-peak", says,
            "The two parts do not meet: at step `warmup` one of them gives 1/√d_model, the other "
            "1/√(d_model · warmup).",
            "Put step = warmup into both of your terms: are they equal?", after="jumps", late=late)
      for late, says in (
          (0, "what comes out when the rate rises to 1/√d_model as step / warmup does, and is 1/√d_model times 1/√step "
           "from step `warmup` on"),
          (1, "what comes out when the rate rises to 1/√d_model as step / warmup does, up to step `warmup`, and is "
           "1/√d_model times 1/√step after it"))),
    _rate("root-of-step-rises", "what comes out with √step in place of 1/√step", "After the warm-up the rate falls.",
          "Is the exponent negative?", down=0.5),
    _rate("counted-from-0", "that of the step after: `step` counts from 1 here, and 1 was added to it",
          "The first step of training is number 1.", "Do you add 1 somewhere?", shift=1),
    _rate("one-step-late", "that of the step before: the first rate is then 0, and the first step does nothing",
          "The first step of training is number 1.", "Do you subtract 1 somewhere?", shift=-1),
    _rate("d-model-typed-in", "the one for d_model = 512, whatever `d_model` is",
          "512 is the size of the paper's model.",
          "Does `d_model` occur in your code?", typed="d_model"),
    _rate("warmup-typed-in", "the one for a warm-up of 4000 steps, whatever `warmup` is", "4000 is the paper's number.",
          "Does `warmup` occur in your code?", typed="warmup"),
    *(_rate("restarts-after-warm-up", says, "Both parts count from the beginning of training. At step 2 · warmup "
            "the paper's rate is still 1/√2 of its peak, 0.71.",
            "What do you put under the root?", after=after, late=late)
      for after, late, says in (
          ("restarts", 0, "what comes out when the falling part counts its steps from the end of the warm-up"),
          ("restarts by if", 0, "what comes out when every step after the warm-up gets the falling part, and this part "
           "counts its steps from the end of the warm-up"),
          ("restarts", 1, "what comes out when the falling part counts from 1 at the end of the warm-up"),
          ("restarts by if", 1, "what comes out when the rate falls from the end of the warm-up on, and the falling "
           "part counts from 1 there"),
          ("restarts by if, from the peak", 0, "what comes out when every step after the warm-up gets a falling part "
           "that begins anew: 1/√warmup times 1/√(step − warmup)"),
          ("restarts by if, from the peak", 1, "what comes out when the rate falls from its peak as "
           "1/√(step − warmup + 1)"))),
]
