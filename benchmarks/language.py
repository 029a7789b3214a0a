"""A sentence file of your own through lesson 12's settings: the loss by the clock, and sacreBLEU at the end.

    python benchmarks/language.py cmn.txt --back         # from the file's second language into its first
    python benchmarks/language.py train.en train.de      # two files, 300 seconds of training on two cores
    python benchmarks/language.py cmn.txt --bleu zh      # into Chinese: sacreBLEU has to know its tokens

The last line is JSON. A tenth of the pairs, at most 1,000, is held out, by normalised source sentence.
"""
import argparse
import json

import sacrebleu
import torch

from course.ablation import Config, Variant
from course.counting import begin_with, count_vectors
from course.data import Split, load_pairs, pairs_that_fit, split_pairs
from course.decoding import translate
from course.languages import SpacedSubwords
from course.tokens import encode_pairs
from course.training import train

# Lesson 12's, for real text:
CONFIG, SUBWORDS, BATCH_TOKENS, MATRIX_LR = Config(d_model=128, d_ff=512, dropout=0.2), 2000, 1200, 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what `course.data.load_pairs` reads")
    parser.add_argument("other", nargs="?", help="the file with the translations, where there are two")
    parser.add_argument("--back", action="store_true", help="translate from the second language into the first")
    parser.add_argument("--seconds", type=float, default=300, help="of training (default: 300)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and the batches (default: 0)")
    parser.add_argument("--plain", action="store_true", help="random vectors, and Adam for all")
    parser.add_argument("--bleu", default="13a", help="how sacreBLEU cuts words (default: 13a)")
    options = parser.parse_args()

    pairs = load_pairs(options.file, options.other)
    if options.back:
        pairs = [pair._replace(source=pair.target, target=pair.source) for pair in pairs]
    split = split_pairs(pairs, n_valid=0, n_test=min(len(pairs) // 10, 1000), seed=0)
    subwords = SpacedSubwords.train([sentence for pair in split.train for sentence in pair[:2]], SUBWORDS)
    split = Split(*(pairs_that_fit(part, subwords, CONFIG.max_len, skip_long=True) for part in split))
    torch.manual_seed(options.seed)
    model, encoded = Variant(len(subwords), CONFIG), encode_pairs(split.train, subwords)
    if not options.plain:
        begin_with(model, count_vectors(encoded, len(subwords), CONFIG.d_model))
    history = train(model, encoded, seconds=options.seconds, batch_tokens=BATCH_TOKENS,
                    matrix_lr=None if options.plain else MATRIX_LR, seed=options.seed, workers=options.workers)

    step, curve = options.seconds / 10, {}
    for n in range(1, 11):
        losses = [r["loss"] for r in history if (n - 1) * step <= r["seconds"] < n * step]
        if losses:
            curve[round(n * step)] = round(sum(losses) / len(losses), 2)
    print("nats per token, the mean of the seconds before:", *(f"{t} s {loss:.2f}" for t, loss in curve.items()))
    sources, references = [pair.source for pair in split.test], [[pair.target for pair in split.test]]
    scores = {f"beam_{size}": round(sacrebleu.corpus_bleu(
        translate(model, sources, subwords, size), references, tokenize=options.bleu).score, 1) for size in (1, 4)}
    print(json.dumps({
        "pairs": len(split.train), "held_out": len(split.test), "vocabulary": len(subwords), "steps": len(history),
        "tokens": history[-1]["tokens"], "seconds": options.seconds, **scores, "loss": curve,
    }))


if __name__ == "__main__":
    main()
