import { button, choice, frame, grid, guessing, h, number, say, softmax, speak, tick } from "./base.js";

const STAGES = ["scores", "scale", "mask", "softmax", "mix"];
const titles = () => [say("scores"), say("scale"), say("mask"), say("softmax"), say("mix")];
const sentences = () => [
  say("Each query meets each key: one dot product for a cell."),
  say("Every score is divided by √d_k, so that it does not grow with the number of dimensions."),
  say("What the mask closes becomes −∞."),
  say("Each row becomes shares that add up to 1."),
  say("Each query gets a mix of the values, in the shares of its row."),
];

function render({ model, el }) {
  speak(model);
  const d = model.get("data");
  const view = frame(el, model, say("Choose a stage with the arrow keys on its name, or with Back and Next. " +
    "In the last table point at a cell, or tab into it and use the arrow keys, to see the sum behind the number."));
  const at = STAGES.indexOf(d.departs);
  const names = titles().map((name, i) => `${i + 1} ${name}${
    i === at ? " ≠" : d.yours && d.departs !== "weights" && (at < 0 || i < at) ? " ✓" : ""}`);
  const picker = choice(say("Stage"), names, model.get("stage"), (i) => view.set("stage", i));
  const back = button(say("Back"), () => view.set("stage", model.get("stage") - 1));
  const next = button(say("Next"), () => view.set("stage", model.get("stage") + 1));
  let mine = Boolean(d.yours && d.departs);
  const own = tick(say("my function's numbers"), mine, (x) => { mine = x; show(); });
  view.controls.append(picker, back, next);
  if (d.yours) view.controls.append(own);
  view.controls.after(h("p", { class: `note${d.departs || !d.yours ? "" : " well"}` }, d.verdict));

  const short = (x) => number(x, Number.isInteger(x) ? 0 : 2);
  const paren = (x) => (x < 0 ? `(${short(x)})` : short(x));
  const open = (i, j) => !d.mask || d.mask[i][j];
  const sum = (a, b) => a.map((x, n) => `${paren(x)}·${paren(b[n])}`).join(" + ");
  let last, done = () => {};

  function panel(caption, options, values, extra = {}) {
    const digits = values.flat().every(Number.isInteger) && options.kind ? 0 : 2;
    const g = grid({ label: caption, digits, ...options });
    g.draw(values, extra);
    g.figure = h("figure", {}, h("figcaption", {}, caption), g.node);
    return g;
  }

  const sums = [
    (i, j) => `${sum(d.q[i], d.k[j])} = ${short(d.scores[i][j])}`,
    (i, j) => `${short(d.scores[i][j])} / √${d.d_k} = ${number(d.scaled[i][j])}`,
    (i, j) => (open(i, j) ? say("may attend: {score} stays", { score: number(d.scaled[i][j]) }) :
      say("masked: −∞ instead of {score}", { score: number(d.scaled[i][j]) })),
    (i, j) => {
      const row = d.scaled[i].filter((_, n) => open(i, n));
      if (!row.length) return say("nothing is open in this row: no shares, all weights are 0");
      if (!open(i, j)) return say("e to the power of −∞ is 0");
      const top = Math.max(...row) > 9 ? Math.max(...row) : 0;      // the same shares, with smaller numbers
      const less = top ? `−${number(top)}` : "";
      return `e^(${number(d.scaled[i][j])}${less}) / (${row.map((x) => `e^(${number(x)}${less})`).join(" + ")}) = ` +
        `${number(Math.exp(d.scaled[i][j] - top), 3)} / ${
          number(row.reduce((a, x) => a + Math.exp(x - top), 0), 3)} = ${number(softmax(row)[
          d.scaled[i].slice(0, j).filter((_, n) => open(i, n)).length], 3)}`;
    },
    (i, j) => `${sum(d.weights[i], d.v.map((row) => row[j]))} = ${number(d.output[i][j])}`,
  ];

  // Each stage is drawn once and kept, the next one while the learner looks at this one.
  const made = {};
  const prepare = (stage) => { if (stage < 5) made[`${stage} ${mine}`] ??= drawn(stage); };
  const whenIdle = window.requestIdleCallback ?? ((then) => setTimeout(then, 50));
  function show() {
    const stage = model.get("stage");
    picker.set(stage);
    back.disabled = stage === 0;
    next.disabled = stage === 4;
    own.hidden = stage < 3;
    prepare(stage);
    const grids = made[`${stage} ${mine}`];
    view.body.replaceChildren(...grids.map((g) => g.figure));
    last = grids.at(-1);
    last.hidden = false;
    last.draw();
    grids.forEach((g) => g.light([]));
    const told = { stage: titles()[stage], sentence: sentences()[stage] };
    view.tell(stage === 2 && !d.mask ? say("{stage}: {sentence} There is no mask here.", told) :
      say("{stage}: {sentence}", told));
    done();
    done = stage === 3 ? guessing(view, last) : () => {};
    whenIdle(() => prepare(stage + 1));
  }

  function drawn(stage) {
    const dims = d.q[0].map((_, n) => `${n + 1}`);
    const table = { rows: d.queries, columns: d.keys, corner: "" };
    const scores = { ...table, kind: "score", still: true };
    const masked = d.mask ? { mask: d.mask } : {};
    const before = [
      () => [panel(say("Q, a row for each query"), { rows: d.queries, columns: dims, kind: "score", still: true }, d.q),
        panel(say("K, a row for each key"), { rows: d.keys, columns: dims, kind: "score", still: true }, d.k)],
      () => [panel(say("scores"), scores, d.scores)],
      () => [panel(say("scaled scores"), scores, d.scaled)],
      () => [panel(say("scores under the mask"), scores, d.scaled, masked)],
      () => [panel(say("weights"), { ...table, still: true }, d.weights, masked),
        panel(say("V, a row for each key"), { rows: d.keys, columns: d.features, kind: "score", still: true }, d.v)],
    ][stage]();
    const name = ["scores", "scaled", "scaled", "weights", "output"][stage];
    const reference = d[name];
    const yours = mine && stage >= 3 ? d.yours?.[name] : null;
    const marks = {};
    if (yours) {
      reference.forEach((row, i) => row.forEach((x, j) => {
        if (!(Math.abs(yours[i][j] - x) < 2e-4)) marks[`${i},${j}`] = "off";
      }));
    }
    const light = (i, j) => [
      () => { before[0].light(dims.map((_, n) => [i, n])); before[1].light(dims.map((_, n) => [j, n])); },
      () => before[0].light([[i, j]]), () => before[0].light([[i, j]]),
      () => before[0].light(d.keys.map((_, n) => [i, n])),
      () => { before[0].light(d.keys.map((_, n) => [i, n])); before[1].light(d.keys.map((_, n) => [n, j])); },
    ][stage]();
    const columns = stage === 4 ? d.features : d.keys;
    const caption = [say("scores = Q·Kᵀ"), say("scores / √{d_k}", { d_k: d.d_k }), say("masked"), say("weights"),
      say("output")][stage];
    const after = panel(yours ? say("{caption}, as your function gives them", { caption }) : caption, {
      rows: d.queries, columns, kind: stage === 3 ? "weight" : "score",
      point(i, j, aloud) {
        light(i, j);
        const told = say("{row}, {column}: {what}", { row: d.queries[i], column: columns[j], what: sums[stage](i, j) });
        view.tell(yours && marks[`${i},${j}`] ? say("{told}\nYours: {number}.", { told,
          number: number(yours[i][j] ?? NaN, 3) }) : told, aloud);
      },
    }, (yours ?? reference).map((row) => row.map((x) => x ?? NaN)),
    { marks, ...(stage === 2 || stage === 3 ? masked : {}) });
    return [...before, after];
  }
  model.on("change:stage", show);
  show();
}

export default { render };
