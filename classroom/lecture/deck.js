// Starts reveal.js, fits what is on a slide to its size, and lets a presenter's remote reach the deck from inside
// a view.
(() => {
  const WIDTH = 1280, HEIGHT = 720, LEAST = 0.4, VIEWS = 1.4;

  const room = (section) => HEIGHT - parseFloat(getComputedStyle(section).paddingBottom);
  const above = (element, section) => {
    let top = 0;
    for (let each = element; each && each !== section; each = each.offsetParent) top += each.offsetTop;
    return top;
  };

  function scale(element, by) {
    element.style.transform = by === 1 ? "" : `scale(${by})`;
    element.style.width = `${100 / by}%`;
    element.closest("section").dataset.scale = by;
  }

  // Code with long lines becomes smaller before its lines are broken.
  function fitLines(pre) {
    pre.style.fontSize = "";
    const style = getComputedStyle(pre), sides = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const room = pre.clientWidth - sides;
    Object.assign(pre.style, { whiteSpace: "pre", width: "max-content" });
    const by = Math.max(0.75, room / (pre.clientWidth - sides));
    Object.assign(pre.style, { whiteSpace: "", width: "" });
    if (by < 1) pre.style.fontSize = `${Math.floor(10 * by * parseFloat(style.fontSize)) / 10}px`;
  }

  // The body of a slide becomes smaller, in steps, until it ends above the lower edge.
  function fitBody(section, inner) {
    const most = room(section) - above(inner, section);
    scale(inner, 1);
    inner.querySelectorAll("pre").forEach(fitLines);
    for (let by = 1; ; by = Math.round((by - 0.04) * 100) / 100) {
      scale(inner, by);
      if (by <= LEAST || (inner.offsetHeight * by <= most && inner.scrollWidth <= inner.clientWidth + 1)) return;
    }
  }

  // A view begins enlarged. It sets its own height whenever its width changes, so each step waits for the last one.
  function fitView(frame) {
    const section = frame.closest("section"), by = Number(section.dataset.scale) || VIEWS;
    if (section !== Reveal.getCurrentSlide()) return;
    const most = room(section) - above(frame, section);
    scale(frame, frame.offsetHeight * by > most && by > LEAST ? Math.round((by - 0.06) * 100) / 100 : by);
    section.dataset.settled = frame.offsetHeight * Number(section.dataset.scale) <= most ? "yes" : "";
  }

  function fit() {
    const section = Reveal.getCurrentSlide(), frame = section.querySelector("iframe");
    if (frame) fitView(frame);
    else fitBody(section, section.querySelector(".fit"));
  }

  // Keys go to the view that has the focus. Page up and down, which a remote sends, go to the deck all the same, and
  // Escape gives all keys back to the deck.
  function listen(frame) {
    frame.contentWindow.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { document.activeElement?.blur(); window.focus(); }
      else if (event.key === "PageDown") { event.preventDefault(); Reveal.next(); }
      else if (event.key === "PageUp") { event.preventDefault(); Reveal.prev(); }
    });
  }

  Reveal.on("ready", () => {
    fit();
    for (const frame of document.querySelectorAll("iframe")) {
      let waiting;
      new ResizeObserver(() => {
        clearTimeout(waiting);
        waiting = setTimeout(() => fitView(frame), 50);
      }).observe(frame);
      if (frame.contentDocument?.readyState === "complete") listen(frame);
      else frame.addEventListener("load", () => listen(frame));
    }
    document.documentElement.dataset.ready = "yes";
  });
  Reveal.on("pdf-ready", () => {                         // on paper, all slides are there at once
    for (const inner of document.querySelectorAll(".fit")) {
      const frame = inner.querySelector("iframe");
      if (frame) scale(frame, 1);
      fitBody(inner.closest("section"), inner);
    }
    document.documentElement.dataset.printable = "yes";
  });
  Reveal.on("slidechanged", () => { document.activeElement?.blur(); fit(); });
  Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
    pdfSeparateFragments: false, plugins: [RevealNotes],
  });
})();
