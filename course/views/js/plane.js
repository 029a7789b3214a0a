import { HEADS, dot, frame, grid, guessing, h, listed, number, s, say, softmax, speak, tick } from "./base.js";

const SIZE = 300, EDGE = 4, STEP = 0.25;
const px = (x) => SIZE / 2 + (x * SIZE) / (2 * EDGE);
const py = (y) => SIZE / 2 - (y * SIZE) / (2 * EDGE);
const pair = ([x, y]) => `${number(x)}, ${number(y)}`;

function plane(label) {
  const lines = [-3, -2, -1, 1, 2, 3].flatMap((n) => [
    s("line", { x1: px(n), x2: px(n), y1: 0, y2: SIZE, stroke: "currentColor", opacity: 0.12 }),
    s("line", { y1: py(n), y2: py(n), x1: 0, x2: SIZE, stroke: "currentColor", opacity: 0.12 })]);
  return s("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, role: "group", "aria-label": label },
    s("rect", { width: SIZE, height: SIZE, fill: "none", stroke: "currentColor", opacity: 0.4 }), ...lines,
    s("path", { d: `M0 ${py(0)}H${SIZE}M${px(0)} 0V${SIZE}`, stroke: "currentColor", opacity: 0.5 }));
}

function render({ model, el }) {
  speak(model);
  const { words, values } = model.get("data");
  const view = frame(el, model, say("Drag the tip of an arrow. With the keyboard: tab to a tip and move it with the " +
    "arrow keys, in steps of 0.25, with Shift in steps of 1."));
  view.controls.append(tick(say("divide by √2"), model.get("scale"), (x) => view.set("scale", x)));
  const left = plane(say("queries and keys")), right = plane(say("values and their mix"));
  const colour = (i) => (i < 0 ? "var(--ink)" : HEADS[i % HEADS.length]);
  const at = (i) => (i < 0 ? model.get("query") : model.get("places")[i]);
  const name = (i) => (i < 0 ? say("query") : say("key of {word}", { word: words[i] }));

  function place(i, x, y, aloud) {
    const round = (n) => Math.max(-EDGE, Math.min(EDGE, Math.round(n / 0.05) * 0.05));
    const to = [round(x), round(y)].map((n) => Number(n.toFixed(2)));
    if (i < 0) view.set("query", to);
    else view.set("places", model.get("places").map((key, n) => (n === i ? to : key)));
    if (aloud) view.tell(summary(i));
  }

  const tips = [...words.keys(), -1].map((i) => {
    const line = s("line", { x1: px(0), y1: py(0), stroke: colour(i), "stroke-width": i < 0 ? 4 : 2.5 });
    const text = s("text", { "text-anchor": "middle", "aria-hidden": "true" }, i < 0 ? "q" : words[i]);
    const tip = s("circle", { r: 9, fill: colour(i), tabindex: 0, role: "slider", "aria-label": name(i),
      "aria-valuemin": -EDGE, "aria-valuemax": EDGE, style: "cursor: grab; touch-action: none" });
    tip.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      const step = event.shiftKey ? 1 : STEP;
      place(i, at(i)[0] + way[0] * step, at(i)[1] + way[1] * step, true);
      event.preventDefault();
      event.stopPropagation();
    });
    tip.addEventListener("pointerdown", (event) => { tip.setPointerCapture(event.pointerId); tip.focus(); });
    tip.addEventListener("pointermove", (event) => {
      if (!tip.hasPointerCapture(event.pointerId)) return;
      const box = left.getBoundingClientRect();
      place(i, ((event.clientX - box.left) / box.width - 0.5) * 2 * EDGE,
        (0.5 - (event.clientY - box.top) / box.height) * 2 * EDGE, false);
    });
    tip.addEventListener("pointerup", () => view.tell(summary(i)));
    tip.addEventListener("focus", () => view.tell(summary(i), false));
    left.append(line, text, tip);
    return { i, line, text, tip };
  });

  const dots = words.map((word, i) => {
    const [x, y] = values[i];
    right.append(s("text", { x: px(x), y: py(y) - 14, "text-anchor": "middle" }, word));
    return right.appendChild(s("circle", { cx: px(x), cy: py(y), fill: colour(i), class: "secret" }));
  });
  const mixed = right.appendChild(s("path", { d: "M-9 0H9M0 -9V9", stroke: "var(--ink)", "stroke-width": 3,
    class: "secret" }));
  const told = (g, what) => (i, j, aloud) => view.tell(say("{word}: {what}", { word: words[j], what: what(j) }), aloud);
  const scores = grid({ label: say("dot products"), rows: ["q·k"], columns: words, kind: "score" });
  const weights = grid({ label: say("weights"), rows: [say("weight")], columns: words });
  const q = () => model.get("query"), k = (j) => model.get("places")[j];
  scores.point = told(scores, (j) => `${number(q()[0])}·${number(k(j)[0])} + ${number(q()[1])}·${number(k(j)[1])} = ${
    number(dot(q(), k(j)))}`);
  weights.point = told(weights, (j) => say("weight {weight}, dot product {product}", {
    weight: number(weights.values[0][j], 3), product: number(dot(q(), k(j))) }));
  const out = h("p", { class: "secret" });
  const yours = h("p", { class: "note" });
  const figure = (caption, node) => h("figure", {}, h("figcaption", {}, caption), node);
  view.body.append(figure(say("query and keys"), left), figure(say("values; the cross is what the query gets"), right),
    h("div", {}, scores.node, weights.node, out, yours));

  function mix() {
    const row = model.get("places").map((key) => dot(q(), key));
    const shares = softmax(row.map((x) => (model.get("scale") ? x / Math.SQRT2 : x)));
    return { row, shares, out: [0, 1].map((n) => dot(shares, values.map((value) => value[n]))) };
  }
  function summary(i) {
    const { shares, row } = mix();
    const best = shares.indexOf(Math.max(...shares));
    const facts = { name: name(i), place: pair(at(i)), product: number(row[Math.max(i, 0)]) };
    const where = i < 0 ? say("{name} at {place}.", facts) : say("{name} at {place}, dot product {product}.", facts);
    return weights.hidden ? where : say("{where} The largest weight is that of {word}, {weight}.",
      { where, word: words[best], weight: number(shares[best]) });
  }
  function draw() {
    for (const { i, line, text, tip } of tips) {
      const [x, y] = at(i), far = Math.hypot(x, y) || 1;
      line.setAttribute("x2", px(x));
      line.setAttribute("y2", py(y));
      tip.setAttribute("cx", px(x));
      tip.setAttribute("cy", py(y));
      tip.setAttribute("aria-valuenow", x);
      tip.setAttribute("aria-valuetext", `x ${number(x)}, y ${number(y)}`);
      text.setAttribute("x", px(x) + (22 * x) / far);
      text.setAttribute("y", py(y) - (18 * y) / far + 4);
    }
    const { row, shares, out: value } = mix();
    scores.draw([row], { limit: 8 });
    weights.draw([shares]);
    dots.forEach((circle, i) => circle.setAttribute("r", 3 + 14 * Math.sqrt(shares[i])));
    mixed.setAttribute("transform", `translate(${px(value[0])} ${py(value[1])})`);
    out.textContent = say("mixed value: {value}", { value: pair(value) });
    const answer = model.get("yours");
    const current = answer?.text && model.get("scale") && [answer.query, answer.places].every(
      (list, n) => JSON.stringify(list) === JSON.stringify(model.get(["query", "places"][n])));
    yours.hidden = !current;
    if (current) {
      yours.textContent = answer.weights && answer.departs ? say("{verdict} It gives {weights}.", {
        verdict: answer.text, weights: listed(answer.weights.map((x) => number(x))) }) : answer.text;
      yours.classList.toggle("well", !answer.departs && Boolean(answer.weights));
    }
  }
  guessing(view, weights);
  for (const trait of ["query", "places", "scale", "yours"]) model.on(`change:${trait}`, draw);
  draw();
  if (!weights.hidden) view.tell(summary(-1), false);
}

export default { render };
