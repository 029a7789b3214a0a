// What the frame of a page does: theme, menu, search, buttons to copy code. Without scripts the page can be read.
(() => {
const root = document.documentElement, $ = (id) => document.getElementById(id);
const base = root.dataset.base;

function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// ------------------------------------------------------------------------------------------------------------- theme
// The system's, until the reader chooses. Frames take the page's colours when they begin; here they follow a change.
const system = matchMedia("(prefers-color-scheme: dark)");
const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
const FRAME = ["content-font-color1", "layout-color0", "layout-color2", "border-color1", "brand-color1",
  "content-font-family"];

function paint(frame) {
  let inner = null;
  try { inner = frame.contentDocument?.documentElement; } catch { /* a page from elsewhere */ }
  if (!inner) return;
  const theme = getComputedStyle(document.body);
  inner.style.colorScheme = dark() ? "dark" : "light";
  for (const name of FRAME) inner.style.setProperty(`--jp-${name}`, theme.getPropertyValue(`--jp-${name}`));
}

function paintAll() {
  $("theme").setAttribute("aria-pressed", String(dark()));
  document.querySelectorAll("iframe").forEach(paint);
}
$("theme").addEventListener("click", () => {
  root.dataset.theme = dark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a browser that keeps nothing */ }
  paintAll();
});
system.addEventListener("change", () => setTimeout(paintAll));
document.addEventListener("load", (event) => { if (event.target.tagName === "IFRAME") paint(event.target); }, true);
paintAll();

// -------------------------------------------------------------------------------------------------------------- menu
const menu = $("menu"), lessons = $("lessons");
function unfold(open) {
  menu.setAttribute("aria-expanded", String(open));
  root.classList.toggle("menu-open", open);
  if (open) show_here();
}
menu.addEventListener("click", () => unfold(menu.getAttribute("aria-expanded") === "false"));
lessons.addEventListener("click", (event) => { if (event.target.closest("a")) unfold(false); });
lessons.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.classList.contains("menu-open")) { unfold(false); menu.focus(); }
});
function show_here() {
  const here = lessons.querySelector("[aria-current=page]");
  if (here) lessons.scrollTop += here.getBoundingClientRect().top - lessons.getBoundingClientRect().top - 60;
}
show_here();

// ------------------------------------------------------------------------------------------------------------ search
// The index is a script, because a page from disk may not fetch anything; it is loaded when a search begins.
const query = $("query"), results = $("results"), MOST = 30;
let index = null;

function load() {
  if (index) return;
  index = [];
  document.head.append(h("script", { src: `${base}assets/index.js`, onload() {
    // Where a lesson has an edition in the page's language, the others are left out.
    const own = new Set(window.courseIndex.filter((one) => one.language === root.lang).map((one) => stem(one.page)));
    index = window.courseIndex
      .filter((one) => one.language === root.lang || (one.language === "en" && !own.has(stem(one.page))))
      .map((one) => ({ ...one, low: one.text.toLowerCase(), title: `${one.heading} ${one.lesson}`.toLowerCase() }));
    find();
  } }));
}
const stem = (page) => page.split("/").at(-1);

// All words must be there; headings count more than text, and a whole phrase more than its words.
function ranked(words) {
  const phrase = words.join(" ");
  return index.map((one) => {
    if (!words.every((word) => one.low.includes(word) || one.title.includes(word))) return null;
    const inHeading = words.filter((word) => one.heading.toLowerCase().includes(word)).length;
    return { one, rank: 3 * inHeading + words.filter((word) => one.title.includes(word)).length +
      (one.low.includes(phrase) ? 2 : 0) };
  }).filter(Boolean).sort((a, b) => b.rank - a.rank);
}

function excerpt(one, words) {
  const places = words.map((word) => one.low.indexOf(word)).filter((place) => place >= 0);
  const from = places.length ? Math.max(0, Math.min(...places) - 50) : 0;
  const text = one.text.slice(from, from + 160), low = text.toLowerCase(), parts = [from ? "… " : ""];
  for (let i = 0; i < text.length;) {
    const next = words.map((word) => [low.indexOf(word, i), word.length]).filter(([place]) => place >= 0)
      .sort((a, b) => a[0] - b[0])[0];
    if (!next) { parts.push(text.slice(i)); break; }
    parts.push(text.slice(i, next[0]), h("mark", {}, text.slice(next[0], next[0] + next[1])));
    i = next[0] + next[1];
  }
  return h("small", {}, ...parts);
}

function find() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.hidden = !words.length;
  if (!words.length) return;
  const found = ranked(words);
  $("count").textContent = found.length ? query.dataset.found.replace("{n}", found.length) : query.dataset.none;
  results.querySelector("ol").replaceChildren(...found.slice(0, MOST).map(({ one }) => h("li", {},
    h("a", { href: `${base}${one.page}#${one.anchor}`, lang: one.language, onclick: () => { results.hidden = true; } },
      h("b", {}, one.heading), h("span", {}, one.lesson), excerpt(one, words)))));
}
query.addEventListener("focus", load);
query.addEventListener("input", () => { load(); find(); });
$("search").addEventListener("keydown", (event) => {
  const links = [...results.querySelectorAll("a")], at = links.indexOf(document.activeElement);
  if (event.key === "Escape") { results.hidden = true; query.focus(); }
  else if (event.key === "ArrowDown" && links.length) {
    results.hidden = false;
    links[Math.min(at + 1, links.length - 1)].focus();
  }
  else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? query).focus();
  else if (event.key === "Enter" && event.target === query && links.length) links[0].click();
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => { if (!$("search").contains(event.target)) results.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    query.focus();
  }
});

// ------------------------------------------------------------------------------------------------- what is too wide
// It can be moved by keys, too: while a part of it is hidden, it is a stop of the Tab key.
const WIDE = ".highlight pre, .output_subarea, .output_subarea > pre, .rendered_html pre, .rendered_html > table, " +
  ".formula";
const watching = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
  else target.removeAttribute("tabindex");
}));
document.querySelectorAll(WIDE).forEach((node) => watching.observe(node));

// -------------------------------------------------------------------------------------------------------------- code
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {                          // a browser that keeps the clipboard from pages on disk
    const area = h("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
const { copy: label, copied } = $("text").dataset;
for (const block of document.querySelectorAll(".highlight")) {
  const said = h("span", { role: "status" }, "");
  const button = h("button", { type: "button", class: "copy", async onclick() {
    await copy(block.querySelector("pre").textContent.replace(/\n$/, ""));
    button.textContent = said.textContent = copied;
    setTimeout(() => { button.textContent = label; said.textContent = ""; }, 1500);
  } }, label);
  said.className = "unseen";
  block.append(button, said);
}
})();
