import { HEADS, frame, grid, guessing, h, number, s, say, slider, softmax, speak, tick } from "./base.js";

const TALL = 130, WIDE = 46;

function render({ model, el }) {
  speak(model);
  const { words, sizes, scores, verdict } = model.get("data");
  const view = frame(el, model, say("The sliders move with the arrow keys. Point at a weight, or tab to it, to see " +
    "how it comes about. The entropy of the shares is between 0 bits (one key gets all) and the logarithm of the " +
    "number of keys (all get the same)."));
  const size = slider("d_k", { min: 0, max: sizes.length - 1, value: model.get("size"), text: (i) => `${sizes[i]}`,
    change: (i) => view.set("size", i) });
  const heat = slider(say("temperature"), { min: -2, max: 2, step: 0.25, value: Math.log2(model.get("temperature")),
    text: (x) => number(2 ** x), change: (x) => view.set("temperature", 2 ** x) });
  view.controls.append(size, heat, tick(say("divide by √d_k"), model.get("root"), (x) => view.set("root", x)));
  const row = grid({ label: say("scores"), rows: [say("score")], columns: words, kind: "score" });
  const shares = grid({ label: say("weights"), rows: [say("weight")], columns: words });
  const bars = words.map((_, i) => s("rect", { x: i * WIDE + 4, width: WIDE - 8, fill: HEADS[0] }));
  const chart = s("svg", { viewBox: `0 -5 ${WIDE * words.length} ${TALL + 24}`, width: WIDE * words.length,
    role: "img", "aria-label": say("the weights as bars"), class: "secret" },
  s("path", { d: `M0 ${TALL}H${WIDE * words.length}M0 0H4M0 ${TALL / 2}H4`, stroke: "currentColor" }), ...bars,
  ...words.map((word, i) => s("text", { x: (i + 0.5) * WIDE, y: TALL + 16, "text-anchor": "middle" }, word)));
  const facts = h("p", { class: "secret" });
  view.body.append(h("div", {}, row.node, shares.node, facts), chart);
  const well = verdict === say("Your softmax agrees with the reference for every d_k, with all rows undivided.");
  if (verdict) view.controls.after(h("p", { class: `note${well ? " well" : ""}` }, verdict));

  const now = () => scores[model.get("size")].map((x) => x / (model.get("root") ? Math.sqrt(
    sizes[model.get("size")]) : 1) / model.get("temperature"));
  row.point = (_, j, aloud) => view.tell(say("{word}: dot product {sum}", { word: words[j],
    sum: `${number(scores[model.get("size")][j])}${model.get("root") ? ` / √${sizes[model.get("size")]}` : ""} / ${
      number(model.get("temperature"))} = ${number(now()[j])}` }), aloud);
  shares.point = (_, j, aloud) => view.tell(say("{word}: the share of a score of {score} is {share}", { word: words[j],
    score: number(now()[j]), share: number(shares.values[0][j], 3) }), aloud);

  function draw(aloud = true) {
    const scaled = now(), weights = softmax(scaled);
    const bits = weights.reduce((sum, p) => sum - (p > 0 ? p * Math.log2(p) : 0), 0);
    row.draw([scaled]);
    shares.draw([weights]);
    weights.forEach((p, i) => { bars[i].setAttribute("y", TALL * (1 - p)); bars[i].setAttribute("height", TALL * p); });
    facts.textContent = say("entropy {bits} of {most} bits: as if {n} of {keys} keys shared evenly", {
      bits: number(bits), most: number(Math.log2(words.length)), n: number(2 ** bits, 1), keys: words.length });
    facts.dataset.bits = bits;
    if (!shares.hidden) {
      const told = { d: sizes[model.get("size")], temperature: number(model.get("temperature")),
        largest: number(Math.max(...weights)), bits: number(bits) };
      view.tell(model.get("root") ? say("d_k = {d}, divided by its root, temperature {temperature}: largest weight " +
        "{largest}, entropy {bits} bits.", told) : say("d_k = {d}, not divided, temperature {temperature}: largest " +
        "weight {largest}, entropy {bits} bits.", told), aloud);
    }
  }
  draw(false);
  guessing(view, shares);
  for (const trait of ["size", "temperature", "root"]) model.on(`change:${trait}`, () => draw());
}

export default { render };
