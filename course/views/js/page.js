// What stands in for the kernel in an exported page: the state is kept here, and nothing answers.
function standIn(state) {
  const listeners = {};
  return {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      (listeners[`change:${name}`] ?? []).forEach((call) => call());
    },
    save_changes() {},
    on(event, call) { (listeners[event] ??= []).push(call); },
    off(event, call) { listeners[event] = (listeners[event] ?? []).filter((other) => other !== call); },
  };
}

// A frame inside a page takes the page's colours, its own height, and closes the table below it.
function settle() {
  let outer = null;
  try { outer = window.frameElement; } catch { /* a page from elsewhere */ }
  if (!outer) return;
  const theme = getComputedStyle(outer.ownerDocument.body);
  const names = ["content-font-color1", "layout-color0", "layout-color2", "border-color1", "brand-color1",
    "content-font-family"];
  const recolour = () => names.forEach((name) => document.documentElement.style.setProperty(
    `--jp-${name}`, theme.getPropertyValue(`--jp-${name}`)));
  recolour();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(recolour));
  new ResizeObserver(() => { outer.style.height = `${document.body.scrollHeight + 2}px`; }).observe(document.body);
  outer.parentElement.querySelector("details")?.removeAttribute("open");
}

const model = standIn(JSON.parse(document.getElementById("state").textContent));
window.model = model;
settle();
view.render({ model, el: document.getElementById("view") });
document.documentElement.dataset.ready = "yes";
