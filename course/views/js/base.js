// Shared by all views: elements, colours, a grid for mouse and keyboard, controls, and speech.

export const HEADS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];
export const TINTS = ["#80b9d9", "#eaae80", "#80cfb9", "#e6bcd3", "#f3cf80", "#abdaf4"];
const BLUES = ["f7fbff", "deebf7", "c6dbef", "9ecae1", "6baed6", "4292c6", "2171b5", "08519c", "08306b"];
const RED_BLUE = ["053061", "2166ac", "4393c3", "92c5de", "d1e5f0", "f7f7f7",
  "fddbc7", "f4a582", "d6604d", "b2182b", "67001f"];

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const s = (tag, props, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  // Keys that go to a part of a view are none of JupyterLab's shortcuts: it asks the focused element itself.
  if (node.tabIndex >= 0 || node.hasAttribute("tabindex")) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

function between(stops, x) {
  const place = Math.min(Math.max(x, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  const part = (stop, n) => parseInt(stop.slice(2 * n, 2 * n + 2), 16);
  const rgb = [0, 1, 2].map((n) => Math.round(
    part(stops[i], n) + (place - i) * (part(stops[i + 1], n) - part(stops[i], n))));
  return `rgb(${rgb})`;
}

// Colours as in the static figures: weights blue from 0 to 1, scores red and blue around 0.
export const blue = (x) => between(BLUES, x);
export const redBlue = (x, limit) => between(RED_BLUE, 0.5 + x / (2 * (limit || 1)));

// Black or white on a colour, whichever stands out more.
const inks = new Map();
function ink(colour) {
  if (!inks.has(colour)) inks.set(colour, contrast(colour));
  return inks.get(colour);
}

function contrast(colour) {
  const [r, g, b] = colour.match(/\d+/g).map((n) => (n / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
}

export function number(x, digits = 2) {
  if (x === null || Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const text = x.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

export const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

// Shares of a row of scores. `allowed` may close some; a row with nothing open gets zeros.
export function softmax(row, allowed = null) {
  const open = row.map((_, i) => !allowed || allowed[i]);
  const top = Math.max(...row.filter((_, i) => open[i]));
  const powers = row.map((x, i) => (open[i] ? Math.exp(x - top) : 0));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => (sum ? x / sum : 0));
}

export function largest(values) {
  let best = [0, 0];
  values.forEach((row, i) => row.forEach((x, j) => { if (x > values[best[0]][best[1]]) best = [i, j]; }));
  return best;
}

// The sentences of the view in the reader's language, as Python sends them; in English they stand in the code. `speak`
// is the first thing that `render` calls. `facts` are put in the places that a sentence names in braces.
let spoken = {};
export const speak = (model) => { spoken = model.get("words") ?? {}; };
export const say = (text, facts = {}) =>
  (spoken[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => facts[name] ?? place);

export const listed = (words) => words.reduce((first, next) => say("{first}, {next}", { first, next }));

// The frame of a view: title, controls, body, one line that says what is pointed at.
export function frame(el, model, help) {
  const heard = h("div", { class: "sr", role: "status", "aria-live": "polite" });
  const line = h("p", { class: "explain" });
  const controls = h("div", { class: "controls" });
  const body = h("div", { class: "body" });
  const root = h("section", { class: "course-view", "aria-label": model.get("label") },
    h("p", { class: "title" }, model.get("label")), controls, body, line, heard,
    h("details", { class: "help" }, h("summary", {}, say("Mouse and keys")), h("p", {}, help)));
  el.append(root);
  const view = { model, root, controls, body, line,
    // What is hovered is only shown; what the keyboard or a click does is also read out.
    tell(text, aloud = true) { line.textContent = text; if (aloud) heard.textContent = text; },
    set(name, value) { model.set(name, value); model.save_changes(); },
  };
  return view;
}

// A labelled matrix, role "grid": arrow keys, Home and End move, Enter or Space presses.
// point(i, j, aloud) is called for the cell under mouse or focus; press(i, j) for a choice.
// A grid that is `still` is only read: no cell of it takes the focus.
export function grid({ label, rows, columns, kind = "weight", digits = 2, point, press, corner = "", still = false }) {
  const blank = h("td", { tabindex: still ? null : -1, class: "cell" });
  const cells = rows.map(() => columns.map(() => blank.cloneNode()));
  const drawn = cells.map((row) => row.map(() => ""));
  const table = h("table", { class: `grid ${kind}`, role: still ? "table" : "grid", "aria-label": label },
    h("thead", {}, h("tr", {}, h("td", {}, corner), ...columns.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, ...rows.map((word, i) => h("tr", {}, h("th", { scope: "row" }, word), ...cells[i]))));
  let at = [0, 0];
  const where = new Map();
  cells.forEach((row, i) => row.forEach((cell, j) => where.set(cell, [i, j])));
  const found = (event) => where.get(event.target.closest("td"));
  const said = (i, j, what) => say("{row}, {column}: {what}", { row: rows[i], column: columns[j], what });
  const g = { node: h("div", { class: "scroll" }, table), table, cells, rows, columns, values: [], at: () => at,
    hidden: false, extra: {}, point, press };

  // extra: mask (true = may attend), limit (of a signed scale), marks ({"i,j": class}), text(i, j),
  // colour(i, j) in place of the scale, name(i, j) for what a screen reader says of a cell.
  function draw(values = g.values, extra = g.extra) {
    Object.assign(g, { values, extra });
    const limit = extra.limit ?? Math.max(1e-9, ...values.flat().filter(Number.isFinite).map(Math.abs));
    values.forEach((row, i) => row.forEach((x, j) => {
      const cell = cells[i][j];
      const open = !extra.mask || extra.mask[i][j];
      const leak = !open && kind === "weight" && x !== 0;
      const text = g.hidden ? "?" : extra.text ? extra.text(i, j) : open || leak ? number(x, digits) : "";
      if (cell.textContent !== text) cell.textContent = text;
      const plain = g.hidden || !open || kind === "plain" || !Number.isFinite(x);
      const own = !g.hidden && extra.colour?.(i, j);
      const colour = own || (plain ? "" : kind === "weight" ? blue(x) : redBlue(x, limit));
      if (drawn[i][j] !== colour) {
        drawn[i][j] = colour;
        cell.setAttribute("style", colour && `background:${colour};color:${own ? "#000" : ink(colour)}`);
      }
      const kinds = ["cell", g.hidden ? "hid" : open ? "" : "masked", !g.hidden && leak ? "leak" : "",
        g.hidden ? "" : extra.marks?.[`${i},${j}`] ?? ""].join(" ").trim();
      if (cell.className !== kinds) cell.className = kinds;
      const name = g.hidden ? say("hidden") : extra.name?.(i, j) ?? (!open && !leak ? say("masked") : text);
      const leaks = leak && !g.hidden;
      if (!still) cell.setAttribute("aria-label", said(i, j, leaks ? say("{name}, though masked", { name }) : name));
    }));
  }
  // Frame cells, for instance those a sum is made of: light([[0, 1], [0, 2]]).
  function light(list) {
    table.querySelectorAll(".lit").forEach((cell) => cell.classList.remove("lit"));
    list.forEach(([i, j]) => cells[i]?.[j]?.classList.add("lit"));
  }

  if (still) return Object.assign(g, { draw, light });
  function move(i, j) {
    cells[at[0]][at[1]].tabIndex = -1;
    at = [Math.min(Math.max(i, 0), rows.length - 1), Math.min(Math.max(j, 0), columns.length - 1)];
    cells[at[0]][at[1]].tabIndex = 0;
  }
  function tell(cell, aloud) { if (cell && !g.hidden) g.point?.(...cell, aloud); }
  function choose(cell) {
    move(...cell);
    cells[at[0]][at[1]].focus();
    if (g.hidden) g.guessed(cell);
    else if (g.press) g.press(...cell);
    else tell(cell, true);
  }
  g.focus = (i, j) => { move(i, j); cells[at[0]][at[1]].focus(); };
  move(0, 0);
  table.addEventListener("mouseover", (event) => tell(found(event), false));
  table.addEventListener("focusin", (event) => { const c = found(event); if (c) { move(...c); tell(c, true); } });
  table.addEventListener("click", (event) => { const c = found(event); if (c) choose(c); });
  table.addEventListener("keydown", (event) => {
    const [i, j] = at;
    const to = { ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], ArrowUp: [i - 1, j], ArrowDown: [i + 1, j],
      Home: [i, 0], End: [i, columns.length - 1] }[event.key];
    if (to) g.focus(...to);
    else if (event.key === "Enter" || event.key === " ") choose(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return Object.assign(g, { draw, light });
}

// A native control each: they need no keyboard code of ours.
export function slider(label, { min, max, step = 1, value, text = String, change }) {
  const shown = h("output", {}, text(value));
  const input = h("input", { type: "range", min, max, step, value, "aria-valuetext": text(value) });
  const set = (x) => { input.value = x; shown.textContent = text(x); input.setAttribute("aria-valuetext", text(x)); };
  input.addEventListener("input", () => { set(Number(input.value)); change(Number(input.value)); });
  return Object.assign(h("label", { class: "control" }, `${label} `, input, " ", shown), { set, input });
}

let groups = 0;
export function choice(label, options, value, change) {
  const name = `course-${(groups += 1)}-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map((option, i) => h("input", { type: "radio", name, value: i, onchange: () => change(i) }));
  inputs[value].checked = true;
  const group = h("fieldset", { class: "control" }, h("legend", {}, label),
    ...options.map((option, i) => h("label", {}, inputs[i], " ", option)));
  return Object.assign(group, { set(i) { inputs[i].checked = true; }, inputs });
}

export function tick(label, value, change) {
  const input = h("input", { type: "checkbox", onchange: () => change(input.checked) });
  input.checked = value;
  return Object.assign(h("label", { class: "control" }, input, ` ${label}`), { set(x) { input.checked = x; }, input });
}

export const button = (label, press) => h("button", { type: "button", onclick: press }, label);

// Predict, then reveal: the numbers of `g` stay hidden until the learner chooses the cell expected
// to be largest. What would give it away has the class "secret".
export function guessing(view, g) {
  const toggle = button(say("Guess first"), () => (g.hidden ? show(null) : hide()));
  function hide() {
    g.hidden = true;
    view.root.classList.add("guessing");
    toggle.textContent = say("Show without a guess");
    g.draw();
    view.tell(say("Which cell will be the largest? Choose it, and the numbers appear."));
  }
  function show(cell) {
    g.hidden = false;
    view.root.classList.remove("guessing");
    toggle.textContent = say("Guess first");
    g.draw();
    if (!cell) { view.tell(say("The numbers are shown.")); return; }
    const best = largest(g.values);
    const name = ([i, j]) => say("{row}, {column} ({number})",
      { row: g.rows[i], column: g.columns[j], number: number(g.values[i][j]) });
    const right = g.values[cell[0]][cell[1]] >= g.values[best[0]][best[1]] - 1e-6;
    g.cells[cell[0]][cell[1]].classList.add("guess");
    g.cells[best[0]][best[1]].classList.add("best");
    view.tell(right ? say("Right: {cell} is the largest.", { cell: name(cell) }) :
      say("You chose {cell}; the largest is {best}.", { cell: name(cell), best: name(best) }));
    view.set("guess", cell);
  }
  g.guessed = show;
  view.controls.append(toggle);
  if (view.model.get("predict") && !view.model.get("guess").length) hide();
  return () => { toggle.remove(); view.root.classList.remove("guessing"); };
}
