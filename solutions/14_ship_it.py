# %% [markdown]
# # Lesson 14 · Ship it
#
# Your translator lives in a notebook. In this lesson it becomes something that you can send to a friend: one file, no
# larger than a photograph, that opens in any browser and translates while one types, without a network, without Python,
# without you.
#
# **After this lesson** you can
#
# - store a table of weights as whole numbers of 8 bits and one scale for each row, and get it back;
# - say how large the error of that is at most, and which number of a row decides it;
# - measure what fewer bits cost a translator, in bytes saved and in BLEU lost;
# - explain how one large number in one row can spoil all the others;
# - recognise attention in another programming language, because you know what it has to compute.
#
# **You need** lesson 09 (the translator, BLEU), lesson 10 (the cache, beam search) and lesson 04 (`nn.Linear` and its
# weights). The translator is loaded from the cache; if it is not there, it is trained now, which takes about five
# minutes on two cores with nothing else to do, and longer on a slow or busy machine.
#
# **Time** about 80 minutes, some 40 of them for the five exercises.

# %%
import copy
import warnings

import sacrebleu
import torch

from classroom import carry_on, check, hint, solution
from course.decoding import translate
from course.page import About, about_the_course, export_page, rounding, save_translator, score_of, show_page, source_of
from course.page.form import AboutForm
from course.translator import trained_translator
from course.views.figures import show_curves

torch.set_printoptions(precision=4, sci_mode=False)

# %% tags=["nbval-ignore-output"]
translator = trained_translator()
model, subwords, split = translator
print(", ".join(translate(model, ["Where does the cat sleep?", "I have a red car."], subwords)))

# %% [markdown]
# ## What has to travel
#
# The program is short, and you have written nearly all of it, in Python. What makes the file large are the weights. How
# many bytes are they? Guess first: each number is a float32, of 4 bytes.

# %%
def kinds(model):
    """The model's numbers: in tables of rows and columns, and in vectors (biases, norms)."""
    tables = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    return tables, vectors

tables, vectors = kinds(model)
in_tables, in_vectors = (sum(parameter.numel() for parameter in part) for part in (tables, vectors))
rows = sum(len(table) for table in tables)
print(f"{in_tables:,} numbers in {len(tables)} tables of together {rows:,} rows, {in_vectors:,} in vectors")
print(f"{4 * (in_tables + in_vectors):,} bytes as float32")

# %% [markdown]
# A float32 is stored as ± 1.… · 2ᵉ, and 23 of its 32 bits are the binary digits behind that point: about seven decimal
# digits, however large or small the number is. Does a translation depend on the last of them? Training did: a step
# changes a weight by very little, and many small changes have to add up. But training is over. From now on the weights
# are only read.
#
# ## A ruler for each row
#
# Think of a ruler. Instead of saying how long something is, say how many *steps* of the ruler it is, rounded to a whole
# number. Then you have to store one length, the **scale**, which is the length of a step, and for each number a small
# whole number. This is called **quantisation**.
#
# A whole number of 8 bits, `int8`, goes from −128 to 127. We use −127 to 127, as many below 0 as above: **symmetric**
# quantisation. Nothing is added to the numbers, so that 0 stays exactly 0. The steps should be as short as possible,
# and the row's number of largest magnitude must still fit. So that number is put at 127 steps:
#
# $$\text{scale} = \frac{\max_j |w_j|}{127}, \qquad q_j = \operatorname{round}\left(\frac{w_j}{\text{scale}}\right),
# \qquad w_j \approx q_j \cdot \text{scale}$$
#
# By hand, for the row 0.5, −1.27, 0.03: the largest magnitude is 1.27, so that a step is 0.01. The row becomes
# 50, −127, 3.
#
# ### Exercise 14.1 · quantise        ●●○  about 12 minutes · 2 points
# - **You have** `w`, a tensor (out, in) of floating-point numbers, such as the weight of an `nn.Linear`.
# - **Return** two things: the whole numbers, `torch.int8` (out, in), and the scales (out,), one for each row, in
#   the dtype of w.
# - **Round** to the nearest whole number. Halfway between two, either will do.
# - **`w` itself** stays as it is.
# - **A row of zeros** gets the scale 1. (0 steps of any length are 0, but 0 / 0 is NaN.) All other rows have the scale
#   of the formula, also those of very small numbers.
# - **Use** `.abs()`, `.amax(dim=...)`, `.round()` and `.to(torch.int8)`.

# %%
def quantise(w):
    """Rows of whole numbers from -127 to 127, and their scales: (out, in) -> int8 (out, in), (out,)."""
    ### BEGIN SOLUTION
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
    ### END SOLUTION


# %%
check("14.1", quantise)

# %%
quantise = carry_on("14.1", quantise)

example = torch.tensor([[0.5, -1.27, 0.03], [2.54, -0.02, 1.0]])
q, scale = quantise(example)
print(q)
print(scale)

# %% [markdown]
# The second row has steps twice as long: its largest magnitude is twice as large. With steps of 0.02, what would become
# of a number 0.009 in that row?
#
# ### Exercise 14.2 · dequantise        ●○○  about 5 minutes · 1 point
# - **You have** `q`, int8 (out, in), and `scale` (out,), a float for each row.
# - **Return** the numbers that they stand for, (out, in), in the dtype of `scale`.

# %%
def dequantise(q, scale):
    """The numbers that are meant: int8 (out, in), scale (out,) -> (out, in)."""
    ### BEGIN SOLUTION
    return q * scale.unsqueeze(1)
    ### END SOLUTION


# %%
check("14.2", dequantise)

# %% [markdown]
# There and back again: what comes back is the nearest multiple of the step. (0.009 is 0.45 steps of 0.02, and so it
# becomes 0.) So no number is off by more than half a step. Is that so for a table of the translator?

# %%
dequantise = carry_on("14.2", dequantise)

w = model.decoder.layers[1].cross_attention.w_v.weight.detach()
q, scale = quantise(w)
off = (dequantise(q, scale) - w).abs()
print("at most half a step:", bool((off <= 0.5001 * scale.unsqueeze(1)).all()))  # 0.5001: float32 rounds, too

# %% tags=["nbval-ignore-output"]
print(f"a step is {scale.mean():.4f} long on average, a weight {w.abs().mean():.3f}; off by {off.mean():.4f}")

# %% [markdown]
# What goes wrong if the scale is made from the largest *number* of the row, and not from its largest magnitude? Guess
# what becomes of −3 in the row −3, 1, 2.5.

# %%
row = torch.tensor([-3.0, 1.0, 2.5])
step = row.max() / 127
counted = (row / step).round().long()
print("steps  ", counted.tolist())
print("as int8", counted.to(torch.int8).tolist())
print("back   ", [round(x, 2) for x in (counted.to(torch.int8) * step).tolist()])

# %% [markdown]
# It would need 152 steps below 0, for which int8 has no room. To a whole number that does not fit, 256 is added, or
# taken away, until it does: −152 becomes −152 + 256 = 104, and −3 a number above 0. No error is raised. (The cell makes
# whole numbers first, with `.long()`. Directly from a float to int8 it depends on the processor what becomes of a
# number that does not fit.)
#
# ## What it costs
#
# Half a step is little, but it may be lost at every number, and each layer passes its errors on to the next. The only
# way to know is to translate. `rounded` makes a copy of the model in which every table went through `keep`; the vectors
# stay as they are, since they are few. We translate 300 sentences of the test part, and also count how many
# translations stay the same, letter by letter.
#
# Predict before you run it: of 300 translations, how many will be the same with int8? And with floats of 16 bits
# (`float16`)? What does each cost in BLEU?

# %% tags=["nbval-ignore-output"]
sources = [pair.source for pair in split.test[:300]]
references = [pair.target for pair in split.test[:300]]

def translated(model):
    """The 300 sentences, greedily."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")          # sentences without an end, as a broken model writes them, are cut
        return translate(model, sources, subwords, max_len=30)

def rounded(model, keep):
    """A copy of the model with `keep(table)` in the place of every table."""
    copied = copy.deepcopy(model)
    with torch.no_grad():
        for table in kinds(copied)[0]:
            table.copy_(keep(table))
    return copied

def measured(model):
    """BLEU on the 300 sentences, and how many translations are those of the trained model."""
    written = translated(model)
    same = sum(ours == theirs for ours, theirs in zip(written, as_trained, strict=True))
    return sacrebleu.corpus_bleu(written, [references]).score, same

def megabytes(bits, scales=0):
    """Size of the model with `bits` for each number of a table, and float32 for the vectors and scales."""
    return (in_tables * bits / 8 + 4 * (in_vectors + scales)) / 1e6

as_trained = translated(model)
results = {
    "float32": (megabytes(32), *measured(model)),
    "float16": (megabytes(16), *measured(rounded(model, lambda w: w.half().float()))),
    "int8": (megabytes(8, rows), *measured(rounded(model, lambda w: dequantise(*quantise(w))))),
}
for name, (size, bleu, same) in results.items():
    print(f"{name:8} {size:5.2f} MB   BLEU {bleu:5.2f}   {same} of {len(sources)} translations the same")

# %% [markdown]
# float16 takes half the size, and int8 about a quarter, and BLEU hardly moves. Some translations do change: where two
# tokens were nearly equally likely, a small push decides. These few make the whole difference in BLEU. With 300 other
# sentences it would be another one, and a rounded model can come out *above* the trained one by chance. That is why the
# number of equal translations stands beside it: it asks a sharper question.
#
# ## One large row
#
# Why a scale for each *row*? One for the whole table would be simpler: a single number to store. But it is a gamble.
# Here is the same translator, written with other numbers:

# %%
def rewritten(model, times=50.0):
    """The same model with one hidden unit of each feed-forward layer `times` as large, and then as small again."""
    copied = copy.deepcopy(model)
    with torch.no_grad():
        for layer in [*copied.encoder.layers, *copied.decoder.layers]:
            part = layer.feed_forward
            part.w_1.weight[0] *= times                # relu(50 x) = 50 relu(x) ...
            part.w_1.bias[0] *= times
            part.w_2.weight[:, 0] /= times             # ... and what is read of it is divided by 50
    return copied

other = rewritten(model)
source, target = torch.tensor([[5, 6, 7]]), torch.tensor([[2, 8, 9]])
with torch.no_grad():
    print("the same logits:", torch.allclose(other(source, target), model(source, target), atol=1e-3))

# %% [markdown]
# It computes what it did, up to the rounding of float32. But in each table `w_1` row 0 is now 50 times as large as it
# was: an **outlier**. In large language models outliers come by themselves, in training, above all in the numbers that
# flow through the layers (see "Further reading").
#
# ### Exercise 14.3 · one large row        ●○○  about 3 minutes · 1 point
# All rows of a table are about equally large. Then all numbers of one row become 50 times as large. The new table can
# be quantised with *one* scale for all its rows, or with a scale for each row. Which rows are stored less exactly with
# one scale than with a scale for each row? Set `prediction` to `"that row"`, `"the other rows"`, `"all rows"` or
# `"no row"`.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "the other rows"
### END SOLUTION

# %%
check("14.3", prediction)

# %% [markdown]
# ### Exercise 14.4 · who pays for an outlier?        ●●○  about 12 minutes · 2 points
# Measure it. The error of a row is the root of the mean of its squared differences, before and after rounding:
# $\sqrt{\frac{1}{n}\sum_j (\hat{w}_j - w_j)^2}$.
#
# - **You have** `w` (out, in). No row is all zeros.
# - **Return** two tensors (out,): the error of each row with one scale for the whole table, and the error of each row
#   with a scale for each row.
# - **Use** your `quantise` and `dequantise`. What does `quantise` make of a table with a single row?

# %%
def rounding_errors(w):
    """Root mean square error of each row, with one scale for the table and with one a row: (out,), (out,)."""
    ### BEGIN SOLUTION
    def error(rounded):
        return (rounded - w).square().mean(dim=1).sqrt()

    by_table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    return error(by_table), error(dequantise(*quantise(w)))
    ### END SOLUTION


# %%
check("14.4", rounding_errors)

# %% tags=["nbval-ignore-output"]
rounding_errors = carry_on("14.4", rounding_errors)

by_table, by_row = rounding_errors(other.encoder.layers[0].feed_forward.w_1.weight.detach())
print("row   one scale for all   one for each row")
for row in range(4):
    print(f"{row:3}   {by_table[row]:17.4f}   {by_row[row]:16.4f}")

# %% [markdown]
# Row 0, the outlier, has the same error in both columns. The others pay.
#
# And what does the translator say? `course/page/rounding.py` has your functions. `quantise` has a second argument
# there, the number of bits. If it is left out, it is 8.

# %% tags=["nbval-ignore-output"]
def one_scale(w, bits=8):
    """Rounded with one scale for the whole table."""
    return rounding.dequantise(*rounding.quantise(w.reshape(1, -1), bits)).reshape(w.shape)

for title, one in {"trained": model, "rewritten": other}.items():
    for name, keep in {"float32, not rounded": lambda w: w,
                       "int8, a scale for each row": lambda w: dequantise(*quantise(w)),
                       "int8, one for the table": one_scale}.items():
        bleu, same = measured(rounded(one, keep))
        print(f"{title:9}  {name:28} BLEU {bleu:5.2f}   {same} of {len(sources)} translations the same")

q, _ = quantise(other.encoder.layers[0].feed_forward.w_2.weight.detach())
lost = (q == 0).float().mean(dim=0)
print(f"w_2 by row, rounded to 0: {lost[0]:.0%} of column 0, {lost[1:].mean():.0%} of the others")

# %% [markdown]
# In the trained model few translations change with int8, a few more with one scale for the table. BLEU may still differ
# by a point or more on these 300 sentences. We measured all 1,000 of the test part as well, with the models of two
# trainings: a scale for each row cost nothing that could be measured. One scale for the table cost nearly nothing in
# one, and 0.6 BLEU in the other (95 % interval: 0.2 to 1.1).
#
# In the rewritten one it is one hidden unit among 512 in each layer, and it changes nothing in what the model computes.
# Yet with one scale far more translations change than in the trained model. With a scale for each row about as many
# stay the same as in the trained model.
#
# The unit itself has paid, though the translations hardly show it. Column 0 of `w_2` is now 50 times as small as it
# was, and each row's scale is made for larger numbers: far more of it becomes 0 than of the other columns. A scale for
# each row protects rows from each other, and not the small numbers of a row from the large ones.
#
# ## Fewer bits still
#
# With 4 bits the whole numbers go from −7 to 7. Now the model is the one from training again. At how many bits does it
# break? And does the scale for each row matter here?

# %% tags=["nbval-ignore-output"]
all_bits = [8, 6, 4, 3]
curves = {"a scale for each row": [], "one for the table": []}
for bits in all_bits:
    for name, keep in {"a scale for each row": lambda w, bits=bits: rounding.dequantise(*rounding.quantise(w, bits)),
                       "one for the table": lambda w, bits=bits: one_scale(w, bits)}.items():
        curves[name].append(measured(rounded(model, keep)))
for bits, each, whole in zip(all_bits, *curves.values(), strict=True):
    print(f"{bits} bits {megabytes(bits, rows):5.2f} MB   BLEU {each[0]:5.2f} with a scale for each row, "
          f"{whole[0]:5.2f} with one for the table;   the same: {each[1]:3} and {whole[1]:3} of {len(sources)}")
show_curves(all_bits, {name: [same for _, same in row] for name, row in curves.items()}, "bits",
            "translations the same, of 300", "What fewer bits cost")

# %% [markdown]
# Look at the equal translations first, which the curves show. The fewer the bits, the fewer they are, and they become
# few sooner with one scale for the table. BLEU falls only when many translations have changed. As long as it hardly
# falls, it may even be higher with the one scale: on 300 sentences that means little.
#
# int8 is the safe choice for our page. But say we wanted int4. The sizes above count a scale for each row, and for each
# number only its bits. But a file is made of bytes, and so is a tensor. So two numbers have to share one.
#
# ### Exercise 14.5 · two in a byte        ●●○  about 10 minutes · 2 points
# Plus 8, the numbers −7 to 7 become 1 to 15, which are digits to the base 16. A byte has two such digits.
#
# - **You have** `q`, int8 (out, in), of whole numbers from −7 to 7; `in` is even.
# - **Return** `torch.uint8` (out, in / 2). Byte j of a row holds its numbers 2j and 2j + 1: 16 · (first + 8) +
#   (second + 8). `q` itself stays as it is.
# - **By hand**, −7 and 2: the digits are 1 and 10, and the byte is 16 · 1 + 10 = 26.

# %%
def pack(q):
    """Two whole numbers from -7 to 7 in each byte, the first counts 16: -> uint8 (out, in / 2)."""
    ### BEGIN SOLUTION
    digits = (q + 8).to(torch.uint8)
    return 16 * digits[:, 0::2] + digits[:, 1::2]
    ### END SOLUTION


# %%
check("14.5", pack)

# %%
pack = carry_on("14.5", pack)

def unpack(packed):
    """What `pack` has packed: uint8 (out, in / 2) -> int8 (out, in)."""
    digits = torch.stack([packed // 16, packed % 16], dim=2).flatten(1)
    return digits.to(torch.int8) - 8

q, scale = rounding.quantise(w, bits=4)
packed = pack(q)
print(f"{q.numel():,} numbers in {packed.numel():,} bytes; the same when unpacked: {torch.equal(unpack(packed), q)}")

moved = 16 * torch.tensor([15], dtype=torch.int8)
print("16 · 15 in int8:", moved.tolist(), "  the same byte as uint8:", moved.to(torch.uint8).tolist())

# %% [markdown]
# The last line: int8 has no room for 240 either, and makes 240 − 256 = −16 of it. `uint8` goes from 0 to 255, and the
# same byte read as uint8 is 240 again. So packing may be computed in int8, as long as the result becomes uint8.
#
# ## The same Transformer, in another language
#
# A browser does not run Python. It runs JavaScript. So somebody has to write the forward pass once more: attention,
# norms, the cache and beam search. It is the file `course/page/transformer.js`, and you will find your way in it: the
# names are those of the Python. Two smaller files stand beside it. `tokens.js` cuts sentences into subwords, and
# `torch.js` has the little that we need of PyTorch: a layer that finds its weights, and functions such as `softmax`.
# Here are their lengths, comments included, and one function of the first:

# %%
for name in ("transformer.js", "tokens.js", "torch.js"):
    print(f"{name:15} {len(source_of(name).splitlines())} lines")
print()
text = source_of("transformer.js")
start = text.index("// Mix the rows of v")
print(text[start : text.index("\n}\n", start) + 2])

# %% [markdown]
# Line by line it is equation 1. `q.map(...)` is a loop over the queries, `k.map(...)` one over the keys. `dot`
# multiplies two rows number by number and adds up; `mix` adds up the rows of v, each times its share. The square root
# of `query.length`, which is d_k, divides the scores, and the mask gives −∞, as in lesson 02. (`(query, i) => …` is a
# `lambda` of a row and its number, `a ? b : c` is Python's `b if a else c`, and `&&` and `!` are `and` and `not`.)
# There is no batch, because a visitor types one sentence.
#
# How would you find out whether the copy is right? As always in this course: by comparing numbers. The course's tests
# open the page in a real browser, and compare tokens. `benchmarks/page.py` does it for all 1,000 test sentences.
# What they found stands in the README.
#
# ## The page
#
# `export_page` puts the script, the subwords and the weights as int8 into one file. It uses the library's
# `quantise`. Is yours the same? (Where a number lies halfway between two steps, the last digit of a division may
# decide. So we allow one number in a thousand to be otherwise.)

# %%
yours, ours = ([form(table.detach()) for table in tables] for form in (quantise, rounding.quantise))
otherwise = sum(int((mine != its).sum()) for (mine, _), (its, _) in zip(yours, ours, strict=True))
print("the same numbers:", otherwise < in_tables / 1000)
print("the same scales:", all(torch.allclose(mine, its) for (_, mine), (_, its) in zip(yours, ours, strict=True)))

# %% [markdown]
# A page that translates should say what it is. Its reader was not there when you trained the model. So it names the
# sentences and their licence, which asks for it, and the score, measured with the very weights that are shipped, on the
# whole test part.

# %% tags=["nbval-ignore-output"]
shipped = rounded(model, lambda w: rounding.dequantise(*rounding.quantise(w)))
about = about_the_course(translator, score_of(shipped, subwords, split.test))
page = export_page(model, subwords, "translator.html", about)
print(f"{page.name}: {page.stat().st_size / 1e6:.2f} MB")
print(about.score)

# %% [markdown]
# The page is larger than the model in int8 was further up. A page is text, in which three bytes take four letters, and
# the script and the subwords are in it, too.
#
# Type in it. Choose a token of the translation, to see where the model looked and what else it could have written.
# Switch to the beam. When does it find something better?
#
# (If there is no page below, open `translator.html` from the folder of this notebook, with a double click.)

# %% tags=["nbval-ignore-output"]
show_page(page)

# %% [markdown]
# The file lies beside this notebook. Switch the network off and open it; put it on a memory stick; send it to someone.
# It is about as large as a photograph.
#
# Here `model` and `subwords` are those of lesson 09. Say what is to be known about them. (For a model of lesson 12 such
# lines belong at the end of its notebook, with its names, its own score and the imports: stretch exercise D shows it.)

# %% tags=["nbval-ignore-output"]
mine = About(
    "English", "Spanish", source_code="en", target_code="es",
    trained="what I trained it with",
    score=about.score,
    licence="whose sentences these are, and what their licence asks for",
    examples=("I have a red car.", "Where is my book?"),
)
print(save_translator("translator.pt", model, subwords, mine))

# %% [markdown]
# Or fill in a form: it writes a page that says what stands in the fields. Change an example sentence, and press the
# button.

# %% tags=["nbval-ignore-output"]
AboutForm(mine, lambda said: export_page(model, subwords, "mine.html", said))

# %% [markdown]
# `save_translator` keeps model and subwords in one file, beside this notebook. In a terminal, in that folder, `python
# -m classroom page translator.pt --out again.html` makes a page of it at any time (what you typed into the form is in
# `mine.html` alone), and `python -m classroom page course` one of the course's own translator.

# %% [markdown]
# ## Recap
#
# - After training, weights are only read, and need far fewer bits: whole numbers, and the length of a step.
# - Symmetric, by row: scale = largest magnitude / 127, and 0 stays 0. No number is off by more than half a step.
# - int8 makes the model about a quarter as large and costs next to nothing. With fewer bits more and more translations
#   change, sooner with one scale for the whole table than with a scale for each row; in the end the translator breaks.
# - One large number makes the steps of all that share its scale long. So share a scale with few.
# - What it costs is measured on translations, never guessed from the error of a table.
#
# ## Common mistakes
#
# - **`.to(torch.int8)` without `round`** cuts off what stands behind the point: errors twice as large, and all towards
#   0.
# - **`max` in place of the largest magnitude**: in a row such as −3, 1, 2.5 the number −3 is then 152 steps below 0.
#   int8 has no room for that, and makes another number of it without an error.
# - **A row of zeros** is divided by 0. Put the 1 into the scales *before* you divide: int8 has no NaN.
# - **Scales along the wrong axis in one of the two functions.** With a square table no error is raised: its
#   numbers come back in steps of another length. Only a table that is not square, such as the embedding, raises one.
# - **The score of the float model on the page of the int8 model.** Measure what you ship.
# - **No licence, no score.** A page travels further than the notebook that explains it.
#
# ## Further reading
#
# - Jacob et al. (2018), [*Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
#   Inference*](https://arxiv.org/abs/1712.05877), §2.1: scales and zero points; ours is the case without.
# - Dettmers et al. (2022), [*LLM.int8(): 8-bit Matrix Multiplication for Transformers at
#   Scale*](https://arxiv.org/abs/2208.07339): outliers in large language models, and what they do to one scale.
# - Frantar et al. (2023), [*GPTQ*](https://arxiv.org/abs/2210.17323): rounding to 3 and 4 bits by looking at what the
#   layer computes, and not at each weight alone.
# - `course/page/transformer.js`, next to `course/transformer.py`.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks.
#
# **A · A scale for each column.** What changes if each *column* has its scale, on the trained model and on the
# rewritten one? Why is it the rows that one chooses?
#
# **B · Which table suffers?** Quantise one table at a time to 3 bits, all others left as they are. Which one costs
# the most translations?
#
# **C · Mean and worst.** For a row of normal random numbers: how does the error of rounding depend on the *length* of
# the row? Explain it by the largest magnitude.
#
# **D · Your language.** Export the Chinese model of lesson 12 as a page, and send it to someone who reads Chinese.

# %% [markdown]
# <details><summary>A: a solution</summary>
#
# ```python
# by_column = lambda w: dequantise(*quantise(w.T)).T
# for name, one in {"trained": model, "rewritten": other}.items():
#     print(name, measured(rounded(one, by_column)))
# ```
#
# In the trained model at least nine of ten translations stay the same with each of the three: a scale for each row, one
# for the table, one for each column. In the rewritten one nearly every column of `w_1` has an outlier, its number in
# row 0. Not all of these are as large as the largest. So columns do better than one scale for the table, and worse than
# rows: more translations change. And a row has one more advantage. It makes one number of the output, so that one can
# multiply the whole numbers first and apply the scale to the sum, once. A column's scale has to be applied before the
# sum, to the number of the input that the column meets. Where the inputs are whole numbers, too, they would no longer
# be whole.
#
# </details>
#
# <details><summary>B: a solution</summary>
#
# ```python
# found = []
# for name, _ in model.named_parameters():
#     one = copy.deepcopy(model)
#     table = one.get_parameter(name)
#     if table.dim() == 2:
#         table.data = rounding.dequantise(*rounding.quantise(table.detach(), bits=3))
#         found.append((measured(one)[1], name))
# for same, name in sorted(found):
#     print(f"{name:45} {same} the same")
# ```
#
# The embedding table costs the most, by far. It is used three times: for what is read, for what is written, and for the
# logits. That alone does not explain it: rounded for the logits only, or for the other two only, it still costs more
# translations than any other table.
#
# </details>
#
# <details><summary>C: a solution</summary>
#
# ```python
# for length in (16, 128, 1024, 8192):
#     x = torch.randn(1000, length)
#     q, scale = quantise(x)
#     error = (dequantise(q, scale) - x).square().mean().sqrt()
#     print(f"{length:5}  largest {x.abs().amax(1).mean():.2f}  error {error:.4f}")
# ```
#
# The longer the row, the larger its largest magnitude, and the longer the steps of all its numbers. For normal numbers
# it grows slowly. An outlier is another matter: one number lengthens the steps of its whole row. Some formats give each
# *group* of 32 or 128 numbers of a row its own scale. Then only the outlier's group pays for it.
#
# </details>
#
# <details><summary>D: a way to start</summary>
#
# At the end of lesson 12:
#
# ```python
# import copy
# from course.page import About, export_page, rounding, save_translator, score_of
# shipped = copy.deepcopy(model)                # with the weights that the page will have
# for table in shipped.parameters():
#     if table.dim() == 2:
#         table.data = rounding.dequantise(*rounding.quantise(table.detach()))
# about = About("English", "Chinese", "en", "zh", trained=f"{len(own.train)} pairs, most of them made from patterns",
#               score=score_of(shipped, tokens, own.test, "zh"), licence="CC BY 4.0, from this course",
#               examples=("The black cat is under the table.",))
# export_page(model, tokens, "chinese.html", about)
# save_translator("chinese.pt", model, tokens, about)
# ```
#
# </details>

# %% [markdown]
# This is the end of the course, and its beginning was a row of four numbers. What travels in the page is the same: a
# query meets keys, a softmax makes shares, and shares mix values.
