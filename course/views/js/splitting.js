import { TINTS, frame, grid, h, say, slider, speak } from "./base.js";

const SIZES = [["length", "T", 6], ["n_heads", "h", 4], ["d_head", "d", 4]];

function render({ model, el }) {
  speak(model);
  const view = frame(el, model, say("The sliders and the cells move with the arrow keys. Point at a number to see " +
    "where it lies in the other tables. A number is written token.feature, and has the colour of its token."));
  view.controls.append(...SIZES.map(([name, label, max]) => slider(label, { min: 1, max, value: model.get(name),
    change: (x) => view.set(name, x) })));
  const yours = h("p", { class: "note" });
  view.controls.after(yours);
  let all;

  function judge() {
    const answer = model.get("yours");
    yours.hidden = !answer?.text || JSON.stringify(answer.size) !== JSON.stringify(SIZES.map(([n]) => model.get(n)));
    yours.textContent = answer?.text ?? "";
    yours.classList.toggle("well", Boolean(answer?.same));
  }
  function draw() {
    const [T, n, d] = SIZES.map(([name]) => model.get(name));
    const D = n * d;
    const name = (k) => `${Math.floor(k / D)}.${k % D}`;
    all = [];
    const table = (label, rows, columns, index) => {
      const values = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => index(i, j)));
      const g = grid({ label, rows: values.map((_, i) => `${i}`), columns: values[0].map((_, j) => `${j}`),
        kind: "plain", point(i, j, aloud) {
          const k = values[i][j];
          all.forEach((other) => other.light(other.values.flatMap((row, a) => row.flatMap((x, b) =>
            (x === k ? [[a, b]] : [])))));
          view.tell(say("{label}, row {i}, column {j}: token {token}, feature {feature} of x, place {k} in memory",
            { label, i, j, token: Math.floor(k / D), feature: k % D, k }), aloud);
        } });
      g.draw(values, { text: (i, j) => name(values[i][j]), colour: (i, j) =>
        TINTS[Math.floor(values[i][j] / D) % TINTS.length],
      name: (i, j) => say("token {token}, feature {feature}", { token: Math.floor(values[i][j] / D),
        feature: values[i][j] % D }) });
      all.push(g);
      return h("figure", {}, h("figcaption", {}, label), g.node);
    };
    const heads = [...Array(n).keys()];
    const mixed = T > 1 && n > 1;
    view.body.replaceChildren(
      table(`x, (T, D) = (${T}, ${D})`, T, D, (i, j) => i * D + j),
      h("div", {}, h("p", {}, say("right: x.view(B, T, h, d).transpose(1, 2) — row t of every head is token t")),
        h("div", { class: "body" }, ...heads.map((m) => table(say("right, head {m}", { m }), T, d,
          (i, j) => i * D + m * d + j))),
        h("p", {}, mixed ?
          say("wrong: x.view(B, h, T, d) — the same shape, but a head gets a piece of the sentence") :
          say("wrong: x.view(B, h, T, d) — the same shape, and at this size the same numbers: nothing would show " +
            "the mistake")),
        h("div", { class: "body" }, ...heads.map((m) => table(say("wrong, head {m}", { m }), T, d, (i, j) =>
          m * T * d + i * d + j)))));
    view.tell(say("{before} becomes {after}; D = h·d.", { before: `(B, T, D) = (B, ${T}, ${D})`,
      after: `(B, h, T, d) = (B, ${n}, ${T}, ${d})` }));
    judge();
  }
  for (const [name] of SIZES) model.on(`change:${name}`, draw);
  model.on("change:yours", judge);
  draw();
}

export default { render };
