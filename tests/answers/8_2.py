# %% prelude
import math
import torch

# %% wrong: max for min
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * max(step ** -0.5, step * warmup ** -1.5)

# %% wrong: warm-up with exponent minus one half
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -0.5)

# %% wrong: multiplied by the root of d_model
def warmup_lr(step, d_model, warmup):
    return math.sqrt(d_model) * min(1 / math.sqrt(step), step * warmup ** -1.5)

# %% wrong: d_model scales the first term only
def warmup_lr(step, d_model, warmup):
    return min(d_model ** -0.5 * step ** -0.5, step * warmup ** -1.5)

# %% wrong: d_model typed in as 512
def warmup_lr(step, d_model, warmup):
    return 512 ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)

# %% wrong: steps counted from 0, one added
def warmup_lr(step, d_model, warmup):
    step = step + 1
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)

# %% wrong: rise is one step late
def warmup_lr(step, d_model, warmup):
    if step <= warmup:
        return d_model ** -0.5 * (step - 1) * warmup ** -1.5
    return d_model ** -0.5 * step ** -0.5

# %% wrong: fall is counted from the end of the warm-up
def warmup_lr(step, d_model, warmup):
    if step <= warmup:
        return d_model ** -0.5 * step * warmup ** -1.5
    return d_model ** -0.5 * (step - warmup) ** -0.5

# %% wrong: constant after the warm-up
def warmup_lr(step, d_model, warmup):
    peak = (d_model * warmup) ** -0.5
    return peak * min(1.0, step / warmup)

# %% wrong: no warm-up at all
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * step ** -0.5

# %% wrong: falls as 1 / step after the peak
def warmup_lr(step, d_model, warmup):
    peak = d_model ** -0.5 * warmup ** -0.5
    return peak * min(step / warmup, warmup / step)

# %% wrong: whole-number division in the rise
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, (step // warmup) * warmup ** -0.5)

# %% right: the formula as it stands
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)

# %% right: two cases
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        factor = step / warmup ** 1.5
    else:
        factor = 1 / math.sqrt(step)
    return factor / math.sqrt(d_model)

# %% right: the peak times a share of it
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    return peak * min(step / warmup, math.sqrt(warmup / step))

# %% right: in logarithms
def warmup_lr(step, d_model, warmup):
    rise = math.log(step) - 1.5 * math.log(warmup)
    fall = -0.5 * math.log(step)
    return math.exp(min(rise, fall) - 0.5 * math.log(d_model))

# %% prelude
import math
import torch
# %% wrong: ** -1/2, precedence
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -1/2, step * warmup ** -1.5)
# %% wrong: max for min, another one
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * max(step ** -0.5, step * warmup ** -1.5)
# %% wrong: counts from 0, adds one
def warmup_lr(step, d_model, warmup):
    step = step + 1
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)
# %% wrong: power of the product
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, (step * warmup) ** -1.5)
# %% wrong: d_model left out
def warmup_lr(step, d_model, warmup):
    return min(step ** -0.5, step * warmup ** -1.5)
# %% wrong: a tensor
def warmup_lr(step, d_model, warmup):
    step = torch.tensor(float(step))
    return d_model ** -0.5 * torch.minimum(step ** -0.5, step * warmup ** -1.5)
# %% wrong: straight line up to 1 at the end of the warm-up
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step / warmup)
# %% wrong: d_model only in the first branch
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        return d_model ** -0.5 * step * warmup ** -1.5
    return step ** -0.5
# %% right: by the formula
def warmup_lr(step, d_model, warmup):
    """The paper's learning rate (§5.3, eq. 3)."""
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)
# %% right: two branches and math.sqrt
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    if step <= warmup:
        return peak * step / warmup
    else:
        return peak * math.sqrt(warmup / step)
# %% right: through logarithms
def warmup_lr(step, d_model, warmup):
    rising = math.log(step) - 1.5 * math.log(warmup)
    falling = -0.5 * math.log(step)
    smaller = sorted([rising, falling])[0]
    return math.exp(smaller - 0.5 * math.log(d_model))

# %% prelude
import math
import torch
# %% wrong: max in place of min
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * max(step ** -0.5, step * warmup ** -1.5)
# %% wrong: minus sign lost in the exponent of warmup
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** 1.5)
# %% wrong: rises to 1 / sqrt(d_model), then falls from another height
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        return d_model ** -0.5 * step / warmup
    return d_model ** -0.5 * step ** -0.5
# %% wrong: root of d_model where one over it is meant
def warmup_lr(step, d_model, warmup):
    scale = math.sqrt(d_model)
    return scale * min(1 / math.sqrt(step), step / warmup ** 1.5)
# %% right: peak times a shape
def warmup_lr(step, d_model, warmup):
    peak, x = 1 / math.sqrt(d_model * warmup), step / warmup
    return peak * (x if x < 1 else 1 / math.sqrt(x))
# %% prelude
import math
import torch
# %% wrong: x ** -1/2 is (1/x)/2, not 1/sqrt(x), in d_model and step
def warmup_lr(step, d_model, warmup):
    return d_model ** -1/2 * min(step ** -1/2, step * warmup ** -1.5)
# %% wrong: exponent of warmup is -0.5 where -1.5 is meant
def warmup_lr(step, d_model, warmup):
    scale = 1 / math.sqrt(d_model)
    rising = step / math.sqrt(warmup)
    falling = 1 / math.sqrt(step)
    return scale * min(rising, falling)
# %% wrong: integer division step // warmup, so the rate is 0 in the whole warm-up
def warmup_lr(step, d_model, warmup):
    peak = (d_model * warmup) ** -0.5
    if step <= warmup:
        return peak * (step // warmup)
    return peak * (warmup / step) ** 0.5
# %% wrong: returns a tensor, not a plain number
def warmup_lr(step, d_model, warmup):
    step = torch.tensor(float(step))
    return d_model ** -0.5 * torch.minimum(step.rsqrt(), step * warmup ** -1.5)
# %% wrong: rises to the peak and then stays there; no fall after the warm-up
def warmup_lr(step, d_model, warmup):
    return min(step / warmup, 1.0) * (d_model * warmup) ** -0.5
# %% right: one quotient, step / max(step, warmup) ** 1.5
def warmup_lr(step, d_model, warmup):
    later = max(step, warmup)
    return step / (later * math.sqrt(later) * math.sqrt(d_model))
# %% right: peak times a fraction, by two branches
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    if step > warmup:
        return peak * math.sqrt(warmup / step)
    return peak * step / warmup
# %% prelude
import math

import torch
# %% wrong: returns a tensor, not a plain number (2)
def warmup_lr(step, d_model, warmup):
    step = torch.tensor(float(step))
    arg1 = torch.rsqrt(step)
    arg2 = step * (warmup ** -1.5)
    return torch.rsqrt(torch.tensor(float(d_model))) * torch.minimum(arg1, arg2)
# %% wrong: the minimum is taken under the root as well
def warmup_lr(step, d_model, warmup):
    return 1 / math.sqrt(d_model * min(step ** -0.5, step * warmup ** -1.5))
# %% wrong: the warm-up is 4000, as in the paper, whatever warmup is
def warmup_lr(step, d_model, warmup=4000):
    warmup_steps = 4000
    return (d_model ** -0.5) * min(step ** -0.5, step * warmup_steps ** -1.5)
# %% wrong: after the warm-up the factor of d_model is forgotten
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        return d_model ** -0.5 * step * warmup ** -1.5
    else:
        return step ** -0.5
# %% wrong: constant until warmup, as T5's schedule, instead of rising from near 0
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 / math.sqrt(max(step, warmup))
# %% wrong: adds 1 to a step that is counted from 1 already
def warmup_lr(step, d_model, warmup):
    step += 1
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)
# %% right: one root over a maximum
def warmup_lr(step, d_model, warmup):
    return 1 / math.sqrt(d_model * max(step, warmup ** 3 / step ** 2))
# %% right: the peak, times a share of it
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    done = step / warmup
    return peak * done if done <= 1 else peak / math.sqrt(done)


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import copy
from course.training import label_smoothing_loss

# %% wrong: d_model ** 0.5: multiplied by the root, not divided
def warmup_lr(step, d_model, warmup):
    return d_model ** 0.5 * min(step ** -0.5, step * warmup ** -1.5)

# %% wrong: parenthesis: d_model only in the first term of min
def warmup_lr(step, d_model, warmup):
    return min(d_model ** -0.5 * step ** -0.5, step * warmup ** -1.5)

# %% wrong: step ** -1/2 is (1/step)/2
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -1/2, step * warmup ** -1.5)

# %% right: two cases by an if, math.sqrt
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    if step < warmup:
        return peak * step / warmup
    return peak * math.sqrt(warmup / step)


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import copy
from course.training import label_smoothing_loss
LOOP = '''
def train_until(model, step, batches, validate, patience, max_epochs):
'''
NAMES = ["no shift", "padding counted", "softmax twice", "axes mixed", "zero_grad forgotten",
         "future visible", "learning rate too high", "learning rate too low"]
RIGHT = {"a": "no shift", "b": "softmax twice", "c": "zero_grad forgotten", "d": "padding counted", "e": "axes mixed"}

# %% wrong: +1 on the step, to be safe from step 0
def warmup_lr(step, d_model, warmup):
    step = step + 1
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)

# %% wrong: peak is d_model^-0.5 at warmup (relative form): the factor warmup^-0.5 is lost
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        return d_model ** -0.5 * step / warmup
    return d_model ** -0.5 * (warmup / step) ** 0.5

# %% right: one root: 1/sqrt(d_model * max(step, warmup^3/step^2))
def warmup_lr(step, d_model, warmup):
    return 1 / math.sqrt(d_model * max(step, warmup ** 3 / step ** 2))

# %% prelude
import math

# %% wrong: x ** -1/2 for d_model
def warmup_lr(step, d_model, warmup):
    return d_model ** -1/2 * min(step ** -0.5, step * warmup ** -1.5)

# %% wrong: HF habit: step/warmup up to 1, then 1/sqrt(step): a jump at the peak
def warmup_lr(step, d_model, warmup):
    scale = d_model ** -0.5
    if step < warmup:
        return scale * step / warmup
    return scale * step ** -0.5

# %% prelude


# %% wrong: (step * warmup) ** -1.5 for step * warmup ** -1.5
def warmup_lr(step, d_model, warmup):
    rise = (step * warmup) ** -1.5
    fall = step ** -0.5
    return d_model ** -0.5 * min(rise, fall)

# %% prelude
import math

# %% wrong: branches swapped: the decay before warmup, the rise after
def warmup_lr(step, d_model, warmup):
    if step > warmup:
        factor = step * warmup ** -1.5
    else:
        factor = step ** -0.5
    return d_model ** -0.5 * factor

# %% right: math.sqrt, piecewise
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    return peak * step / warmup if step < warmup else peak * math.sqrt(warmup / step)

# %% prelude
import math

# %% wrong: sqrt(d_model) as a factor instead of divided by it
def warmup_lr(step, d_model, warmup):
    return math.sqrt(d_model) * min(1 / math.sqrt(step), step / warmup ** 1.5)

# %% prelude
import copy, io, math
import torch
import torch.nn.functional as F

# %% wrong: two branches, d_model forgotten in the falling one
def warmup_lr(step, d_model, warmup):
    if step < warmup:
        return d_model ** -0.5 * step * warmup ** -1.5
    return 1 / math.sqrt(step)

# %% prelude


# %% wrong: rewritten with step / warmup, the factor warmup ** -0.5 is lost
def warmup_lr(step, d_model, warmup):
    share = step / warmup
    return d_model ** -0.5 * min(share, share ** -0.5)

# %% wrong: warmup ** -3/2 is (warmup ** -3) / 2
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -3/2)

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: convention of another library: step/warmup up to 1, then sqrt(warmup/step), times d_model^-0.5
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step / warmup, (warmup / step) ** 0.5)

# %% wrong: after the warm-up the steps are counted anew, from the end of the warm-up
def warmup_lr(step, d_model, warmup):
    if step <= warmup:
        return d_model ** -0.5 * step * warmup ** -1.5
    return d_model ** -0.5 * (step - warmup) ** -0.5

# %% right: in logarithms (2)
def warmup_lr(step, d_model, warmup):
    falling = -math.log(step) / 2
    rising = math.log(step) - 3 * math.log(warmup) / 2
    return math.exp(-math.log(d_model) / 2 + (falling if falling < rising else rising))

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: precedence in the second term only: warmup ** -3 / 2
def warmup_lr(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -3 / 2)

# %% wrong: after the peak falls as 1/step instead of 1/sqrt(step)
def warmup_lr(step, d_model, warmup):
    peak = 1 / math.sqrt(d_model * warmup)
    if step <= warmup:
        return peak * step / warmup
    return peak * warmup / step

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves
import numpy as np

# %% right: peak times min(step/warmup, sqrt(warmup/step)), by numpy, made a float
def warmup_lr(step, d_model, warmup):
    peak = 1 / np.sqrt(d_model * warmup)
    ratio = step / warmup
    return float(peak * np.minimum(ratio, 1 / np.sqrt(ratio)))

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: peak taken for 1/sqrt(d_model): step measured in units of warmup, the factor warmup^-0.5 lost
def warmup_lr(step, d_model, warmup):
    x = step / warmup
    return d_model ** -0.5 * min(x ** -0.5, x)

# %% wrong: the fall counts from the end of the warm-up instead of from step 1
def warmup_lr(step, d_model, warmup):
    peak = (d_model * warmup) ** -0.5
    if step <= warmup:
        return peak * step / warmup
    return peak / math.sqrt(1 + step - warmup)

# %% right: in logarithms, the exponent of the smaller
def warmup_lr(step, d_model, warmup):
    s, d, w = math.log(step), math.log(d_model), math.log(warmup)
    return math.exp(sorted([-s, 2 * s - 3 * w])[0] / 2 - d / 2)
