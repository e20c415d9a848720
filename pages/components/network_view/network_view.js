// Shows a network: its image, its hidden units and its outputs, alive; pointing at a part tells of it.
// The weights come as a component of their own, which Streamlit sends only when they change.
const CHANGE_MS = 180; // In which new weights take the place of the old ones.
const MOVING = 400; // Hidden units: with more of them, the picture changes at once.
const still = matchMedia("(prefers-reduced-motion: reduce)");

function bytesOf(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const signed = (value) => (Math.abs(value) < 0.0005 && value ? value.toExponential(1) : value.toFixed(3)).replace("-", "−");

function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

class View {
  constructor(root) {
    this.root = root;
    this.stage = element("div", "stage", root);
    this.canvas = element("canvas", "", this.stage);
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.tip = element("div", "tip", this.stage);
    this.tip.hidden = true;
    this.said = element("div", "said", root);
    this.said.setAttribute("aria-live", "polite");
    this.details = element("div", "opened", root);
    this.details.hidden = true;
    this.part = null;
    this.turn = 0;
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.focus(null); });
    this.canvas.addEventListener("click", () => { if (this.part?.kind === "unit") this.open(this.part.unit); });
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("blur", () => this.focus(null));
    this.sizes = new ResizeObserver(() => this.settle());
    this.sizes.observe(this.stage);
    this.inSight = true;
    this.sight = new IntersectionObserver(([{ isIntersecting }]) => {
      this.inSight = isIntersecting;
      if (this.place && this.inSight) this.paintSoon();
    });
    this.sight.observe(this.stage);
  }

  stop() {
    this.sizes.disconnect();
    this.sight.disconnect();
    cancelAnimationFrame(this.frame);
  }

  show(data) {
    this.data = data;
    this.root.classList.toggle("short", data.short);
    this.turn = Math.max(this.turn, data.turn);
    if (data.turn === this.turn) this.opened = data.opened?.unit ?? null; // Or an answer is on its way.
    const holder = document.querySelector(`.st-key-${data.weights} .network-weights`);
    if (holder?.weights) this.take(holder.weights);
  }

  // Something else runs through the network now than what the server told; null is that again.
  feed(other) {
    this.fed = other;
    this.settle();
  }

  // New weights, which may come before or after what runs through them.
  take(weights) {
    if (weights !== this.weights) {
      const alike = this.weights?.units === weights.units;
      this.before = alike && weights.units <= MOVING && !still.matches ? this.atlas ?? this.before : null;
      this.weights = weights;
      this.atlas = null;
      this.changedAt = performance.now();
    }
    this.settle();
  }

  settle() {
    if (!this.data || !this.weights || !this.stage.clientWidth) return;
    const { units } = this.weights;
    const place = geometry(this.stage.clientWidth, units, this.data.short);
    place.font = getComputedStyle(this.root).fontFamily;
    if (place.grid.columns !== this.place?.grid.columns) this.atlas = this.before = null;
    this.place = place;
    this.canvas.style.height = `${place.height}px`;
    const { image, signals, caption, label } = this.fed ?? this.data;
    const fits = signals?.a1.length === units;
    this.active = fits ? this.data.active : null;
    if (image !== this.told) [this.told, this.image] = [image, image ? bytesOf(image) : null];
    Object.assign(this, { signals: fits ? signals : null, caption, label });
    this.canvas.setAttribute("aria-label", `${this.data.alt} ${caption}. ${this.reading()}`);
    if (this.opened >= units) this.opened = null;
    if (this.part?.kind === "unit" && this.part.unit >= units) this.part = null;
    this.root.dataset.iteration = this.data.iteration;
    this.tell();
    this.detail();
    this.paintSoon();
  }

  // Once for all that comes between two frames, and not where nobody sees it.
  paintSoon() {
    cancelAnimationFrame(this.frame);
    this.fresh = true;
    if (this.inSight) this.frame = requestAnimationFrame(this.paint);
  }

  paint = () => {
    cancelAnimationFrame(this.frame);
    this.atlas ??= atlasOf(this.weights, this.place.grid.columns);
    const change = this.before ? (performance.now() - this.changedAt) / CHANGE_MS : 1;
    // While weights change, nothing else does.
    const only = this.fresh || this.active || change >= 1 ? null : paintTiles;
    this.fresh = false;
    paintNetwork(this.canvas, only, {
      place: this.place, weights: this.weights, signals: this.signals, image: this.image, part: this.part,
      opened: this.opened, atlas: this.atlas, before: this.before, change,
      caption: this.caption, label: this.label, active: this.active,
    });
    if (change < 1) this.frame = requestAnimationFrame(this.paint);
    else this.before = null;
  };

  point(event) {
    if (!this.place) return;
    const box = this.canvas.getBoundingClientRect();
    this.at = [event.clientX - box.left, event.clientY - box.top];
    this.focus(partAt(this.place, this.weights.units, ...this.at));
  }

  press(event) {
    if (!this.place) return;
    if (event.key === "Escape") {
      if (this.opened == null) return;
      this.open(null);
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.part?.kind !== "unit") return;
      this.open(this.part.unit);
    } else if (event.key.startsWith("Arrow")) {
      this.at = null;
      this.focus(moved(this.place, this.weights.units, this.part, event.key));
      this.said.textContent = this.words();
    } else return;
    event.preventDefault();
  }

  focus(part) {
    this.part = part;
    this.canvas.style.cursor = part?.kind === "unit" ? "pointer" : "default";
    if (!this.place) return;
    this.tell();
    this.paintSoon();
  }

  open(unit) {
    this.opened = unit === this.opened ? null : unit;
    this.detail();
    this.paintSoon();
    this.send("opened", { turn: ++this.turn, unit: this.opened });
  }

  // What it reads, in words.
  reading() {
    const digit = bestOf(this.signals);
    return digit < 0 ? "" : filled(this.data.words.reads, { digit, share: percent(this.signals.y[digit]) });
  }

  // What the part says that is pointed at.
  words() {
    const { part, signals, weights, image } = this, { words } = this.data;
    const pixel = (at) => ({ row: Math.floor(at / 28) + 1, column: (at % 28) + 1, x: image ? (image[at] / 255).toFixed(2) : "–" });
    if (part.kind === "image") return filled(words.pixel, pixel(part.pixel));
    if (part.kind === "output") {
      const score = signals ? signed(signals.s2[part.digit]) : "–", share = signals ? percent(signals.y[part.digit]) : "–";
      return filled(words.output, { digit: part.digit, score, share });
    }
    const { unit } = part;
    const told = filled(words.unit, {
      unit: unit + 1, sum: signals ? signed(signals.s1[unit]) : "–", activation: signals ? signals.a1[unit].toFixed(3) : "–",
    });
    if (part.pixel == null) return told;
    const weight = signed(weights.w1[part.pixel * weights.units + unit]);
    return `${told}\n${filled(words.weight, { ...pixel(part.pixel), weight })}`;
  }

  tell() {
    const { tip, part, place } = this;
    tip.hidden = !part;
    if (!part) return;
    tip.textContent = this.words();
    let [x, y] = this.at ?? [0, 0];
    if (!this.at) {
      const { image } = place;
      if (part.kind === "image") [x, y] = [image.left + ((part.pixel % 28) * image.side) / 28, image.top + (Math.floor(part.pixel / 28) * image.side) / 28];
      else if (part.kind === "output") ({ left: x, top: y } = outputOf(place, part.digit));
      else [x, y] = middleOf(tileOf(place, part.unit));
    }
    const left = Math.min(Math.max(x + 14, 4), place.width - tip.offsetWidth - 4);
    const below = y + 18 + tip.offsetHeight < place.height;
    tip.style.transform = `translate(${left}px, ${below ? y + 18 : Math.max(y - tip.offsetHeight - 10, 4)}px)`;
  }

  // The unit that is opened: its weights, what it says to the outputs, what excites it.
  detail() {
    const { details, opened, weights, signals } = this, { words } = this.data;
    details.hidden = opened == null;
    if (opened == null) return;
    if (!details.parts) {
      const head = element("div", "head", details);
      const parts = (details.parts = { title: element("strong", "", head), close: element("button", "", head) });
      parts.close.type = "button";
      parts.close.textContent = "×";
      parts.close.addEventListener("click", () => { this.open(null); this.canvas.focus(); });
      const row = element("div", "row", details);
      const figure = (name) => {
        const box = element("figure", name, row);
        parts[`${name}Title`] = element("figcaption", "", box);
        return box;
      };
      parts.large = element("canvas", "", figure("weights"));
      parts.large.setAttribute("role", "img");
      const outgoing = figure("outgoing");
      parts.bars = Array.from({ length: OUTPUTS }, (_, digit) => {
        const bar = element("div", "bar", outgoing);
        element("span", "", bar).textContent = digit;
        return { fill: element("i", "", element("div", "track", bar)), value: element("span", "value", bar) };
      });
      parts.digits = element("div", "digits", figure("exciting"));
    }
    const { parts } = details;
    const sum = signals ? signed(signals.s1[opened]) : "–", activation = signals ? signals.a1[opened].toFixed(3) : "–";
    parts.title.textContent = filled(words.unit, { unit: opened + 1, sum, activation });
    parts.close.setAttribute("aria-label", words.close);
    parts.weightsTitle.textContent = words.incoming;
    parts.outgoingTitle.textContent = words.outgoing;
    parts.excitingTitle.textContent = words.exciting;
    const incoming = unitWeights(weights, opened), sheet = inColours(incoming, incoming.reduce((most, w) => Math.max(most, Math.abs(w)), 0));
    [parts.large.width, parts.large.height] = [28, 28];
    parts.large.getContext("2d").drawImage(sheet, 0, 0);
    parts.large.setAttribute("aria-label", words.incoming);
    const outgoing = Array.from(weights.w2.slice(OUTPUTS * opened, OUTPUTS * (opened + 1)));
    const most = Math.max(...outgoing.map(Math.abs), 1e-12);
    parts.bars.forEach(({ fill, value }, digit) => {
      const share = outgoing[digit] / most;
      Object.assign(fill.style, { left: `${50 + 50 * Math.min(share, 0)}%`, width: `${50 * Math.abs(share)}%`, background: css(share > 0 ? FOR : AGAINST) });
      value.textContent = signed(outgoing[digit]);
    });
    const found = this.data.opened?.unit === opened ? this.data.opened.digits : [];
    while (parts.digits.children.length < found.length) element("canvas", "", parts.digits).setAttribute("role", "img");
    [...parts.digits.children].forEach((canvas, i) => {
      canvas.hidden = !found[i];
      if (!found[i]) return;
      paint(canvas, found[i]);
      canvas.setAttribute("aria-label", found[i].label);
    });
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".network-view");
  const view = (root.view ??= new View(root));
  view.send = setStateValue;
  view.show(data);
  offerNumbers(root, data.alt, () => (view.weights ? tablesOf(view) : []));
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    view.stop();
    root.view = undefined;
    root.replaceChildren(); // It may be shown again.
  };
}
