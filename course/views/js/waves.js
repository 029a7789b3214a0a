import { HEADS, dot, frame, grid, guessing, h, number, redBlue, s, say, slider, speak } from "./base.js";

const WIDE = 480, TALL = 90;

function render({ model, el }) {
  speak(model);
  const { sizes, length, encodings } = model.get("data");
  const view = frame(el, model, say("The sliders move with the arrow keys. The table shows the whole encoding, a row " +
    "for each position; below it one column as a wave, and the dot products of one position with all."));
  const E = () => encodings[model.get("size")];
  const where = slider(say("position"), { min: 0, max: length - 1, value: model.get("position"),
    change: (x) => view.set("position", x) });
  const which = slider(say("dimension"), { min: 0, max: sizes[model.get("size")] - 1, value: model.get("dimension"),
    change: (x) => view.set("dimension", x) });
  const size = slider("d_model", { min: 0, max: sizes.length - 1, value: model.get("size"), text: (i) => `${sizes[i]}`,
    change(i) {
      model.set("dimension", Math.min(model.get("dimension"), sizes[i] - 1));
      view.set("size", i);
    } });
  view.controls.append(where, which, size);
  const canvas = h("canvas", { role: "img", style: "max-width: 100%" });
  const chart = (secret) => s("svg", { viewBox: `-4 -8 ${WIDE + 8} ${TALL + 16}`, width: WIDE, role: "img",
    class: secret ? "secret" : "" });
  const wave = chart(false), alike = chart(true);
  const places = E().map((_, t) => `${t}`);
  const likeness = grid({ label: say("dot products with the position"), rows: [say("dot product")], columns: places,
    kind: "score", digits: 1, point: (_, t, aloud) => view.tell(say("position {p} · position {t} = {product}, {n} " +
      "apart", { p: model.get("position"), t, product: number(likeness.values[0][t]),
      n: Math.abs(t - model.get("position")) }), aloud) });
  likeness.table.classList.add("small");
  const captions = ["", "", ""].map(() => h("figcaption", {}));
  view.body.append(h("figure", {}, captions[0], canvas), h("div", {},
    h("figure", {}, captions[1], wave), h("figure", {}, captions[2], alike)), likeness.node);

  function plot(svg, values, at, low, high) {
    const x = (t) => (t * WIDE) / (length - 1);
    const y = (v) => TALL * (1 - (v - low) / (high - low || 1));
    svg.replaceChildren(
      s("path", { d: `M0 ${y(0)}H${WIDE}`, stroke: "currentColor", opacity: 0.5 }),
      s("path", { d: `M${values.map((v, t) => `${x(t)} ${y(v)}`).join("L")}`, fill: "none", stroke: HEADS[0],
        "stroke-width": 2 }),
      ...values.map((v, t) => s("circle", { cx: x(t), cy: y(v), r: t === at ? 7 : 3,
        fill: t === at ? HEADS[1] : HEADS[0] })));
  }
  function draw(aloud) {
    const p = model.get("position"), c = model.get("dimension"), d = sizes[model.get("size")];
    which.input.max = d - 1;
    which.set(c);
    where.set(p);
    const encoding = E(), side = Math.max(6, Math.min(18, Math.floor(420 / d)));
    canvas.width = d * side;
    canvas.height = length * 11;
    const pen = canvas.getContext("2d");
    encoding.forEach((row, t) => row.forEach((v, n) => {
      pen.fillStyle = redBlue(v, 1);
      pen.fillRect(n * side, t * 11, side - 1, 10);
    }));
    pen.lineWidth = 3;
    for (const [colour, inset] of [["#fff", 1.5], [HEADS[1], 1.5]]) {
      pen.strokeStyle = colour;
      pen.setLineDash(colour === "#fff" ? [] : [5, 3]);
      pen.strokeRect(inset, p * 11 + inset - 1, d * side - 2 * inset, 11);
      pen.strokeRect(c * side + inset - 1, inset, side, length * 11 - 2 * inset);
    }
    const column = encoding.map((row) => row[c]);
    const products = encoding.map((row) => dot(encoding[p], row));
    canvas.setAttribute("aria-label", say("encoding, {length} positions by {d} dimensions", { length, d }));
    wave.setAttribute("aria-label", say("dimension {c} at every position; {x} at position {p}", {
      c, x: number(column[p]), p }));
    alike.setAttribute("aria-label", say("dot products of position {p} with all positions; with itself {x}",
      { p, x: number(products[p]) }));
    plot(wave, column, p, -1, 1);
    plot(alike, products, p, Math.min(0, ...products), Math.max(...products));
    captions[0].textContent = say("the encoding: row {p} and column {c} framed", { p, c });
    captions[1].textContent = say("dimension {c}, position by position", { c });
    captions[2].textContent = say("how alike: position {p} with every position", { p });
    likeness.draw([products], { limit: Math.max(...products.map(Math.abs)) });
    const here = say("position {p}, dimension {c} of {d}: {x}.", { p, c, d, x: number(column[p], 3) });
    const facts = { here, x: number(products[p]), next: number(products[p + 1] ?? 0) };
    view.tell(likeness.hidden ? here : p + 1 < length ?
      say("{here} Dot product with itself {x}, with the next {next}.", facts) :
      say("{here} Dot product with itself {x}.", facts), aloud);
  }
  draw(false);
  guessing(view, likeness);
  for (const trait of ["position", "dimension", "size"]) model.on(`change:${trait}`, () => draw(true));
}

export default { render };
