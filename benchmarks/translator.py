"""Train the translator from scratch on the course's corpus and score it with sacreBLEU.

    python benchmarks/translator.py --seconds 300            # a table
    python benchmarks/translator.py --seconds 300 --json     # one line of JSON
    python benchmarks/translator.py --tokens 6000000         # the same work on every machine
    python benchmarks/translator.py --recipe plain           # random vectors, Adam alone
    python benchmarks/translator.py --model torch            # torch.nn.Transformer, plain recipe
    python benchmarks/translator.py --model annotated        # another peer, plain recipe: `peers.py` has them all
    python benchmarks/translator.py --ceiling                # lesson 09's translator and people; also with --json

The recipe of the lesson is vectors from counts, Muon for matrices and Adam for the rest. The plain one, which
torch.nn.Transformer gets unless `--recipe lesson` is said, is random vectors and Adam for all. Batches, rates of Adam,
smoothing, subwords and the numbers of layers are the same; `--subwords 2000` gives both fewer.

The corpus is cut to at most 8 English and 10 Spanish words. 1,000 sentences are held out, whose
normalised form occurs in no training pair; each is translated greedily and compared with one
reference. The score is noisy: with 1,000 sentences its 95 % interval is about ±2.

`--ceiling` scores people by what other people wrote, and the translator of lesson 09 on the same sentences by the same
references: `ceiling.py` says exactly what is compared. The translator is trained only if it is not in the cache.
"""
import argparse
import json
import sys
import time

import sacrebleu
import torch
from ceiling import ceiling, table
from peers import PEERS

from course.counting import begin_with, count_vectors
from course.data import load_pairs, short_pairs, split_pairs
from course.decoding import translate
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.transformer import Transformer
from course.translator import RECIPE, TOKENS, VOCAB_SIZE, trained_translator


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300, help="training time (default: 300)")
    parser.add_argument("--tokens", type=int, help="train for so many tokens, however long that takes")
    parser.add_argument("--model", choices=["course", *PEERS], default="course",
                        help="x-transformers stands here only where it is installed (pip install x-transformers)")
    parser.add_argument("--recipe", choices=["lesson", "plain"], help="default: that of the lesson for our model alone")
    parser.add_argument("--lr", type=float, default=3e-3, help="Adam's peak rate in the plain recipe (default: 0.003)")
    parser.add_argument("--subwords", type=int, default=VOCAB_SIZE, help="default: %(default)s, as in the lesson")
    parser.add_argument("--threads", type=int, default=2, help="workers, one core each (default: 2)")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--compiled", action="store_true", help="steps by torch.compile; needs --threads 1")
    parser.add_argument("--batch-tokens", type=int, default=RECIPE["batch_tokens"], help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ceiling", action="store_true", help="people, and lesson 09's translator ...")
    parser.add_argument("--valid", action="store_true", help="... on the validation part's sentences, too")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    recipe = options.recipe or ("lesson" if options.model == "course" else "plain")
    if recipe == "lesson" and options.model not in ("course", "torch"):
        parser.error("the recipe of the lesson begins with one table of vectors for both languages and the logits, "
                     f"which the model of {options.model} does not have: leave out --recipe lesson")
    torch.set_num_threads(options.threads)
    if options.ceiling:
        result = measure_ceiling(options)
        print(json.dumps(result) if options.json else table(result))
        return

    split = split_pairs(short_pairs(load_pairs()))
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=options.subwords)
    torch.manual_seed(options.seed)
    model = {"course": Transformer, **PEERS}[options.model](len(subwords), d_model=128, n_heads=4, d_ff=512, n_layers=2)

    encoded = encode_pairs(split.train, subwords)
    budget = {"tokens": options.tokens} if options.tokens else {"seconds": options.seconds}
    started = time.perf_counter()
    if recipe == "lesson":
        begin_with(model, count_vectors(encoded, *model.embedding.weight.shape))
    counting = time.perf_counter() - started
    rates = RECIPE if recipe == "lesson" else {"lr": options.lr}
    history = train(model, encoded, **budget, **{**rates, "batch_tokens": options.batch_tokens}, seed=options.seed,
                    device=options.device, precision=options.precision, compiled=options.compiled,
                    workers=options.threads, progress=sys.stderr.isatty())
    seconds = time.perf_counter() - started
    translations = translate(model, [pair.source for pair in split.test], subwords)
    bleu = sacrebleu.BLEU()
    score = bleu.corpus_score(translations, [[pair.target for pair in split.test]])

    result = {
        "model": options.model,
        "recipe": recipe,
        "lr": RECIPE["lr"] if recipe == "lesson" else options.lr,
        "subwords": len(subwords),
        "seed": options.seed,
        "bleu": round(score.score, 2),
        "bleu_valid": round(bleu.corpus_score(
            translate(model, [pair.source for pair in split.valid], subwords),
            [[pair.target for pair in split.valid]]).score, 2),
        "seconds": round(seconds, 1),
        "seconds_counting": round(counting, 1),
        "steps": len(history),
        "tokens": history[-1]["tokens"],
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "sentences": len(split.test),
        "peak_memory_mb": _peak_memory_mb(),
        "signature": str(bleu.get_signature()),
    }
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:>15}  {value}")


def measure_ceiling(options: argparse.Namespace) -> dict:
    """People, and the translator of lesson 09, on sentences that nobody trained on."""
    tokens = options.tokens or TOKENS
    model, subwords, split = trained_translator(tokens, progress=not options.json)
    chosen = split.test + split.valid if options.valid else split.test
    found = ceiling(chosen, short_pairs(load_pairs()), lambda sources: translate(model, sources, subwords))
    return {**found, "valid": options.valid, "tokens": tokens, "torch": torch.__version__}


def _peak_memory_mb() -> int | None:
    """The most memory this process and its workers have held, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:                     # Windows
        return None
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


if __name__ == "__main__":
    main()
