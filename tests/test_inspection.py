"""Recording attention weights."""
import torch

from course.inspection import record_attention
from course.transformer import Transformer


def test_records_every_attention_and_leaves_the_model_as_it_was():
    torch.manual_seed(0)
    model = Transformer(vocab_size=20, d_model=12, n_heads=3, d_ff=16, n_layers=2).eval()
    source, target = torch.randint(4, 20, (2, 5)), torch.randint(4, 20, (2, 4))
    before = model(source, target)
    with record_attention(model) as weights:
        during = model(source, target)
    recorded = dict(weights)
    after = model(source, target)

    torch.testing.assert_close(during, before)
    assert torch.equal(after, before)
    assert weights == recorded, "nothing is recorded outside the block"
    assert {name: tuple(w.shape) for name, w in weights.items()} == {
        **{f"encoder.layers.{i}.self_attention": (2, 3, 5, 5) for i in range(2)},
        **{f"decoder.layers.{i}.self_attention": (2, 3, 4, 4) for i in range(2)},
        **{f"decoder.layers.{i}.cross_attention": (2, 3, 4, 5) for i in range(2)},
    }
    for w in weights.values():
        torch.testing.assert_close(w.sum(-1), torch.ones(w.shape[:-1]))
    assert (weights["decoder.layers.0.self_attention"].triu(1) == 0).all()
