import { button, frame, grid, guessing, h, number, say, slider, speak } from "./base.js";

function render({ model, el }) {
  speak(model);
  const { sentence, heads, before, single } = model.get("data");
  const live = model.get("kernel"), names = Object.keys(heads), cross = Object.keys(before.weights);
  const view = frame(el, model, say("Move in the table of heads with the arrow keys and press Space, or click, to " +
    "switch a head off or on. In the table of weights choose a cell, then set its weight with the slider: the rest " +
    "of the row shares what is left. The row of a token is the one that predicts it."));
  const most = Math.max(...Object.values(heads));
  const is = (name, n) => model.get("off").some(([other, head]) => other === name && head === n);
  const short = (name) => name.replace("layers.", "").replace("_attention", "").replace(/\./g, " ");
  const switches = grid({ label: say("heads"), rows: names.map(short), columns: [...Array(most).keys()].map(String),
    kind: "plain",
    point(i, n, aloud) {
      const facts = { name: short(names[i]), n, text: single[names[i]][n] };
      view.tell(n >= heads[names[i]] ? say("There is no such head.") : is(names[i], n) ?
        say("{name}, head {n} is off. Without it alone: {text}", facts) :
        say("{name}, head {n} is on. Without it alone: {text}", facts), aloud);
    },
    press(i, n) {
      if (n >= heads[names[i]]) return;
      const rest = model.get("off").filter(([other, head]) => other !== names[i] || head !== n);
      view.set("off", is(names[i], n) ? rest : [...(live ? rest : []), [names[i], n]]);
    } });

  let picked = [0, 0], name = cross[cross.length - 1], head = 0;
  const edit = () => model.get("edits").find((e) => e[0] === name && e[1] === head && e[2] === picked[0] &&
    e[3] === picked[1]);
  const weight = slider(say("weight"), { min: 0, max: 1, step: 0.05, value: 0, text: (x) => number(x), change(x) {
    const rest = model.get("edits").filter((e) => e[0] !== name || e[1] !== head || e[2] !== picked[0]);
    view.set("edits", [...rest, [name, head, ...picked, x]]);
  } });
  weight.input.disabled = !live;
  const pick = h("select", { "aria-label": say("head whose weights are shown"), onchange() {
    [name, head] = [cross[Math.floor(pick.value / most)], pick.value % most];
    drawWeights();
  } }, ...cross.flatMap((other, c) => before.weights[other].map((_, n) => h("option", { value: c * most + n },
    say("{name}, head {n}", { name: short(other), n })))));
  pick.value = (cross.length - 1) * most;
  const weights = grid({ label: say("weights of the head"), rows: before.tokens, columns: before.source,
    press: (i, j) => choose(i, j, true), point: (i, j, aloud) => choose(i, j, aloud) });
  const reset = button(say("As it was"), () => {
    model.set("edits", []);
    view.set("off", []);
    view.tell(say("Everything as it was: {text}", { text: before.translation }));
  });
  view.controls.append(reset);
  if (!live) view.controls.append(say("Without the kernel: one head off at a time, and no edited weights."));
  const first = h("p", {}, `${sentence} → `, h("strong", { lang: "es" }, before.translation));
  const after = h("p", { class: "note" });
  view.body.before(first, after);
  view.body.append(h("figure", {}, h("figcaption", {}, say("heads: 1 on, 0 off")), switches.node),
    h("figure", {}, h("figcaption", {}, say("weights before: "), pick), weights.node, h("p", {}, weight)));

  function choose(i, j, aloud) {
    if (aloud) {
      picked = [i, j];
      weight.set(edit()?.[4] ?? weights.values[i][j]);
      weights.light([picked]);
    }
    const facts = { token: before.tokens[i], word: before.source[j],
      weight: number(before.weights[name][head][i][j]), edited: edit() && number(edit()[4]) };
    view.tell(edit() && aloud ? say("{token} gives {word} the weight {weight}; edited: {edited}.", facts) :
      say("{token} gives {word} the weight {weight}.", facts), aloud);
  }
  function drawWeights() {
    const marks = Object.fromEntries(model.get("edits").filter((e) => e[0] === name && e[1] === head)
      .map((e) => [`${e[2]},${e[3]}`, "off"]));
    weights.draw(before.weights[name][head], { marks });
    weights.light([picked]);
  }
  function draw() {
    const off = model.get("off"), edits = model.get("edits"), result = model.get("result");
    switches.draw(names.map((other) => [...Array(most).keys()].map((n) => (n < heads[other] ? Number(!is(other, n)) :
      NaN))), { mask: names.map((other) => [...Array(most).keys()].map((n) => n < heads[other] && !is(other, n))),
      text: (i, n) => (n >= heads[names[i]] ? "" : is(names[i], n) ? "0" : "1"),
      name: (i, n) => (is(names[i], n) ? say("off") : say("on")) });
    drawWeights();
    const done = JSON.stringify([result.off, result.edits]) === JSON.stringify([off, edits]);
    const text = !off.length && !edits.length ? before.translation : done ? result.translation :
      !live && off.length === 1 ? single[off[0][0]][off[0][1]] : null;
    after.classList.toggle("well", text === before.translation);
    if (done && result.error) after.textContent = result.error;
    else if (text === null) after.textContent = say("Translating.");
    else {
      const was = before.translation.split(" ");
      after.replaceChildren(text === before.translation ? say("now the same: ") : say("now: "),
        ...text.split(" ").flatMap((word) =>
        [h(was.includes(word) ? "span" : "strong", { lang: "es" }, word), " "]));
      if (off.length || edits.length) view.tell(say("Heads off: {off}; weights edited: {edits}. {text}",
        { off: off.length, edits: edits.length, text }));
    }
  }
  for (const trait of ["off", "edits", "result"]) model.on(`change:${trait}`, draw);
  draw();
  guessing(view, weights);
}

export default { render };
