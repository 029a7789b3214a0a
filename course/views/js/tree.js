import { HEADS, button, frame, h, number, s, say, speak } from "./base.js";

const HIGH = 46, GREEN = HEADS[2], BLUE = HEADS[0];

function render({ model, el }) {
  speak(model);
  const { rounds, heights, leaves, best } = model.get("data");
  const view = frame(el, model, say("Next and Back go from round to round. Tab into the tree and use the arrow keys: " +
    "left to what a token continues, right to its continuations, up and down within the round. A blue frame is kept, " +
    "a dotted line leads to what is pruned, green is finished, full green was chosen."));
  const turn = (n) => { hidden = model.get("predict") && n > model.get("step") ? n - 1 : -1; view.set("step", n); };
  const back = button(say("Back"), () => turn(model.get("step") - 1));
  const next = button(say("Next"), () => turn(model.get("step") + 1));
  const count = h("span", {});
  view.controls.append(back, next, button(say("All"), () => turn(rounds.length)), count);
  const long = Math.max(...rounds.flat().map((node) => node.label.length));
  const wide = 44 + 10 * long, step = wide + 44;
  const x = (n) => 66 + wide / 2 + step * n, y = (n, i) => HIGH * (heights[n][i] + 0.6);
  const size = [x(rounds.length - 1) + wide, HIGH * (leaves + 0.3)];
  const root = heights[0].reduce((a, b) => a + b, 0) / heights[0].length;
  const svg = s("svg", { viewBox: `0 0 ${size[0]} ${size[1]}`, style: `min-width: ${Math.min(size[0], 640)}px`,
    width: size[0], role: "group", "aria-label": say("tree of beginnings") });
  view.body.append(h("div", { class: "scroll" }, svg));
  let chosen = "", at = [0, 0], hidden = model.get("predict") ? 0 : -1, nodes;

  function sentence(n, i) {
    const words = [];
    while (i !== null) { words.unshift(rounds[n][i].label); i = rounds[n][i].parent; n -= 1; }
    return words.join(" ");
  }
  const fate = (name) => ({ kept: say("kept"), pruned: say("pruned"), finished: say("finished") })[name] ??
    say("finished and chosen");
  const told = (n, i) => (n === hidden ? `“${sentence(n, i)}”` : say("“{text}”: log p {log_p}, {fate}", {
    text: sentence(n, i), log_p: number(rounds[n][i].log_p), fate: fate(rounds[n][i].fate) }));
  const point = (n, i, aloud) => view.tell(told(n, i), aloud);

  function choose(n, i) {
    if (n !== hidden) { point(n, i, true); return; }
    hidden = -1;
    chosen = `${n},${i}`;                       // what is said of it stays when it is drawn anew under the mouse
    const values = rounds[n].map((node) => node.log_p), top = values.indexOf(Math.max(...values));
    view.set("guess", [n, i]);
    draw();
    focus(n, i);
    view.tell(values[i] === values[top] ? say("Right: {told}.", { told: told(n, i) }) :
      say("You chose {told}. The likeliest is {best}.", { told: told(n, i), best: told(n, top) }));
  }
  function focus(n, i) {
    nodes[at[0]]?.[at[1]]?.setAttribute("tabindex", -1);
    at = [n, i];
    nodes[n][i].setAttribute("tabindex", 0);
    nodes[n][i].focus();
  }
  function keys(event) {
    const [n, i] = at, shown = model.get("step");
    const child = n + 1 < shown ? rounds[n + 1].findIndex((node) => node.parent === i) : -1;
    const beside = rounds[n].map((_, m) => m).sort((a, b) => heights[n][a] - heights[n][b]);
    const near = (way) => beside[beside.indexOf(i) + way];
    const to = { ArrowLeft: n ? [n - 1, rounds[n][i].parent] : null, ArrowRight: child >= 0 ? [n + 1, child] : null,
      ArrowUp: [n, near(-1)], ArrowDown: [n, near(1)] };
    if (event.key === "Enter" || event.key === " ") choose(n, i);
    else if (!(event.key in to)) return;
    else if (to[event.key]?.[1] !== undefined && to[event.key]) focus(...to[event.key]);
    event.preventDefault();
    event.stopPropagation();
  }
  svg.addEventListener("keydown", keys);

  function draw() {
    const shown = model.get("step"), end = shown === rounds.length;
    const had = svg.contains(svg.ownerDocument.activeElement) || svg.getRootNode().activeElement?.closest?.("svg") === svg;
    back.disabled = shown === 1;
    next.disabled = end;
    count.textContent = say("round {n} of {all}", { n: shown, all: rounds.length });
    if (at[0] >= shown) at = [shown - 1, 0];
    const lines = [], boxes = [];
    nodes = rounds.slice(0, shown).map((row, n) => row.map((node, i) => {
      const secret = n === hidden, way = end && best.some(([a, b]) => a === n && b === i);
      const pruned = node.fate === "pruned" && !secret, done = ["finished", "best"].includes(node.fate) && !secret;
      const full = node.fate === "best" && !secret;
      const colour = way || done ? GREEN : pruned ? "#767676" : BLUE;
      lines.push(s("path", { d: `M${n ? x(n - 1) : 30} ${n ? y(n - 1, node.parent) : HIGH * (root + 0.6)}L${x(n)} ${
        y(n, i)}`, stroke: colour, "stroke-width": way ? 4 : pruned ? 1.5 : 2.2,
      "stroke-dasharray": pruned ? "2 4" : null }));
      const box = s("g", { role: "button", tabindex: n === at[0] && i === at[1] ? 0 : -1, "aria-label": told(n, i),
        "data-fate": secret ? "hidden" : node.fate, style: "cursor: pointer",
        transform: `translate(${x(n)} ${y(n, i)})`, onclick: () => { focus(n, i); choose(n, i); },
        onmouseover: () => { if (chosen !== `${n},${i}`) point(n, i, false); chosen = ""; }, onfocus: () => { at = [n, i]; point(n, i, true); } },
      s("rect", { x: -wide / 2, y: -19, width: wide, height: 38, rx: 5, fill: full ? "#00684c" : "var(--paper)",
        stroke: pruned ? "none" : colour, "stroke-width": 2 }),
      s("text", { "text-anchor": "middle", y: -3, style: full ? "fill: #fff" : "", opacity: pruned ? 0.75 : 1 },
        node.label),
      s("text", { "text-anchor": "middle", y: 13, style: `font-size: 12px;${full ? "fill: #fff" : ""}`,
        opacity: pruned ? 0.75 : 1 }, secret ? "?" : number(node.log_p)));
      boxes.push(box);
      return box;
    }));
    svg.replaceChildren(...lines, s("text", { x: 20, y: HIGH * (root + 0.6) + 4, "text-anchor": "middle" }, "bos"),
      ...boxes);
    if (had) nodes[at[0]][at[1]].focus();
    const last = rounds[shown - 1], fates = (name) => last.filter((node) => node.fate === name).length;
    view.tell(hidden >= 0 ? say("Which beginning of this round is the likeliest? Choose it, and the numbers appear.") :
      say("Round {n}: {kept} kept, {pruned} pruned, {finished} finished.", { n: shown, kept: fates("kept"),
        pruned: fates("pruned"), finished: fates("finished") + fates("best") }));
  }
  model.on("change:step", draw);
  draw();
}

export default { render };
