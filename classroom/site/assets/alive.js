// Answers for the views of a page that ask a model. In a notebook Python answers them, by course/views/running.py; here
// the modules of course/page/ do the same, with the same names. Weights are rows of queries, columns of keys.
(() => {
const {
  CachedDecoder, Subwords, Transformer, log_softmax, merge_heads, mix, scaled_dot_product_attention, softmax, sum, topk,
} = window.courseTransformer;
const CANDIDATES = 5, MOST_TOKENS = 30, MOST_LETTERS = 200, LENGTH_PENALTY = 0.6, PRUNED = 1;

// What is said here, in the language of the page.
const say = (text, facts = {}) =>
  (window.courseWords[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => facts[name] ?? place);

const file = window.translatorWeights, model = new Transformer(file), subwords = new Subwords(file.subwords);
const room = Math.min(MOST_TOKENS, model.positions.length);
const rounded = (x) => Math.round(x * 1e4) / 1e4;
const name_of = (id) => subwords.vocabulary[id];

function encode(sentence) {
  sentence = sentence.trim();
  if (!sentence) throw new RangeError(say("There is nothing to translate: type a sentence."));
  if (sentence.length > MOST_LETTERS) {
    throw new RangeError(say("The sentence has {sentence} characters; at most {most_letters} fit here.",
      { sentence: sentence.length, most_letters: MOST_LETTERS }));
  }
  return [...subwords.encode(sentence), subwords.eos_id];
}

// Greedily and without a cache, so that every row of the weights is there: at each token `on_step(probabilities)`.
function write(source, on_step = () => {}) {
  const memory = model.encode(source), written = [];
  while (written.length < room && written.at(-1) !== subwords.eos_id) {
    const probabilities = softmax(model.unembed(model.decode([subwords.bos_id, ...written], memory).at(-1)));
    on_step(probabilities);
    written.push(topk(probabilities, 1)[0]);
  }
  return written;
}

// The sentence that was written, with "…" where it had not ended after MOST_TOKENS.
function text(written) {
  return subwords.decode(written) + (written.at(-1) === subwords.eos_id ? "" : " …");
}

// A translation with what the translator box shows: tokens, candidates, rows of cross-attention.
function follow(sentence) {
  const source = encode(sentence), steps = [];
  const written = write(source, (probabilities) => {
    const heads = model.decoder.layers.at(-1).cross_attention.weights, best = topk(probabilities, CANDIDATES);
    steps.push({ token: name_of(best[0]), candidates: best.map((id) => [name_of(id), rounded(probabilities[id])]),
      row: source.map((_, j) => rounded(sum(heads.map((head) => head.at(-1)[j])) / heads.length)) });
  });
  return { sentence: sentence.trim(), source: subwords.tokens(source), steps, translation: text(written) };
}

// The layer that a name such as "decoder.layers.1.cross_attention" stands for.
function attention(name) {
  const found = name.split(".").reduce((part, key) => part?.[key], model);
  if (!found?.w_o) throw new RangeError(say("there is no attention {name}", { name }));
  return found;
}

// What some heads have mixed is replaced by zeros, before the output projection.
function switch_off(layer, heads) {
  const { w_o } = layer, project = w_o.forward.bind(w_o), d_head = model.d_model / layer.n_heads;
  w_o.forward = (x) => project(x.map((row) => {
    const mixed = row.slice();
    heads.forEach((head) => mixed.fill(0, head * d_head, (head + 1) * d_head));
    return mixed;
  }));
  return () => { delete w_o.forward; };
}

// Some weights are replaced before the values are mixed; the others of their row share what is left.
function edit_attention(layer, edits) {
  layer.attend = (q, k, v, mask = null) => {
    layer.weights = q.map((_, head) => {
      const weights = scaled_dot_product_attention(q[head], k[head], v[head], mask)[1];
      for (const [own, row, column, value] of edits) {
        if (own !== head || !(row < weights.length) || !(column < weights[row].length)) continue;
        const line = weights[row], left = sum(line.map((x, j) => (j === column ? 0 : x)));
        weights[row] = line.map((x, j) => (j === column ? value : (x * (1 - value)) / Math.max(left, 1e-9)));
      }
      return weights;
    });
    const mixed = layer.weights.map((weights, head) => weights.map((line) => mix(line, v[head])));
    return layer.w_o.forward(merge_heads(mixed));
  };
  return () => { delete layer.attend; };
}

// off: [name, head] each; edits: [name, head, row, column, value] each -> the translation, and its tokens.
function intervene(sentence, off = [], edits = []) {
  const source = encode(sentence), undo = [];
  const by_name = (list) => new Map(list.map(([name]) => [name, list.filter(([other]) => other === name)]));
  try {
    for (const [name, own] of by_name(off)) undo.push(switch_off(attention(name), own.map(([, head]) => head)));
    for (const [name, own] of by_name(edits)) {
      undo.push(edit_attention(attention(name), own.map(([, ...rest]) => rest)));
    }
    const written = write(source);
    return { translation: text(written), tokens: written.map(name_of) };
  } finally {
    undo.forEach((call) => call());
  }
}

// The rounds of a beam search, with the best of what is given up: nodes { parent, label, log_p, fate }.
function rounds_of(sentence, beam_size) {
  const rounds = [], finished = [];
  const decoder = new CachedDecoder(model, model.encode(encode(sentence)));
  let beam = [{ log_p: 0, token: subwords.bos_id, decoder, at: null }];
  for (let length = 1; length <= room && beam.length; length++) {
    const places = beam_size - finished.length;
    const best = beam.flatMap(({ log_p, token, decoder, at }) => {
      const next_log_p = log_softmax(model.unembed(decoder.step(token)));
      return topk(next_log_p, places + PRUNED).map((token) =>
        ({ token, decoder, parent: at, log_p: log_p + next_log_p[token] }));
    }).sort((a, b) => b.log_p - a.log_p).slice(0, places + PRUNED);
    rounds.push(best.map(({ parent, token, log_p }, i) => {
      const fate = i >= places ? "pruned" : token === subwords.eos_id ? "finished" : "kept";
      const node = { parent, label: name_of(token), log_p: rounded(log_p), fate };
      if (fate === "finished") finished.push({ node, score: log_p / ((5 + length) / 6) ** LENGTH_PENALTY });
      return node;
    }));
    beam = best.slice(0, places).map((one, at) => ({ ...one, at })).filter(({ token }) => token !== subwords.eos_id)
      .map((one) => ({ ...one, decoder: one.decoder.copy() }));
  }
  if (finished.length) finished.reduce((a, b) => (b.score > a.score ? b : a)).node.fate = "best";
  return rounds;
}

// Where the nodes of a tree stand, as course/views/beam.py places them: a parent amid its children.
function laid_out(rounds) {
  const heights = rounds.map((nodes) => nodes.map(() => 0));
  let leaves = 0;
  function place(n, i) {
    const below = (rounds[n + 1] ?? []).flatMap((node, j) => (node.parent === i ? [j] : []));
    heights[n][i] = below.length ? below.map((j) => place(n + 1, j)).reduce((a, b) => a + b) / below.length : leaves++;
    return heights[n][i];
  }
  rounds[0].forEach((_, i) => place(0, i));
  const best = [];
  rounds.forEach((nodes, n) => nodes.forEach((node, i) => {
    if (node.fate === "best") for (let m = n, at = i; at !== null; at = rounds[m--][at].parent) best.push([m, at]);
  }));
  return { rounds, heights, leaves, best };
}

// ------------------------------------------------------------------------------------- the frames that ask for it
const answers = {
  box: { on: ["sentence"], answer(view) {
    try {
      const result = follow(view.get("sentence"));
      if (view.get("error")) view.set("error", "");
      view.set("result", result);
    } catch (error) { view.set("error", error.message); }
  } },
  switches: { on: ["off", "edits"], answer(view) {
    const asked = { off: view.get("off"), edits: view.get("edits") };
    try {
      view.set("result", { ...asked, ...intervene(view.get("data").sentence, asked.off, asked.edits) });
    } catch (error) { view.set("result", { ...asked, error: error.message }); }
  } },
};

function connect(frame) {
  const { on, answer } = answers[frame.document.documentElement.dataset.view];
  on.forEach((trait) => frame.model.on(`change:${trait}`, () => setTimeout(() => answer(frame.model))));
  frame.document.documentElement.dataset.alive = "yes";
}
const waiting = window.courseViews ?? [];
window.courseViews = { push: connect };
waiting.forEach(connect);

// Below a stored tree: the same view once more, for a sentence that the reader types.
function own_beam(place) {
  const stored = place.parentElement.querySelector("iframe").getAttribute("srcdoc");
  const make = (tag, props, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };
  const { title } = place.dataset;
  const input = make("input", { type: "text", value: "The black cat sleeps.", maxLength: MOST_LETTERS, size: 34 });
  input.setAttribute("aria-label", say("sentence to translate"));
  const sizes = make("select", {}, ...[1, 2, 3, 4].map((n) =>
    make("option", { value: n, selected: n === 2 }, say("beam of {n}", { n }))));
  sizes.setAttribute("aria-label", say("size of the beam"));
  const trouble = make("p", { hidden: true });
  trouble.setAttribute("role", "alert");
  const holder = make("div", {});
  const form = make("form", { onsubmit(event) { event.preventDefault(); draw(); } }, input, " ", sizes, " ",
    make("button", { type: "submit" }, say("Draw the beam")));
  function draw() {
    let rounds;
    try {
      rounds = rounds_of(input.value, Number(sizes.value));
      trouble.hidden = true;
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
      return;
    }
    const label = say("{sentence} A beam of {n}, round by round, α = {penalty}.",
      { sentence: input.value.trim(), n: sizes.value, penalty: LENGTH_PENALTY });
    const state = JSON.stringify({ data: laid_out(rounds), guess: [], kernel: false, label, predict: false, step: 1 });
    const frame = make("iframe", { title: label });
    frame.style.cssText = "width: 100%; height: 560px; border: 0";
    frame.srcdoc = stored.replace(/(id="state">)[^]*?(<\/script>)/, (_, before, after) =>
      before + state.replaceAll("<", "\\u003c") + after);
    holder.replaceChildren(make("div", {}, frame));
  }
  sizes.addEventListener("change", draw);
  place.append(make("p", {}, make("strong", {}, title)), form, trouble, holder);
  draw();
}
document.querySelectorAll(".own-beam").forEach(own_beam);
window.courseAnswers = { follow, intervene, rounds_of, laid_out, model, subwords };
})();
