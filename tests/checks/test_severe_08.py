"""Answers of a severe reader of lesson 08: steps outside the epochs, an optimiser of one's own, what is returned."""
import copy
import math

import pytest
import torch
import torch.nn.functional as F

from course.training import label_smoothing_loss

from .told import accepted, refused

pytestmark = pytest.mark.slow


def until(model, step, batches, validate, patience, max_epochs, keep="best", gives="losses", load="after", outside=""):
    losses, best, waited, trained = [], math.inf, 0, []
    batches = iter(batches) if outside == "used up" else batches
    kept = copy.deepcopy(model.state_dict())
    if outside == "before":
        model.train()
        for batch in batches:
            step(model, batch)
    for _ in range(max_epochs):
        model.train()
        made = [step(model, batch) for batch in batches] if outside != "before" else []
        trained.append(made)
        model.eval()
        losses.append(validate(model))
        kept = copy.deepcopy(model.state_dict()) if keep == "always" else kept
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict()) if keep == "best" else kept
        else:
            waited += 1
            if waited == patience:
                if load == "when stopped":
                    model.load_state_dict(kept)
                break
    if load == "after":
        model.load_state_dict(kept)
    return {"losses": losses, "last": [made[-1] for made in trained if made],
            "mean": [sum(made) / len(made) for made in trained if made]}[gives]


def loop(**slip):
    return lambda *given: until(*given, **slip)


@pytest.mark.parametrize("answer, slug, says, never", [
    (loop(outside="before"), "epochs-without-steps", ["inside the loop over the epochs"], ["give what it returns"]),
    (loop(outside="used up"), "epochs-without-steps", ["gives each batch only once"], ["give what it returns"]),
    (loop(keep="always"), "best-weights-not-restored", ["a copy is made in every epoch"], ["Three things"]),
    (loop(keep="never"), "untrained-weights-restored", ["before the first epoch"], ["does not depend"]),
    (loop(load="when stopped"), "restored-only-when-stopped", ["in both ways"], ["that is why training stopped"]),
    (loop(gives="last"), "training-losses-returned", ["its last step"], []),
    (loop(gives="mean"), "training-losses-returned", ["the mean over its steps"], [])])
@pytest.mark.slow
def test_what_a_loop_does_otherwise_is_told(answer, slug, says, never):
    refused("8.10", answer, slug, says, never)
    accepted("8.10", until)


def by_hand(model, rate=0.01):
    with torch.no_grad():
        for weights in model.parameters():
            weights -= rate * weights.grad


def step(model, optimiser, source, target, pad_id, smoothing, own=None, gives=torch.Tensor.item, reads=slice(None, -1)):
    optimiser = own(model.parameters(), lr=0.5) if own else optimiser
    optimiser.zero_grad()
    logits = model(source, target)[:, reads]
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return gives(loss)


def without_optimiser(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    by_hand(model)
    return loss.item()


def one(**slip):
    return lambda *given: step(*given, **slip)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [one(own=torch.optim.Adam), one(own=torch.optim.SGD), without_optimiser])
def test_weights_that_another_moves_are_not_unchanged(answer):
    refused("8.4", answer, "moved-without-the-optimiser", ["never calls `step()`"], ["never changed", "is missing"])


@pytest.mark.parametrize("gives, slug, says", [
    (lambda loss: loss.item, "returns-a-function", ["`loss.item()`"]),
    (lambda loss: [loss.item()], "not-a-number", ["a list"]), (lambda loss: {"loss": loss}, "not-a-number", ["a dict"]),
    (lambda loss: str(loss.item()), "not-a-number", ["a str"])])
def test_what_is_no_loss_is_said_of_the_return_line(gives, slug, says):
    refused("8.4", one(gives=gives), slug, says, ["arguments", "raised"])


@pytest.mark.parametrize("gives", [torch.Tensor.detach, lambda loss: loss, lambda loss: loss.detach().reshape(1),
                                   lambda loss: loss.detach().numpy()])
def test_a_loss_in_another_dress_is_accepted(gives):
    accepted("8.4", one(gives=gives))


def test_logits_cut_at_the_wrong_end():
    says, never = ["where it has just read these tokens"], ["decoder reads target"]
    refused("8.4", one(reads=slice(1, None)), "no-shift", says, never)


def rate(rise, fall):
    return lambda step, d_model, warmup: d_model ** -0.5 * (rise if step < warmup else fall)(step, warmup)


def root(step, warmup):
    return step ** -0.5


@pytest.mark.parametrize("answer, slug, says, never", [
    (rate(lambda step, warmup: step / warmup, root), "jumps-at-the-peak", ["do not meet"], ["right up to a factor"]),
    (rate(lambda step, warmup: step / warmup, lambda step, warmup: (warmup / step) ** 0.5), "peak-too-high",
     ["√warmup times the right one"], []),
    (rate(lambda step, warmup: step * warmup ** -1.5, lambda step, warmup: 2 * step ** -0.5), "off-by-a-factor",
     ["In the cases that differ", "The other cases are right"], ["every number", "In every case"])])
def test_a_factor_in_some_cases_is_none_in_every_case(answer, slug, says, never):
    refused("8.2", answer, slug, says, never)


def losses(logits, targets, pad_id, smoothing, over=()):
    found = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing,
                            reduction="none")
    return found.sum(over) / (targets != pad_id).sum(over) if over else found


def twice(*given):
    return 2 * losses(*given).reshape(-1)


@pytest.mark.parametrize("answer, slug, says", [
    (losses, "one-loss-per-token", ["What turns many losses into one?"]),
    (lambda *given: losses(*given, over=(1,)), "one-loss-per-sentence", ["Over which axes"]),
    (twice, "wrong-shape", ["One number is expected"])])
def test_many_losses_are_no_axis_of_length_1(answer, slug, says):
    refused("8.1", answer, slug, says, ["of length 1 is too many"])


def test_one_loss_in_a_row_has_an_axis_too_many():
    refused("8.1", lambda *given: label_smoothing_loss(*given).reshape(1), "axis-of-one", ["is too many"])


def step_that_returns(returns):
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        labels = target[:, 1:]
        optimiser.zero_grad()
        logits = model(source, target[:, :-1])
        loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
        loss.backward()
        optimiser.step()
        return label_smoothing_loss(logits, labels, pad_id, 0.0).item() if returns == "plain" else loss.item()
    return training_step


def test_a_loss_without_smoothing_is_told_from_the_one_that_trains():
    refused("8.4", step_that_returns("plain"), "returned-without-smoothing", ["trains with smoothing"])
    accepted("8.4", step_that_returns("loss"))


def test_logits_of_0_do_not_leave_out_a_position():
    def loss(logits, targets, pad_id, smoothing):
        logits = logits * (targets != pad_id).unsqueeze(-1)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=smoothing)
    refused("8.1", loss, "padding-counted", ["logits of 0", "costs log V"])


def rounding(places, where):
    def rounds(model, step, batches, validate, patience, max_epochs):
        if where == "in the list":
            return [round(loss, places) for loss in until(model, step, batches, validate, patience, max_epochs)]
        return until(model, step, batches, lambda model: round(float(validate(model)), places), patience, max_epochs)
    return rounds


@pytest.mark.parametrize("places", [1, 2, 3, 4, 5])
@pytest.mark.slow
def test_to_how_many_places_losses_are_rounded(places):
    refused("8.10", rounding(places, "everywhere"), "little-progress-does-not-count", [f"each loss to {places} place"])
    if places < 5:
        refused("8.10", rounding(places, "in the list"), "losses-rounded", [f"rounded to {places} place"], ["no new"])


def test_losses_of_single_precision_are_not_rounded():
    accepted("8.10", lambda *given: [torch.tensor(loss) for loss in until(*given)])


def without_padding(logits, targets, pad_id, smoothing, low, spread):
    tokens = torch.arange(logits.shape[-1]) != pad_id
    real = targets != pad_id
    logs = logits.masked_fill(~tokens, low).log_softmax(-1)[real]
    right = logs.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * logs[:, tokens if spread else ...].mean(-1)).mean()


@pytest.mark.parametrize("low, spread, says", [
    (-1e9, True, "no share of the smoothing"), (-math.inf, True, "no share of the smoothing"),
    (-1e9, False, "set to -1e9"), (-1e4, False, "set to -1e4")])
@pytest.mark.slow
def test_the_padding_token_is_one_of_the_vocabulary(low, spread, says):
    refused("8.1", lambda *given: without_padding(*given, low, spread), "padding-token-switched-off", [says])


def test_logits_of_0_cost_log_v_in_a_sum_as_well():
    def loss(logits, targets, pad_id, smoothing):
        real = targets != pad_id
        logs = F.cross_entropy((logits * real[..., None]).transpose(1, 2), targets, label_smoothing=smoothing,
                               reduction="sum")
        return logs / real.sum()
    refused("8.1", loss, "padding-in-the-sum", ["logits of 0", "costs log V"])


def read_and_asked(read, asked, count):
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        optimiser.zero_grad()
        labels = asked(target)
        logits = model(source, read(target))
        summed = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=pad_id, label_smoothing=smoothing,
                                 reduction="sum")
        loss = summed / (count(target) != pad_id).sum()
        loss.backward()
        optimiser.step()
        return loss.item()
    return training_step


def cut(target):
    return target[:, :-1]


def shifted(target):
    return target[:, 1:]


def whole(target):
    return target


@pytest.mark.parametrize("read, asked, count, slug, says", [
    (cut, shifted, cut, "divided-by-the-tokens-read", ["`target[:, :-1]`, or those of `target[:, 1:]`"]),
    (lambda target: torch.cat([target[:, :1], target[:, :-1]], 1), whole, whole, "begins-twice", ["bos once more"]),
    (lambda target: torch.cat([torch.full_like(target[:, :1], 2), target[:, :-1]], 1), whole, whole, "begins-twice",
     ["the id 2"])])
@pytest.mark.slow
def test_what_is_read_is_not_what_is_asked_for(read, asked, count, slug, says):
    refused("8.4", read_and_asked(read, asked, count), slug, ["exactly", *says])
    accepted("8.4", read_and_asked(cut, shifted, shifted))


def by_shares(logits, targets, pad_id, smoothing):
    logs, size = logits.log_softmax(-1), logits.shape[-1]
    shares = torch.full_like(logs, smoothing / size).scatter(-1, targets[..., None], 1 - smoothing + smoothing / size)
    return -(shares * logs).sum(-1)[targets != pad_id].mean()


def by_gather(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logs = logits[real].log_softmax(-1)
    return -(1 - smoothing) * logs.gather(-1, targets[real].unsqueeze(-1)).mean() - smoothing * logs.mean()


@pytest.mark.parametrize("loss", [by_shares, by_gather, label_smoothing_loss, lambda logits, targets, pad_id, smoothing:
                                  losses(logits, targets, -100, smoothing)[targets != pad_id].mean()])
def test_an_id_taken_for_the_smoothing_is_no_second_mistake(loss):
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        optimiser.zero_grad()
        found = loss(model(source, target[:, :-1]), target[:, 1:], smoothing, pad_id)
        found.backward()
        optimiser.step()
        return found.item()
    refused("8.4", training_step, "arguments-exchanged", ["exactly", "In which order"], ["second mistake", "of the 9"])


def test_that_the_losses_are_right_is_said_once():
    refused("8.10", loop(keep="always"), "best-weights-not-restored", ["is not left with the weights of epoch",
            "Your losses are right in this case", "Often it is one of four things"], ["you return are right"])
