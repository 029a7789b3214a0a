import { choice, frame, grid, guessing, h, number, say, speak } from "./base.js";

function render({ model, el }) {
  speak(model);
  const { weights, target, source, sure, possible } = model.get("data");
  const view = frame(el, model, say("Choose which weights are shown. Point at a cell of either table, or move to it " +
    "with the arrow keys. Rows are target words. The largest weight of each row counts as a link."));
  if (weights.length > 1) {
    view.controls.append(choice(say("Weights"), weights.map(([name]) => name), model.get("choice"),
      (i) => view.set("choice", i)));
  }
  const has = (links, i, j) => links.some(([a, b]) => a === i && b === j);
  const kind = (i, j) => (has(sure, i, j) ? "sure" : has(possible, i, j) ? "possible" : "");
  const named = (i, j) => ({ sure: say("sure"), possible: say("possible") })[kind(i, j)] ?? say("no link");
  const now = () => weights[model.get("choice")][1];
  const best = (j) => now()[j].indexOf(Math.max(...now()[j]));
  const point = (j, i, aloud) => {
    both.forEach((g) => g.light([[j, i]]));
    const facts = { target: target[j], source: source[i], weight: number(now()[j][i]), kind: named(i, j) };
    view.tell(best(j) === i ?
      say("{target} – {source}: weight {weight}, by hand: {kind}. It is the largest of its row.", facts) :
      say("{target} – {source}: weight {weight}, by hand: {kind}.", facts), aloud);
  };
  const attention = grid({ label: say("attention"), rows: target, columns: source, point });
  const gold = grid({ label: say("links made by hand"), rows: target, columns: source, kind: "plain", point });
  const both = [attention, gold];
  const rate = h("p", { class: "secret" });
  const figure = (caption, g) => h("figure", {}, h("figcaption", {}, caption), g.node);
  view.body.append(figure(say("attention; framed: the largest of its row"), attention),
    figure(say("by hand: S sure, P possible"), gold));
  view.body.after(rate);
  gold.draw(target.map((_, j) => source.map((_, i) => Number(has(sure, i, j)))), {
    text: (j, i) => ({ sure: "S", possible: "P" })[kind(i, j)] ?? "", name: (j, i) => named(i, j),
    colour: (j, i) => ({ sure: "#eaae80", possible: "#f7e0cd" })[kind(i, j)] });

  function draw(aloud = true) {
    const links = target.map((_, j) => [best(j), j]);
    const hits = links.filter(([i, j]) => has(sure, i, j)).length;
    const fair = links.filter(([i, j]) => kind(i, j)).length;
    const aer = 1 - (hits + fair) / (links.length + sure.length);
    attention.draw(now(), { marks: Object.fromEntries(links.map(([i, j]) => [`${j},${i}`,
      kind(i, j) ? "best" : "off"])) });
    rate.textContent = say("{hits} of {links} links are sure ones, {fair} possible; alignment error rate {rate}",
      { hits, links: links.length, fair: fair - hits, rate: number(aer, 3) });
    rate.dataset.aer = aer;
    if (!attention.hidden) view.tell(say("{name}: {what}.", { name: weights[model.get("choice")][0],
      what: rate.textContent }), aloud);
  }
  draw(false);
  guessing(view, attention);
  model.on("change:choice", () => draw());
}

export default { render };
