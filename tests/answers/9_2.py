# %% prelude
import math
import random
from collections import Counter
from itertools import pairwise

# %% wrong: a symbol is used up twice
def merge_pair(symbols, pair):
    merged, used = [], set()
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            merged.append(symbols[i] + symbols[i + 1])
            used |= {i, i + 1}
        elif i not in used:
            merged.append(symbols[i])
    if len(symbols) and len(symbols) - 1 not in used:
        merged.append(symbols[-1])
    return merged

# %% wrong: second half of the pair stays behind
def merge_pair(symbols, pair):
    out = []
    for i in range(len(symbols)):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            out.append("".join(pair))
        else:
            out.append(symbols[i])
    return out

# %% wrong: only the first occurrence
def merge_pair(symbols, pair):
    symbols = list(symbols)
    for i in range(len(symbols) - 1):
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            return symbols[:i] + [pair[0] + pair[1]] + symbols[i + 2:]
    return symbols

# %% wrong: from right to left
def merge_pair(symbols, pair):
    out, i = [], len(symbols) - 1
    while i >= 0:
        if i > 0 and symbols[i - 1] == pair[0] and symbols[i] == pair[1]:
            out.insert(0, symbols[i - 1] + symbols[i])
            i -= 2
        else:
            out.insert(0, symbols[i])
            i -= 1
    return out

# %% wrong: list compared with tuple, so lists are never merged
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: text replacement ignores where symbols begin
def merge_pair(symbols, pair):
    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split(" ")

# %% wrong: joined letters compared, so other symbols match
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] + symbols[i + 1] == pair[0] + pair[1]:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: the pair in either order
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and {symbols[i], symbols[i + 1]} == set(pair):
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: last symbol lost
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% right: returns a tuple
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return tuple(out)

# %% wrong: shortens the list while the loop runs over its old length
def merge_pair(symbols, pair):
    symbols = list(symbols)
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            symbols[i:i + 2] = ["".join(pair)]
    return symbols

# %% wrong: runs over the end when the last symbol begins the pair
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% right: while loop with an index
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% right: looks at the last symbol written
def merge_pair(symbols, pair):
    first, second = pair
    result, open_ = [], False            # open_: the last symbol has not been merged yet
    for symbol in symbols:
        if open_ and result[-1] == first and symbol == second:
            result[-1] = first + second
            open_ = False
        else:
            result.append(symbol)
            open_ = True
    return result

# %% right: recursion
def merge_pair(symbols, pair):
    rest = list(symbols)
    if len(rest) < 2:
        return rest
    if rest[:2] == list(pair):
        return ["".join(pair)] + merge_pair(rest[2:], pair)
    return rest[:1] + merge_pair(rest[1:], pair)

# %% right: for loop that skips after a merge
def merge_pair(symbols, pair):
    merged, skip = [], False
    for i, symbol in enumerate(symbols):
        if skip:
            skip = False
            continue
        following = symbols[i + 1] if i + 1 < len(symbols) else None
        skip = symbol == pair[0] and following == pair[1]
        merged.append(symbol + following if skip else symbol)
    return merged

# %% prelude
from collections import Counter
from itertools import pairwise
# %% wrong: overlapping, a symbol used twice
def merge_pair(symbols, pair):
    merged = []
    for i in range(len(symbols)):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
        elif i > 0 and tuple(symbols[i - 1:i + 1]) == tuple(pair):
            continue                                    # second half of a merged pair
        else:
            merged.append(symbols[i])
    return merged
# %% wrong: string replace across symbol borders
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    text = text.replace(" ".join(pair), "".join(pair))
    return text.split(" ")
# %% wrong: only the first occurrence, another one
def merge_pair(symbols, pair):
    symbols = list(symbols)
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            return symbols[:i] + [symbols[i] + symbols[i + 1]] + symbols[i + 2:]
    return symbols
# %% wrong: last symbol lost, another one
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged
# %% wrong: changes the list that it was given
def merge_pair(symbols, pair):
    a, b = pair
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == a and symbols[i + 1] == b:
            symbols[i] = a + b
            del symbols[i + 1]
        i += 1
    return symbols
# %% wrong: from right to left, another one
def merge_pair(symbols, pair):
    out = list(symbols)
    i = len(out) - 2
    while i >= 0:
        if (out[i], out[i + 1]) == tuple(pair):
            out[i:i + 2] = ["".join(pair)]
            i -= 1
        i -= 1
    return out
# %% wrong: looks beyond the end
def merge_pair(symbols, pair):
    merged = []
    skip = False
    for i in range(len(symbols)):
        if skip:
            skip = False
            continue
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            merged.append(pair[0] + pair[1])
            skip = True
        else:
            merged.append(symbols[i])
    return merged
# %% wrong: regular expression without re.escape
def merge_pair(symbols, pair):
    import re
    pattern = re.compile(r"(?<!\S)" + " ".join(pair) + r"(?!\S)")
    return pattern.sub("".join(pair), " ".join(symbols)).split()
# %% right: while loop
def merge_pair(symbols, pair):
    """Write the pair as one symbol wherever it occurs: (["l", "o", "w"], ("l", "o")) -> ["lo", "w"]."""
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged
# %% right: compares with the last symbol written
def merge_pair(symbols, pair):
    left, right = pair
    out = []
    for symbol in symbols:
        if out and symbol == right and out[-1] == left:
            out[-1] += symbol
        else:
            out.append(symbol)
    return tuple(out)
# %% right: recursion on tuples
def merge_pair(symbols, pair):
    symbols, pair = tuple(symbols), tuple(pair)
    if len(symbols) < 2:
        return symbols
    if symbols[:2] == pair:
        return ("".join(pair),) + merge_pair(symbols[2:], pair)
    return symbols[:1] + merge_pair(symbols[1:], pair)

# %% prelude
from collections import Counter, deque
from itertools import pairwise
import re
# %% wrong: replace in the joined string, also inside longer symbols
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    text = text.replace(" ".join(pair), "".join(pair))
    return text.split(" ")
# %% wrong: the last symbol gets lost
def merge_pair(symbols, pair):
    merged = []
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged
# %% wrong: a regular expression in which ? and . are not escaped
def merge_pair(symbols, pair):
    pattern = re.compile(r"(?<!\S)" + " ".join(pair) + r"(?!\S)")
    return pattern.sub("".join(pair), " ".join(symbols)).split()
# %% wrong: only the first place
def merge_pair(symbols, pair):
    symbols = list(symbols)
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == pair:
            return symbols[:i] + [symbols[i] + symbols[i + 1]] + symbols[i + 2:]
    return symbols
# %% right: a queue
def merge_pair(symbols, pair):
    rest, done = deque(symbols), []
    while rest:
        symbol = rest.popleft()
        if rest and (symbol, rest[0]) == tuple(pair):
            symbol += rest.popleft()
        done.append(symbol)
    return tuple(done)
# %% prelude
import re
# %% wrong: does not jump over the second symbol after a merge, which is used twice
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
        else:
            merged.append(symbols[i])
        i += 1
    return merged
# %% wrong: compares the spelling (a + b), not symbol with symbol
def merge_pair(symbols, pair):
    joined = "".join(pair)
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] + symbols[i + 1] == joined:
            out.append(joined)
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out
# %% wrong: the last symbol is lost when it is not part of a merge
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out
# %% wrong: replaces in the text with spaces, and finds the pair also where a longer symbol only ends or begins like it
def merge_pair(symbols, pair):
    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()
# %% wrong: regular expression without re.escape: a mark such as ? or . is taken for a sign of the pattern
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    pattern = r"(?<!\S)" + " ".join(pair) + r"(?!\S)"
    return re.sub(pattern, lambda found: "".join(pair), text).split()
# %% wrong: goes from right to left, so e e e becomes e ee
def merge_pair(symbols, pair):
    out = list(symbols)
    for i in reversed(range(len(out) - 1)):
        if tuple(out[i:i + 2]) == pair:
            out[i:i + 2] = ["".join(pair)]
    return out
# %% wrong: compares a slice with the tuple, so the pair is never found in a list
def merge_pair(symbols, pair):
    out = []
    i = 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out
# %% wrong: the order of the two is not looked at (sets are compared), so b a is merged for the pair (a, b)
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i < len(symbols) - 1 and set(symbols[i:i + 2]) == set(pair):
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out
# %% right: a stack: look back at the last symbol written
def merge_pair(symbols, pair):
    first, second = pair
    written, fresh = [], False                      # fresh: the last one written may still be used
    for symbol in symbols:
        if fresh and symbol == second and written[-1] == first:
            written[-1] = first + second
            fresh = False
        else:
            written.append(symbol)
            fresh = True
    return tuple(written)
# %% right: an iterator with one symbol held back
def merge_pair(symbols, pair):
    out, rest, held = [], iter(symbols), None
    for symbol in rest:
        if held is None:
            held = symbol
        elif (held, symbol) == tuple(pair):
            out.append(held + symbol)
            held = None
        else:
            out.append(held)
            held = symbol
    return out if held is None else out + [held]
# %% prelude
import re
# %% wrong: the pair is put into a regular expression without re.escape, so marks such as ? are read as operators
def merge_pair(symbols, pair):
    bigram = " ".join(pair)
    p = re.compile(r"(?<!\S)" + bigram + r"(?!\S)")
    return p.sub("".join(pair), " ".join(symbols)).split()
# %% wrong: the loop ends one too early, so a last symbol that is not merged gets lost
def merge_pair(symbols, pair):
    new = []
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            new.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            new.append(symbols[i])
            i += 1
    return new
# %% wrong: merges in the list that was given, so the input changes and a tuple fails
def merge_pair(symbols, pair):
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            symbols[i] = pair[0] + pair[1]
            del symbols[i + 1]
        i += 1
    return symbols
# %% wrong: merges from right to left, so e e e becomes e ee
def merge_pair(symbols, pair):
    out = list(symbols)
    i = len(out) - 2
    while i >= 0:
        if tuple(out[i:i + 2]) == pair:
            out[i:i + 2] = ["".join(pair)]
            i -= 1
        i -= 1
    return out
# %% wrong: looks one place beyond the end when the last symbol is the first of the pair (IndexError)
def merge_pair(symbols, pair):
    first, second = pair
    result = []
    i = 0
    while i < len(symbols):
        if symbols[i] == first and symbols[i + 1] == second:
            result.append(first + second)
            i += 2
        else:
            result.append(symbols[i])
            i += 1
    return result
# %% right: a stack whose last symbol is joined with the next
def merge_pair(symbols, pair):
    left, right = pair
    done = []
    for symbol in symbols:
        if done and done[-1] == left and symbol == right:
            done[-1] = left + right
        else:
            done.append(symbol)
    return done
# %% right: recursion on tuples (2)
def merge_pair(symbols, pair):
    symbols = tuple(symbols)
    if len(symbols) < 2:
        return symbols
    if symbols[:2] == tuple(pair):
        return ("".join(pair),) + merge_pair(symbols[2:], pair)
    return symbols[:1] + merge_pair(symbols[1:], pair)


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

# %% wrong: the last symbol is lost if it is not merged
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

# %% wrong: re.sub without re.escape: the mark ? is a regex operator (not warned outright)
import re
def merge_pair(symbols, pair):
    pattern = r"(?<!\S)" + pair[0] + " " + pair[1] + r"(?!\S)"
    return re.sub(pattern, lambda m: "".join(pair), " ".join(symbols)).split()

# %% wrong: str.replace on text with blanks, no borders: 'we s' + (e, s) -> 'wes'
def merge_pair(symbols, pair):
    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()

# %% wrong: changes the caller's list in place (del)
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            symbols[i] += symbols[i + 1]
            del symbols[i + 1]
        i += 1
    return symbols

# %% wrong: for loop with a flag-less for: the second symbol of the pair stays too
def merge_pair(symbols, pair):
    merged = []
    for i, symbol in enumerate(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            merged.append("".join(pair))
        else:
            merged.append(symbol)
    return merged

# %% right: a stack: the last two are merged as they come
def merge_pair(symbols, pair):
    stack = []
    for symbol in symbols:
        if stack and (stack[-1], symbol) == tuple(pair):
            stack[-1] += symbol
        else:
            stack.append(symbol)
    return tuple(stack)


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
import re
from collections import Counter
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product
import torch
def grams(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

# %% wrong: replace in the text with blanks: matches parts of symbols, as l + ow for (l, o)
def merge_pair(symbols, pair):
    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()

# %% wrong: after a merge goes on by one only: the second symbol is kept as well
def merge_pair(symbols, pair):
    result, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            result.append(symbols[i] + symbols[i + 1])
        else:
            result.append(symbols[i])
        i += 1
    return result

# %% wrong: goes from right to left: e e e becomes e ee
def merge_pair(symbols, pair):
    result = list(symbols)
    i = len(result) - 2
    while i >= 0:
        if (result[i], result[i + 1]) == pair:
            result[i:i + 2] = [pair[0] + pair[1]]
            i -= 1
        i -= 1
    return result

# %% wrong: regular expression, not escaped: a mark as ? or . is not itself
def merge_pair(symbols, pair):
    text = re.sub(r"(?<!\S)" + pair[0] + " " + pair[1] + r"(?!\S)", lambda m: "".join(pair), " ".join(symbols))
    return text.split()

# %% wrong: 'in' instead of the order: (s, e) and (e, e) are merged for the pair (e, s)
def merge_pair(symbols, pair):
    result, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] in pair and symbols[i + 1] in pair:
            result.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            result.append(symbols[i])
            i += 1
    return result

# %% right: a fold over a tuple: the new symbol meets the last one that was written
def merge_pair(symbols, pair):
    return reduce(lambda done, new: (*done[:-1], done[-1] + new) if done and (done[-1], new) == pair
                  else (*done, new), symbols, ())

# %% prelude
from itertools import zip_longest

# %% wrong: slice of a list compared with the tuple: a list is never merged
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

# %% wrong: loop ends one early: the last symbol is lost if it is not merged
def merge_pair(symbols, pair):
    out = []
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: joined with spaces and replace: matches the end of one symbol and the beginning of another
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    return text.replace(" ".join(pair), "".join(pair)).split(" ")

# %% wrong: the second symbol is not skipped: it stays, and can be used twice
def merge_pair(symbols, pair):
    out = []
    for a, b in zip_longest(symbols, symbols[1:]):
        if (a, b) == pair:
            out.append(a + b)
        else:
            out.append(a)
    return out

# %% right: a stack; returns a tuple
def merge_pair(symbols, pair):
    first, second = pair
    done = []          # (symbol, may it still be used?)
    for symbol in symbols:
        if symbol == second and done and done[-1] == (first, True):
            done[-1] = (first + second, False)
        else:
            done.append((symbol, True))
    return tuple(symbol for symbol, _ in done)

# %% prelude


# %% wrong: the second symbol of a merged pair is kept as well
def merge_pair(symbols, pair):
    out = []
    for i, s in enumerate(symbols):
        if i + 1 < len(symbols) and (s, symbols[i + 1]) == pair:
            out.append(s + symbols[i + 1])
        else:
            out.append(s)
    return out

# %% wrong: while i < len - 1: the last symbol is lost unless it is merged
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: looks only at the first place of pair[0] (list.index)
def merge_pair(symbols, pair):
    symbols = list(symbols)
    if pair[0] not in symbols:
        return symbols
    i = symbols.index(pair[0])
    if symbols[i + 1:i + 2] == [pair[1]]:
        symbols[i:i + 2] = [pair[0] + pair[1]]
    return symbols

# %% right: a stack and a mark of what was just merged; a tuple
def merge_pair(symbols, pair):
    stack, fresh = [], False
    for s in symbols:
        if stack and not fresh and stack[-1] == pair[0] and s == pair[1]:
            stack[-1] += s
            fresh = True
        else:
            stack.append(s)
            fresh = False
    return tuple(stack)

# %% prelude
import re

# %% wrong: while i < len - 1: the last symbol is lost if it is not merged
def merge_pair(symbols, pair):
    merged = []
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

# %% wrong: text replace: the pair ('s','t') is also found inside 'es t' (end of a longer symbol)
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    text = text.replace(" ".join(pair), "".join(pair))
    return text.split()

# %% wrong: regular expression with look-around but without re.escape: '?' or '.' is a pattern
def merge_pair(symbols, pair):
    pattern = re.compile(r"(?<!\S)" + " ".join(pair) + r"(?!\S)")
    return pattern.sub("".join(pair), " ".join(symbols)).split(" ")

# %% wrong: deletes from a list while a for loop counts up to the old length: IndexError
def merge_pair(symbols, pair):
    symbols = list(symbols)
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == pair:
            symbols[i] = symbols[i] + symbols[i + 1]
            del symbols[i + 1]
    return symbols

# %% right: a stack that remembers whether its top was merged; returns a tuple
def merge_pair(symbols, pair):
    first, second = pair
    out, fresh = [], False          # fresh: the last symbol of out may still be used
    for s in symbols:
        if fresh and out[-1] == first and s == second:
            out[-1] += s
            fresh = False
        else:
            out.append(s)
            fresh = True
    return tuple(out)

# %% prelude


# %% wrong: slice of the symbols compared with the tuple: never equal for a list
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: last symbol is lost when it is not part of a pair
def merge_pair(symbols, pair):
    merged = []
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

# %% wrong: for loop: the second symbol of a merged pair is appended again
def merge_pair(symbols, pair):
    result = []
    for i in range(len(symbols)):
        if i + 1 < len(symbols) and symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            result.append(symbols[i] + symbols[i + 1])
        else:
            result.append(symbols[i])
    return result

# %% right: builds with a flag, returns a tuple
def merge_pair(symbols, pair):
    out = []
    fresh = False          # may the last symbol of out still be used?
    for s in symbols:
        if fresh and out[-1] == pair[0] and s == pair[1]:
            out[-1] = out[-1] + s
            fresh = False
        else:
            out.append(s)
            fresh = True
    return tuple(out)

# %% prelude

# %% wrong: a list given by the caller is changed in place
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            symbols[i:i + 2] = [pair[0] + pair[1]]
        i += 1
    return symbols

# %% wrong: compares the spelling, not the symbols
def merge_pair(symbols, pair):
    new = "".join(pair)
    out, i = [], 0
    while i < len(symbols):
        if "".join(symbols[i:i + 2]) == new and i + 1 < len(symbols):
            out.append(new)
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% wrong: merges from right to left: e e e becomes e ee
def merge_pair(symbols, pair):
    out = list(symbols)
    i = len(out) - 2
    while i >= 0:
        if (out[i], out[i + 1]) == tuple(pair):
            out[i] = out[i] + out[i + 1]
            del out[i + 1]
            i -= 1
        i -= 1
    return out

# %% right: a stack, returns a tuple
def merge_pair(symbols, pair):
    a, b = pair
    stack = []
    for s in symbols:
        if stack and stack[-1] == a and s == b:
            stack[-1] = a + b
        else:
            stack.append(s)
    return tuple(stack)

# %% prelude
import re

# %% wrong: merges in the list that was given (changes `symbols`; a tuple is copied first)
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            symbols[i:i + 2] = [pair[0] + pair[1]]
        i += 1
    return symbols

# %% wrong: regular expression without re.escape: ? and . are not letters
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    text = re.sub(r"(?<!\S)" + pair[0] + " " + pair[1] + r"(?!\S)", "".join(pair), text)
    return text.split(" ")

# %% wrong: loop stops one before the end: the last symbol is lost when it is not merged
def merge_pair(symbols, pair):
    new, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            new.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            new.append(symbols[i])
            i += 1
    return new

# %% wrong: goes from right to left: e e e with (e, e) becomes e ee
def merge_pair(symbols, pair):
    new = list(symbols)
    i = len(new) - 2
    while i >= 0:
        if tuple(new[i:i + 2]) == pair:
            new[i:i + 2] = ["".join(pair)]
            i -= 1
        i -= 1
    return new

# %% right: one pass with a memory of the last unmerged symbol, returns a tuple
def merge_pair(symbols, pair):
    first, second = pair
    out, open_ = [], False          # open_: the last of `out` is unmerged and may be the left half
    for s in symbols:
        if open_ and s == second and out[-1] == first:
            out[-1] = first + second
            open_ = False
        else:
            out.append(s)
            open_ = True
    return tuple(out)

# %% prelude


# %% wrong: changes the list in place; raises on a tuple
def merge_pair(symbols, pair):
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            symbols[i:i + 2] = [pair[0] + pair[1]]
        i += 1
    return symbols

# %% wrong: looks at the original neighbours only: a symbol is used twice, e e e -> ee ee
def merge_pair(symbols, pair):
    out = []
    for i, s in enumerate(symbols):
        if i + 1 < len(symbols) and (s, symbols[i + 1]) == pair:
            out.append(s + symbols[i + 1])
        elif i > 0 and (symbols[i - 1], s) == pair:
            continue                       # already in the merged symbol
        else:
            out.append(s)
    return out

# %% right: a stack: the last symbol of the output is glued to the next one
def merge_pair(symbols, pair):
    first, second = pair
    out = []
    for s in symbols:
        if out and out[-1] == first and s == second:
            out[-1] = first + second
        else:
            out.append(s)
    return tuple(out)

# %% prelude
import re

# %% wrong: the input list is changed in place (a tuple is copied)
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            symbols[i] = pair[0] + pair[1]
            symbols.pop(i + 1)
        i += 1
    return symbols

# %% wrong: the last symbol is lost if it is not merged, once more
def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols) - 1:
        if tuple(symbols[i:i + 2]) == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out

# %% right: look back at the last output; tuple returned
def merge_pair(symbols, pair):
    first, second = pair
    out = []
    for symbol in symbols:
        if out and out[-1] == first and symbol == second:
            out[-1] = first + second
        else:
            out.append(symbol)
    return tuple(out)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: the regex of the paper without re.escape: pairs with ? or . are patterns
def merge_pair(symbols, pair):
    pattern = r"(?<!\S)" + " ".join(pair) + r"(?!\S)"
    return re.sub(pattern, "".join(pair), " ".join(symbols)).split()

# %% wrong: goes from right to left: e e e becomes e ee (2)
def merge_pair(symbols, pair):
    result, i = [], len(symbols) - 1
    while i >= 0:
        if i > 0 and (symbols[i - 1], symbols[i]) == tuple(pair):
            result.insert(0, symbols[i - 1] + symbols[i])
            i -= 2
        else:
            result.insert(0, symbols[i])
            i -= 1
    return result

# %% wrong: a list is changed in place (a tuple is copied)
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            symbols[i:i + 2] = ["".join(pair)]
        i += 1
    return symbols

# %% wrong: looks back into the input, not into the output: e e e becomes ee, the third e is lost
def merge_pair(symbols, pair):
    result = []
    for i, symbol in enumerate(symbols):
        if i > 0 and (symbols[i - 1], symbol) == pair:
            result[-1] = pair[0] + pair[1]
        else:
            result.append(symbol)
    return result

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights
from functools import reduce

# %% right: functools.reduce over the symbols
def merge_pair(symbols, pair):
    return reduce(lambda done, s: (*done[:-1], done[-1] + s) if done and (done[-1], s) == tuple(pair) else (*done, s),
                  symbols, ())

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: regular expression with whole-symbol borders, but the pair not escaped (a mark such as ? fails)
def merge_pair(symbols, pair):
    text = " ".join(symbols)
    pattern = r"(?<!\S)" + " ".join(pair) + r"(?!\S)"
    return re.sub(pattern, lambda found: "".join(pair), text).split(" ")

# %% wrong: 'in pair' for each of the two: (s, e) and (e, e) are merged for (e, s), too
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] in pair and symbols[i + 1] in pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

# %% wrong: last symbol appended always, even if it was merged just now
def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    merged.append(symbols[-1])
    return merged

# %% wrong: a tuple is copied, but a list is changed in place
def merge_pair(symbols, pair):
    if isinstance(symbols, tuple):
        symbols = list(symbols)
    i = 0
    while i < len(symbols) - 1:
        if tuple(symbols[i:i + 2]) == pair:
            symbols[i:i + 2] = ["".join(pair)]
        i += 1
    return symbols

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights
from functools import reduce

# %% right: functools.reduce over tuples, a stack: last one of the result is looked at
def merge_pair(symbols, pair):
    def put(done, symbol):
        return (*done[:-1], done[-1] + symbol) if done and (done[-1], symbol) == pair else (*done, symbol)
    return reduce(put, symbols, ())
