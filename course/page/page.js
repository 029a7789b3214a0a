// ------------------------------------------------------------------------------------------------ the page around it
import { Subwords } from "./tokens.js";
import { sum, topk } from "./torch.js";
import { Transformer, beam_search, follow, translate } from "./transformer.js";

const CANDIDATES = 5, LENGTH_PENALTY = 0.6;
const file = JSON.parse(document.getElementById("model").textContent);
const model = new Transformer(file), max_len = Math.min(60, model.positions.length);
const subwords = new Subwords(file.subwords), { about, words } = file;
// The sentences of the page in its language; in English they stand in the code. Facts go to the places in braces.
const say = (text, facts = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => facts[name] ?? place);
const $ = (id) => document.getElementById(id);
const percent = (p) => (p > 0.9995 ? "100 %" : p < 0.0005 ? "0 %" : `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`);
const name_of = (id) => subwords.vocabulary[id].replace("▁", "␣");

function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// From white to dark blue as in the course's figures, and black or white on it, whichever stands out more.
function shade(x) {
  const stops = [[247, 251, 255], [107, 174, 214], [8, 48, 107]];
  const place = Math.min(Math.max(x, 0), 1) * 2, i = Math.min(Math.floor(place), 1);
  const rgb = stops[i].map((from, n) => Math.round(from + (place - i) * (stops[i + 1][n] - from)));
  const light = rgb.reduce((sum, n, i) => sum + [0.2126, 0.7152, 0.0722][i] * (n / 255) ** 2.2, 0);
  return `background: rgb(${rgb}); color: ${light > 0.18 ? "#000" : "#fff"}`;
}

// What is shown: the source's tokens, the steps of one translation, and with a beam what else was found.
let source = [], steps = [], hypotheses = [], chosen = 0, shown = "", announcing;
const beam_size = () => Number(document.querySelector("input[name=search]:checked").value);
const written = (ids = steps.map((step) => step.token)) => subwords.decode(ids);

function ask() {
  const sentence = $("sentence").value.trim();
  $("trouble").hidden = true;
  try {
    source = sentence ? [...subwords.encode(sentence), subwords.eos_id] : [];
    const ends = [subwords.bos_id, subwords.eos_id];
    hypotheses = sentence && beam_size() > 1 ? beam_search(
      model, source, ...ends, beam_size(), LENGTH_PENALTY, max_len) : [];
    const ids = hypotheses[0]?.ids ?? null;
    steps = sentence ? [...follow(model, source, ...ends, max_len, ids)] : [];
  } catch (error) {
    const facts = { end: source.length, max_len: model.positions.length };
    const why = facts.end <= facts.max_len ? error.message :
      say("the sentence has {end} tokens, but this model knows positions only up to max_len = {max_len}", facts);
    [source, steps, hypotheses] = [[], [], []];
    $("trouble").textContent = say("This sentence cannot be translated: {why}.", { why });
    $("trouble").hidden = false;
  }
  choose_hypothesis(hypotheses[0], false);
}

function choose_hypothesis(hypothesis, anew = true) {
  if (anew) steps = [...follow(model, source, subwords.bos_id, subwords.eos_id, max_len, hypothesis.ids)];
  $("working").hidden = !steps.length;
  draw_translation();
  draw_hypotheses(hypothesis);
  draw_tokens();
  draw_grid();
  choose(0);
  clearTimeout(announcing);          // a screen reader hears the translation when typing has paused
  announcing = setTimeout(() => { $("said").textContent = written(); }, 700);
}

// The part that has not changed stays; the rest comes token by token.
function draw_translation() {
  const ids = steps.map((step) => step.token), texts = ids.map((_, n) =>
    written(ids.slice(0, n + 1)).slice(written(ids.slice(0, n)).length));
  const text = texts.join("");
  let same = 0;
  while (same < text.length && text[same] === shown[same]) same++;
  let length = 0, fresh = 0;
  $("translation").replaceChildren(...texts.map((part) => {
    length += part.length;
    return length > same ? h("span", { style: `--n: ${fresh++}` }, part) : part;
  }));
  shown = text;
}

function draw_hypotheses(current) {
  $("found").hidden = !hypotheses.length;
  $("hypotheses").replaceChildren(...hypotheses.map((one) => h("li", {}, h("button", {
    type: "button", "aria-pressed": String(one === current), onclick: () => {
      choose_hypothesis(one);
      $("hypotheses").querySelector("[aria-pressed=true]").focus();
    },
  }, h("span", { lang: about.target_code }, written(one.ids) || say("(nothing)")),
  h("span", { class: "number" }, say("score {score}", { score: one.score.toFixed(2).replace("-", "−") }))))));
}

function draw_tokens() {
  $("tokens").replaceChildren(...steps.map((step, n) => h("button", { type: "button", onclick: () => choose(n) },
    h("span", {}, name_of(step.token)), h("small", {}, percent(step.probabilities[step.token])))));
}

function draw_grid() {
  const head = source.map((id) => h("th", { scope: "col" }, name_of(id)));
  $("grid").replaceChildren(
    h("caption", { class: "unseen" },
      say("Cross-attention: a row for each token written, a column for each token read")),
    h("thead", {}, h("tr", {}, h("td", {}), ...head)),
    h("tbody", {}, ...steps.map((step) => h("tr", {}, h("th", { scope: "row" }, name_of(step.token)),
      ...step.row.map((weight) => h("td", { style: shade(weight) }, weight.toFixed(2)))))));
}

// One token: where the model looked when it chose it, and what it could have chosen.
function choose(n) {
  chosen = Math.min(Math.max(n, 0), steps.length - 1);
  if (chosen < 0) return;
  const step = steps[chosen], name = name_of(step.token);
  [...$("tokens").children].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(i === chosen));
    button.tabIndex = i === chosen ? 0 : -1;
  });
  [...$("grid").tBodies[0].rows].forEach((row, i) => row.classList.toggle("chosen", i === chosen));
  $("looks").textContent = say("When {name} was chosen, it looked at", { name });
  $("source-tokens").replaceChildren(...source.map((id, j) => h("span", { style: shade(step.row[j]) },
    h("b", {}, name_of(id)), h("small", {}, percent(step.row[j])))));
  $("choices").textContent = say("The {n} likeliest tokens in its place", { n: CANDIDATES });
  $("candidates").replaceChildren(...topk(step.probabilities, CANDIDATES).map((id) => {
    const p = step.probabilities[id];
    return h("li", id === step.token ? { class: "chosen" } : {}, h("b", {}, name_of(id)),
      h("span", { class: "track", "aria-hidden": "true" }, h("i", { style: `width: ${(100 * p).toFixed(1)}%` })),
      h("span", { class: "number" }, percent(p)));
  }));
}

const counted = sum(Object.values(file.weights).map(({ shape }) => shape.reduce((a, b) => a * b))).toLocaleString("en");
const bits = file.bits === 8 ? say("kept as whole numbers of 8 bits with one scale for each row") : say("kept as float32");
for (const [id, text] of Object.entries({
  "source-name": about.source, "target-name": about.target, "source-label": about.source, "target-label": about.target,
  size: say("{n} numbers", { n: counted }), trained: about.trained, score: about.score, licence: about.licence,
  "model-sizes": say("encoder and decoder of {n_layers} layers each, {n_heads} heads, vectors of {d_model} numbers, " +
    "{subwords} subwords; {counted} numbers, {bits}", { n_layers: model.n_layers, n_heads: model.n_heads,
    d_model: model.d_model, subwords: subwords.vocabulary.length.toLocaleString("en"), counted, bits }),
})) $(id).textContent = text;
$("sentence").lang = about.source_code;
for (const id of ["translation", "said", "tokens", "candidates"]) $(id).lang = about.target_code;
$("source-tokens").lang = about.source_code;
$("examples").append(...about.examples.map((text) => h("button", { type: "button", lang: about.source_code,
  onclick: () => { $("sentence").value = text; ask(); } }, text)));
$("sentence").addEventListener("input", ask);
$("search").addEventListener("change", ask);
$("tokens").addEventListener("keydown", (event) => {
  const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: steps.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose(to);
  $("tokens").children[chosen].focus();
});
$("sentence").value = about.examples[0] ?? "";
window.translator = { model, subwords, beam_search, follow,
  translate: (sentence, beam_size = 1) => translate(model, sentence, subwords, beam_size) };
ask();
document.documentElement.dataset.ready = "yes";
