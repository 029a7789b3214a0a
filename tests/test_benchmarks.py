"""What the benchmarks choose and count; what they measure is not for tests."""
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nbformat.v4 import new_code_cell
from sacrebleu.metrics import BLEU, CHRF

from benchmarks import ceiling, cells, peers
from course.data import Pair
from course.decoding import greedy_decode
from course.tokens import Batch, Encoded
from course.training import train

PAIRS = [Pair("Go on.", "Continúa."), Pair("I run.", "Corro."), Pair("Go on!", "¡Continúa!"), Pair("Go on.", "Sigue."),
         Pair("Go on!", "¡Adelante!"), Pair("I see.", "Ya veo."), Pair("I see.", "Veo."), Pair("He ran.", "Corrió.")]
GO, SEE = ["Continúa.", "Sigue.", "¡Adelante!"], ["Ya veo.", "Veo."]


class TestCeiling:
    def test_translations_are_those_of_the_sentence_each_once_its_own_first(self):
        chosen = [PAIRS[5], PAIRS[3], PAIRS[7]]
        assert ceiling.translations_of(chosen, PAIRS) == [SEE, ["Sigue.", "Continúa.", "¡Adelante!"], ["Corrió."]]

    def test_a_text_is_found_whatever_its_case_and_punctuation(self):
        assert ceiling.place_of("adelante", GO) == 2
        assert ceiling.place_of("Adelanta.", GO) is None

    @pytest.mark.parametrize(("several", "own", "sets"), [
        (False, None, [["a"], ["b"], ["c"]]),
        (False, 1, [["a"], ["c"]]),
        (True, None, [["b", "c"], ["a", "c"], ["a", "b"]]),
        (True, 1, [["a", "c"]]),
    ])
    def test_references(self, several, own, sets):
        assert ceiling.reference_sets(["a", "b", "c"], several, own) == sets

    @pytest.mark.parametrize("several", [False, True])
    def test_each_person_is_left_out_of_its_references(self, several):
        rows = list(ceiling.people([GO, SEE], several))
        assert all(row.hypothesis not in row.references for row in rows)
        assert {row.hypothesis for row in rows} == {*GO, *SEE}

    @pytest.mark.parametrize("several", [False, True])
    @pytest.mark.parametrize("written", [["Sigue", "Entiendo."], ["Anda.", "Veo."]])
    def test_the_model_has_the_references_of_people_as_many_and_as_often(self, several, written):
        def shares(rows):
            found = {}
            for row in rows:
                for text in row.references:
                    found[row.sentence, text] = found.get((row.sentence, text), 0) + row.share / len(row.references)
            return found

        people = list(ceiling.people([GO, SEE], several))
        model, same_rule = (list(ceiling.machine([GO, SEE], written, several, rule)) for rule in (False, True))
        assert shares(model) == pytest.approx(shares(people))
        for rows in (people, model, same_rule):
            for sentence, texts in enumerate([GO, SEE]):
                of_sentence = [row for row in rows if row.sentence == sentence]
                assert sum(row.share for row in of_sentence) == pytest.approx(1)
                assert {len(row.references) for row in of_sentence} == {len(texts) - 1 if several else 1}
        assert all(ceiling.place_of(row.hypothesis, row.references) is None for row in same_rule)
        assert any(ceiling.place_of(row.hypothesis, row.references) is not None for row in model)

    @pytest.mark.parametrize("metric", [BLEU(), CHRF()])
    def test_the_score_of_one_row_a_sentence_is_sacrebleus(self, metric):
        hypotheses = ["El perro de mi casa es muy grande.", "Hoy no voy a la escuela."]
        streams = [["El perro de la casa es muy grande.", "No voy a la escuela hoy."],
                   ["El perro de mi casa es enorme.", None]]
        rows = [ceiling.Row(n, hypothesis, [stream[n] for stream in streams if stream[n]], 1.0)
                for n, hypothesis in enumerate(hypotheses)]
        found = ceiling.scores(metric, ceiling.counts(metric, rows))
        assert found[0] == pytest.approx(metric.corpus_score(hypotheses, streams).score)
        assert len(found) == 1 + ceiling.DRAWS and found[1:].min() < found[0] < found[1:].max()

    def test_a_sentence_counts_once_however_many_rows_it_has(self):
        row = ceiling.Row(0, "Hoy no voy.", ["Hoy no vengo."], 0.25)
        once, halves = ([row._replace(share=1.0)], [row, row, row._replace(share=0.5)])
        assert np.allclose(ceiling.counts(BLEU(), once), ceiling.counts(BLEU(), halves))

    def test_all_of_it(self):
        asked = []

        def translate(sources):
            asked.extend(sources)
            return ["Sigue." for _ in sources]

        found = ceiling.ceiling([PAIRS[0], PAIRS[5], PAIRS[7]], PAIRS, translate)
        assert asked == ["Go on.", "I see."] and found["model_wrote_one_of_them"] == 1
        assert [found[name]["sentences"] for name in ceiling_parts(found)] == [2, 1, 1, 2, 1]
        assert found["several"]["references"] == [2] and found["one"]["references"] == [1]
        one = found["one"]
        assert one["ahead"]["chrf"] == pytest.approx(one["person"]["chrf"] - one["model"]["chrf"], abs=0.02)
        assert one["model"]["chrf"] > one["model, same rule"]["chrf"]
        everywhere = found["people everywhere, one"]
        assert everywhere["person"] == one["person"] and "model" not in everywhere
        assert "several: 1 sentences, references: 2" in ceiling.table(found)


def ceiling_parts(found):
    return [name for name, part in found.items() if isinstance(part, dict)]


def timed(id, source, took):
    cell = new_code_cell(source, id=id)
    cell.metadata["execution"] = {"iopub.status.busy": "2030-01-01T00:00:59.500000+00:00",
                                  "iopub.status.idle": f"2030-01-01T00:01:{took - 0.5:09.6f}+00:00"}
    return cell


class TestCells:
    def test_seconds(self):
        assert cells.seconds_of(timed("a", "", 2.25)) == pytest.approx(2.25)
        assert cells.seconds_of(new_code_cell("")) == 0

    @pytest.mark.parametrize(("source", "took", "trains"), [
        ("history = train(model, encoded, tokens=5,\n                checkpoint='cache')", 1, True),
        ("train(model, task.train, steps=600)", 1, False),
        ("Subwords.train(sentences)\nrun(checkpoint='cache')", 1, False),
        ("model.train()", 1, False),
        ("compare()", 61, True),
    ])
    def test_what_trains(self, source, took, trains):
        assert cells.trains(source, took) == trains

    def test_the_longest_is_found_by_the_median_and_training_is_named_apart(self):
        def run(a, b, c):
            return [timed("a", "print(1)", a), timed("b", "print(2)", b), timed("c", "train(m, checkpoint='c')", c)]

        found = cells.longest([run(1, 2, 30), run(9, 3, 20), run(1, 4, 25)])
        assert (found["cell"], found["median"], found["from"], found["to"]) == ("b", 3, 2, 4)
        assert found["training"] == {"c": {"median": 25, "from": 20, "to": 30}}


@pytest.fixture(params=peers.PEERS)
def peer(request):
    torch.manual_seed(0)
    return peers.PEERS[request.param](50, d_model=32, n_heads=4, d_ff=64, n_layers=2).eval()


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    source, target = (torch.randint(3, 50, (4, size), generator=generator) for size in (7, 9))
    target[:, 0] = 1
    source[1, 5:], target[2, 6:] = 0, 0
    return Batch(source, target)


class TestPeers:
    def test_padding_is_not_read_and_the_future_neither(self, peer, batch):
        logits = peer(batch.source, batch.target)
        assert logits.shape == (4, 9, 50)
        torch.testing.assert_close(peer(batch.source[1:2, :5], batch.target[1:2]), logits[1:2])
        torch.testing.assert_close(peer(batch.source, batch.target[:, :4]), logits[:, :4])
        assert not torch.allclose(peer(batch.source.roll(1, 1), batch.target), logits), "the source is read"

    @pytest.mark.slow
    def test_the_loss_counts_real_tokens_alone(self, peer, batch):
        longer = Batch(batch.source, F.pad(batch.target, (0, 3)))
        torch.testing.assert_close(peer.loss(longer), peer.loss(batch))

    @pytest.mark.slow
    def test_it_learns_in_our_loop_and_our_decoding_writes(self, peer, batch):
        lengths = [(ids != 0).sum(1) for ids in batch]
        history = train(peer, Encoded(*batch, *lengths), steps=80, batch_tokens=100, lr=0.01, progress=False)
        assert history[-1]["loss"] < history[0]["loss"] / 2
        written = greedy_decode(peer, batch.source, 1, 2, max_len=6)
        assert torch.equal(written[0], batch.target[0, 1:7])

    def test_a_divergence_has_the_gradient_of_a_smoothed_loss(self, batch):
        """Smoothing leaves out padding and the right token; over 50 tokens that is nearly ours, but for a constant."""
        torch.manual_seed(0)
        model = peers.AnnotatedTransformer(50, d_model=32, n_heads=4, d_ff=64, n_layers=1).eval()
        gradients = []
        for loss in (model.loss, lambda batch: peers.Peer.loss(model, batch)):
            model.zero_grad()
            loss(batch).backward()
            gradients.append(model.generator.weight.grad.flatten().clone())
        assert F.cosine_similarity(*gradients, dim=0) > 0.99


@pytest.mark.slow
def test_what_a_card_reads_is_counted(monkeypatch, batch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    from benchmarks import card
    encoded = Encoded(*batch, *((ids != 0).sum(1) for ids in batch))
    for way in ({}, {"precision": "bfloat16"}):
        found = card.speed(encoded, 50, "cpu", 100, 4, way)
        assert found["tokens_per_second"] > 0 and found["memory_mb"] is None
