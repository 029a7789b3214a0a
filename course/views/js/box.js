import { HEADS, button, frame, grid, guessing, h, number, say, speak } from "./base.js";

function render({ model, el }) {
  speak(model);
  const view = frame(el, model, say("Type a sentence and press Enter. Next and Back go through the translation, " +
    "token by token. The rows of the table are the tokens written so far; the row of a token is the one that " +
    "predicted it."));
  const input = h("input", { type: "text", value: model.get("sentence"), maxlength: 200, size: 36,
    "aria-label": say("sentence to translate") });
  const go = button(say("Translate"), () => ask());
  const live = model.get("kernel");
  const ask = () => {
    if (!live || input.value === model.get("sentence")) return;
    view.tell(say("Translating."));
    view.set("sentence", input.value);
  };
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") ask(); event.stopPropagation(); });
  input.disabled = go.disabled = !live;
  const steps = () => model.get("result").steps ?? [];
  const turn = (n) => view.set("step", Math.min(Math.max(n, 1), steps().length));
  const back = button(say("Back"), () => turn(model.get("step") - 1));
  const next = button(say("Next"), () => turn(model.get("step") + 1));
  view.controls.append(input, go, back, next, button(say("All"), () => turn(steps().length)));
  if (!live) view.controls.after(h("p", {}, say("A new sentence needs the notebook and its kernel; this one can be " +
    "stepped through here.")));
  const trouble = h("p", { class: "note", role: "alert" });
  const written = h("p", { class: "written", lang: "es", "aria-label": say("translation so far") });
  const chances = h("div", {});
  view.body.before(trouble, written);
  let undo = () => {}, before = 0;

  function draw() {
    const { source } = model.get("result"), n = Math.min(model.get("step"), steps().length);
    trouble.hidden = !model.get("error");
    trouble.textContent = model.get("error");
    if (!n) return;
    back.disabled = n === 1;
    next.disabled = n === steps().length;
    const shown = steps().slice(0, n), last = shown[n - 1];
    written.replaceChildren(...shown.flatMap((step, i) => [h(i === n - 1 ? "strong" : "span", {}, step.token), " "]));
    const g = grid({ label: say("cross-attention"), rows: shown.map((step, i) => `${i + 1} ${step.token}`),
      columns: source, point: (i, j, aloud) => view.tell(say("When {token} was written, {word} had the weight " +
        "{weight}.", { token: shown[i].token, word: source[j], weight: number(shown[i].row[j]) }), aloud) });
    g.draw(shown.map((step) => step.row));
    const what = say("candidates for token {n}", { n });
    chances.replaceChildren(h("p", {}, what), h("table", { class: "grid", role: "table", "aria-label": what },
    h("tbody", {}, ...last.candidates.map(([token, p]) =>
      h("tr", {}, h("th", { scope: "row" }, token), h("td", {}, number(p)), h("td", { "aria-hidden": "true" },
        h("div", { style: `height: 0.9em; width: ${Math.round(120 * p)}px; background: ${HEADS[0]}` })))))));
    view.body.replaceChildren(h("figure", {}, h("figcaption", {},
      say("cross-attention, last layer, mean of the heads")), g.node), chances);
    undo();
    model.set("guess", []);                     // a new step is a new question
    undo = model.get("predict") ? guessing(view, g) : () => {};
    if (before) view.tell(say("Token {n} of {all}: {token}, {p}.", { n, all: steps().length, token: last.token,
      p: number(last.candidates[0][1]) }));
    before = n;
  }
  model.on("change:result", () => {
    model.set("step", steps().length);
    model.save_changes();
    draw();
    view.tell(`${model.get("result").sentence} → ${model.get("result").translation}`);
  });
  model.on("change:error", draw);
  model.on("change:step", draw);
  draw();
}

export default { render };
