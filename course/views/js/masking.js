import { button, frame, grid, guessing, h, listed, number, say, softmax, speak } from "./base.js";

function render({ model, el }) {
  speak(model);
  const { queries, keys, scores, pad } = model.get("data");
  const view = frame(el, model, say("Click a cell of the mask, or move to it with the arrow keys and press Space, to " +
    "open or close it. Point at a weight to see what it is a share of. Rows are queries, columns are keys."));
  const now = () => model.get("mask");
  const preset = (name, open) => button(name, () => view.set("mask",
    queries.map((_, i) => keys.map((_, j) => open(i, j)))));
  view.controls.append(preset(say("All open"), () => true), preset(say("Causal"), (i, j) => j <= i));
  if (pad.length) {
    view.controls.append(preset(say("Padding"), (i, j) => !pad.includes(j)),
      preset(say("Causal and padding"), (i, j) => j <= i && !pad.includes(j)));
  }
  const at = (i, j, facts = {}) => ({ query: queries[i], key: keys[j], ...facts });
  const mask = grid({ label: say("mask"), rows: queries, columns: keys, kind: "plain",
    press: (i, j) => view.set("mask", now().map((row, m) => row.map((x, n) => (m === i && n === j ? !x : x)))),
    point: (i, j, aloud) => view.tell(now()[i][j] ? say("{query} may attend to {key}.", at(i, j)) :
      say("{query} may not attend to {key}.", at(i, j)), aloud) });
  const weights = grid({ label: say("weights"), rows: queries, columns: keys, point(i, j, aloud) {
    const open = keys.map((_, n) => n).filter((n) => now()[i][n]);
    view.tell(!open.length ? empty([i]) : now()[i][j] ? say("{row}, {column}: {what}", { row: queries[i],
      column: keys[j], what: `e^(${number(scores[i][j])}) / (${open.map((n) => `e^(${number(scores[i][n])})`)
        .join(" + ")}) = ${number(weights.values[i][j], 3)}` }) :
      say("{query}, {key}: closed, so its score counts as −∞ and its share is 0", at(i, j)), aloud);
  } });
  const empty = (rows) => say("{queries} may attend to nothing: there is no share to give, so all weights are 0, and " +
    "so is the output. A bare softmax over −∞ would say 0/0 = NaN.", { queries: listed(rows.map((i) =>
    queries[i])) });
  const hollow = h("p", { class: "note" });
  const yours = h("p", { class: "note" });
  const figure = (caption, g) => h("figure", {}, h("figcaption", {}, caption), g.node);
  view.body.append(figure(say("mask: 1 may attend, 0 may not"), mask), figure(say("weights"), weights));
  view.body.after(hollow, yours);

  function draw(aloud = true) {
    const open = now();
    mask.draw(open.map((row) => row.map(Number)), { mask: open, text: (i, j) => (open[i][j] ? "1" : "0"),
      name: (i, j) => (open[i][j] ? say("open") : say("closed")) });
    const values = scores.map((row, i) => softmax(row, open[i]));
    const answer = model.get("yours");
    const current = answer?.text && JSON.stringify(answer.mask) === JSON.stringify(open);
    const marks = {};
    if (current && answer.weights && answer.departs) {
      values.forEach((row, i) => row.forEach((x, j) => {
        if (!(Math.abs(answer.weights[i][j] - x) < 2e-4)) marks[`${i},${j}`] = "off";
      }));
    }
    weights.draw(values, { mask: open, marks });
    const none = open.map((row, i) => (row.some(Boolean) ? -1 : i)).filter((i) => i >= 0);
    hollow.hidden = !none.length;
    hollow.textContent = none.length ? empty(none) : "";
    yours.hidden = !current;
    if (current) {
      yours.textContent = Object.keys(marks).length ?
        say("{verdict} Its weights differ in the framed cells.", { verdict: answer.text }) : answer.text;
      yours.classList.toggle("well", !answer.departs && Boolean(answer.weights));
    }
    const closed = open.flat().filter((x) => !x).length;
    view.tell(none.length ? empty(none) : say("{closed} of {all} cells are closed; every row adds up to 1.",
      { closed, all: queries.length * keys.length }), aloud);
  }
  draw(false);
  guessing(view, weights);
  model.on("change:mask", () => draw());
  model.on("change:yours", () => draw(false));
}

export default { render };
