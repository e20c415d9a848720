// Ties the symbols of a formula to the parts of the picture: what is pointed at, focused or tapped lights up
// in the picture, in the formula, and in the list.
const NEAR = [0, 8, 16]; // Pixels around a fingertip within which a part of a picture is taken for touched.
const AROUND = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]];

class Ties {
  constructor(root) {
    this.root = root;
    this.pointed = this.focused = this.pinned = null;
    this.sheet = document.head.appendChild(document.createElement("style"));
    this.events = { pointerover: this.point, focusin: this.focus, click: this.pin };
    for (const [name, handler] of Object.entries(this.events)) document.addEventListener(name, handler);
  }

  stop() {
    this.sheet.remove();
    this.watch?.disconnect();
    for (const [name, handler] of Object.entries(this.events)) document.removeEventListener(name, handler);
  }

  partAt = (event) => event.target.closest?.("[data-part]")?.dataset.part ?? null;

  point = (event) => {
    if (event.pointerType === "touch") return; // It never leaves again; a tap pins.
    this.pointed = this.partAt(event);
    this.light();
  };

  focus = (event) => {
    this.focused = this.root.contains(event.target) && event.target.matches(":focus-visible") ? this.partAt(event) : null;
    this.light();
  };

  // Lines are thin, and fingers are not.
  partNear(event) {
    if (event.pointerType !== "touch" || !event.target.closest?.(".lesson-picture")) return null;
    for (const radius of NEAR) {
      for (const [x, y] of AROUND) {
        const target = document.elementFromPoint(event.clientX + radius * x, event.clientY + radius * y);
        if (target?.closest(".lesson-picture") && target.closest("[data-part]")) return this.partAt({ target });
      }
    }
    return null;
  }

  pin = (event) => {
    const part = this.partAt(event) ?? this.partNear(event);
    if (!part && !this.pinned) return;
    this.pinned = part === this.pinned ? null : part;
    this.light();
  };

  light() {
    const part = this.pointed ?? this.focused ?? this.pinned;
    for (const button of this.root.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.dataset.part === this.pinned);
    }
    if (part === this.lit) return;
    this.lit = part;
    const lit = `[data-part="${part}"]`;
    this.sheet.textContent = part && `@media screen {
      :is(.lesson-picture, .${this.formula}) [data-part]:not(${lit}, :has(${lit}), ${lit} *) { opacity: 0.2; }
      .lesson-picture ${lit} { filter: drop-shadow(0 0 3px color-mix(in srgb, currentColor 40%, transparent)); }
      .${this.formula} ${lit} {
        background: color-mix(in srgb, var(--c) 22%, transparent); border-radius: 3px;
        box-shadow: 0 0 0 3px color-mix(in srgb, var(--c) 22%, transparent);
      }
      .lesson-symbols ${lit} { background: color-mix(in srgb, var(--c) 16%, transparent); }
    }`;
  }

  take({ formula, symbols }) {
    const same = JSON.stringify(symbols.map(({ part }) => part)) === this.parts;
    this.parts = JSON.stringify(symbols.map(({ part }) => part));
    this.formula = `st-key-${formula}`;
    this.symbols = symbols;
    if (!same) {
      this.pinned = this.focused = this.pointed = null;
      this.root.replaceChildren(...symbols.map(({ part, colour }) => {
        const item = document.createElement("li"), button = document.createElement("button");
        const sign = document.createElement("span"), words = document.createElement("span");
        button.type = "button";
        button.dataset.part = part;
        button.style.setProperty("--c", `var(--${colour})`);
        sign.className = "katex";
        sign.setAttribute("aria-hidden", "true");
        button.append(sign, words);
        item.append(button);
        return item;
      }));
    }
    symbols.forEach(({ plain, words }, i) => {
      const button = this.root.children[i].firstChild;
      button.lastChild.textContent = words;
      button.setAttribute("aria-label", `${plain}: ${words}`);
    });
    this.light();
    this.find();
    // The formula comes when Streamlit has loaded what writes it.
    this.watch?.disconnect();
    this.watch = new MutationObserver(() => this.find());
    const place = document.querySelector(`.${this.formula}`);
    if (place) this.watch.observe(place, { subtree: true, childList: true });
  }

  find() {
    const marks = new Map(this.symbols.map((symbol, i) => {
      const n = parseInt(symbol.mark.slice(1), 16);
      return [`rgb(${n >> 16}, ${(n >> 8) & 255}, ${n & 255})`, { ...symbol, i }];
    }));
    const seen = new Set();
    for (const span of document.querySelectorAll(`.${this.formula} .katex-html [style*="color"]`)) {
      const symbol = marks.get(span.style.color);
      if (!symbol) continue;
      span.style.setProperty("--c", `var(--${symbol.colour})`);
      if (span.parentElement.closest(`[data-part="${symbol.part}"]`)) continue;
      span.dataset.part = symbol.part;
      const sign = this.root.children[symbol.i].querySelector(".katex");
      if (seen.has(symbol.part)) continue;
      seen.add(symbol.part);
      const copy = span.cloneNode(true);
      for (const one of [copy, ...copy.querySelectorAll("[data-part]")]) one.removeAttribute("data-part");
      if (sign.innerHTML !== copy.outerHTML) sign.replaceChildren(copy);
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lesson-symbols");
  root.ties ??= new Ties(root);
  root.ties.take(data);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    root.ties.stop();
    root.ties = undefined;
    root.replaceChildren();
  };
}
