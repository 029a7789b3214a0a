import { HEADS, blue, choice, frame, grid, guessing, h, number, s, say, speak } from "./base.js";

const GAP = 64;

function render({ model, el }) {
  speak(model);
  const { kinds } = model.get("data");
  const view = frame(el, model, say("Choose a head among the thumbnails, by a click or with the arrow keys. In the " +
    "large table point at a cell or move to it with the arrow keys: the lines of its row are drawn. Rows are " +
    "queries."));
  if (kinds.length > 1) {
    view.controls.append(choice(say("Attention"), kinds.map((kind) => kind.name), model.get("kind"), (i) => {
      model.set("layer", 0);
      model.set("head", 0);
      model.set("query", 0);
      view.set("kind", i);
    }));
  }
  const thumbs = h("div", { class: "secret", role: "group", "aria-label": say("heads") });
  const large = h("figure", {}), lines = h("div", { class: "secret scroll" });
  view.body.append(thumbs, large, lines);
  const now = () => kinds[model.get("kind")];
  const colour = () => (now().weights[0].length > HEADS.length ? HEADS[0] : HEADS[model.get("head")]);
  let buttons, g, picking = false, undo = () => {};

  function thumbnails() {
    const { weights, queries, keys } = now();
    const pixel = Math.max(1, Math.floor(64 / Math.max(queries.length, keys.length)));
    buttons = weights.map((layer, l) => layer.map((matrix, n) => {
      const canvas = h("canvas", { width: keys.length * pixel, height: queries.length * pixel, "aria-hidden": "true" });
      const pen = canvas.getContext("2d");
      matrix.forEach((row, i) => row.forEach((x, j) => {
        pen.fillStyle = blue(x);
        pen.fillRect(j * pixel, i * pixel, pixel, pixel);
      }));
      return h("button", { type: "button", tabindex: -1, "aria-label": say("layer {l}, head {n}", { l, n }),
        style: "padding: 4px; line-height: 1.1", onclick: () => pick(l, n) }, canvas, h("div", {}, `${n}`));
    }));
    const style = "display: flex; gap: 4px; align-items: center; flex-wrap: wrap; margin-bottom: 4px";
    thumbs.replaceChildren(...buttons.map((row, l) => h("div", { style },
      buttons.length > 1 ? say("layer {l}", { l }) : say("head"), ...row)));
  }
  thumbs.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const l = Math.min(Math.max(model.get("layer") + way[0], 0), buttons.length - 1);
    const n = Math.min(Math.max(model.get("head") + way[1], 0), buttons[0].length - 1);
    pick(l, n);
    buttons[l][n].focus();
  });
  function pick(l, n) {
    picking = true;                             // two changes, one drawing
    model.set("layer", l);
    picking = false;
    if (model.get("head") === n) draw();
    view.set("head", n);
    view.tell(say("layer {l}, head {n}. {told}", { l, n, told: told(model.get("query")) }));
  }
  function told(i) {
    const row = matrix()[i], { queries, keys } = now();
    const best = row.indexOf(Math.max(...row));
    return g.hidden ? "" : say("“{query}” attends most to “{key}” ({weight}).", { query: queries[i],
      key: keys[best], weight: number(row[best]) });
  }
  const small = () => Math.max(now().queries.length, now().keys.length) > 12;
  const matrix = () => now().weights[model.get("layer")][model.get("head")];

  function arcs() {
    const { queries, keys } = now(), i = model.get("query"), row = matrix()[i];
    const same = JSON.stringify(queries) === JSON.stringify(keys);
    const x = (n) => (n + 0.5) * GAP;
    const wide = GAP * Math.max(queries.length, keys.length), high = same ? Math.min(160, 30 + 16 * keys.length) : 150;
    const word = (text, n, y, bold) => s("text", { x: x(n), y, "text-anchor": "middle",
      "font-weight": bold ? 700 : 400 }, text.length > 9 ? `${text.slice(0, 8)}…` : text);
    const path = (j) => (same ?
      `M${x(i)} ${high - 22}${i === j ? `c-22 -34 22 -34 0 0` :
        `Q${(x(i) + x(j)) / 2} ${high - 22 - 26 * Math.abs(i - j) - 10} ${x(j)} ${high - 22}`}` :
      `M${x(i)} 20C${x(i)} 80 ${x(j)} 70 ${x(j)} ${high - 20}`);
    const top = same ? Math.min(0, high - 45 - 13 * Math.max(i, keys.length - 1 - i)) : 0;
    lines.replaceChildren(s("svg", { viewBox: `0 ${top} ${wide} ${high - top}`, width: wide, role: "img",
      "aria-label": say("lines from {query}: {told}", { query: queries[i], told: told(i) }) },
    ...row.map((w, j) => s("path", { d: path(j), fill: "none", stroke: colour(), "stroke-width": 0.5 + 7 * w,
      opacity: w < 0.005 ? 0 : 0.25 + 0.75 * w, "data-weight": w })),
    ...(same ? [] : queries.map((text, n) => word(text, n, 14, n === i))),
    ...keys.map((text, n) => word(text, n, high - 4, same && n === i))));
  }

  function draw() {
    if (picking) return;
    buttons.forEach((row, l) => row.forEach((node, n) => {
      const on = l === model.get("layer") && n === model.get("head");
      node.setAttribute("aria-pressed", on);
      node.tabIndex = on ? 0 : -1;
    }));
    g.draw(matrix(), small() ? { text: (i, j) => number(matrix()[i][j]).replace(/^0/, "") } : {});
    large.querySelector("figcaption").textContent = say("layer {l}, head {n}", { l: model.get("layer"),
      n: model.get("head") });
    arcs();
  }

  function build() {
    const { queries, keys, name } = now();
    undo();
    thumbnails();
    g = grid({ label: say("weights, {name}", { name }), rows: queries, columns: keys, digits: 2, point(i, j, aloud) {
      if (model.get("query") !== i) view.set("query", i);
      g.light([[i, j]]);
      view.tell(say("{query} gives {key} the weight {weight}. {told}", { query: queries[i], key: keys[j],
        weight: number(matrix()[i][j]), told: told(i) }), aloud);
    } });
    if (small()) g.table.classList.add("small", "tiny");
    large.replaceChildren(h("figcaption", {}), g.node);
    draw();
    undo = guessing(view, g);
    if (!g.hidden) view.tell(say("{name}, layer {l}, head {n}. {told}", { name, l: model.get("layer"),
      n: model.get("head"), told: told(model.get("query")) }), false);
  }
  model.on("change:kind", build);
  model.on("change:query", arcs);
  model.on("change:head", draw);
  model.on("change:layer", draw);
  build();
}

export default { render };
