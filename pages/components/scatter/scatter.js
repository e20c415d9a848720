// A map of digits as points in their colours: pointing at one shows its image, a click chooses it.
const NEAR = 16, PAD = 14, MOVE_MS = 700;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const still = matchMedia("(prefers-reduced-motion: reduce)");
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const medianOf = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

function made(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

class Scatter {
  constructor(root) {
    this.root = root;
    this.canvas = made("canvas", "points", root);
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.tip = made("div", "tip", root);
    this.image = made("canvas", "", this.tip);
    [this.image.width, this.image.height] = [28, 28];
    this.words = made("div", "", this.tip);
    this.tip.hidden = true;
    this.said = made("div", "said", root);
    this.said.setAttribute("aria-live", "polite");
    this.turn = 0;
    this.canvas.addEventListener("pointermove", (event) => this.point(this.nearest(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("blur", () => this.point(null));
    this.canvas.addEventListener("click", (event) => {
      const near = this.nearest(event);
      if (near != null) this.choose(near);
    });
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
    this.onDigits = () => this.picture();
    document.addEventListener("scatter-digits", this.onDigits);
  }

  stop() {
    this.sizes.disconnect();
    document.removeEventListener("scatter-digits", this.onDigits);
    cancelAnimationFrame(this.frame);
  }

  take(data) {
    const moved = this.data && JSON.stringify(this.data.places) !== JSON.stringify(data.places);
    this.from = moved && !still.matches && this.data.places.length === data.places.length ? this.data.places : null;
    this.data = data;
    this.canvas.setAttribute("aria-label", data.alt);
    this.turn = Math.max(this.turn, data.turn);
    if (data.turn === this.turn) this.chosen = data.chosen;
    this.medians = data.colours.map((_, digit) => {
      const own = data.places.filter((_, i) => data.labels[i] === digit);
      return own.length ? [medianOf(own.map(([x]) => x)), medianOf(own.map(([, y]) => y))] : null;
    });
    if (!this.from) return this.draw();
    const startedAt = performance.now();
    const step = (now) => {
      this.share = Math.min((now - startedAt) / MOVE_MS, 1);
      if (this.share === 1) this.from = null;
      this.draw();
      if (this.from) this.frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(step);
  }

  // Where a place is on the screen: as large as the map can be, in its middle, both ways in one scale.
  at([x, y]) {
    const { clientWidth: width, clientHeight: height } = this.canvas, [across, up] = this.data.spans;
    const scale = Math.min((width - 2 * PAD) / across, (height - 2 * PAD) / up);
    return [width / 2 + scale * x, height / 2 - scale * y];
  }

  placeOf(i) {
    const [x, y] = this.data.places[i];
    if (!this.from) return this.at([x, y]);
    const ease = this.share * this.share * (3 - 2 * this.share), [a, b] = this.from[i];
    return this.at([a + (x - a) * ease, b + (y - b) * ease]);
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let found = null, least = NEAR ** 2;
    this.data.places.forEach((_, i) => {
      const [px, py] = this.placeOf(i), far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) [found, least] = [i, far];
    });
    return found;
  }

  press(event) {
    if (event.key === "Enter" || event.key === " ") {
      if (this.pointed != null) this.choose(this.pointed);
    } else if (event.key === "Escape") this.point(null);
    else if (DIRECTIONS[event.key]) this.point(this.beside(DIRECTIONS[event.key]));
    else return;
    event.preventDefault();
  }

  // The next point in a direction: near, and not far off to a side.
  beside([dx, dy]) {
    const here = this.pointed ?? this.chosen;
    if (here == null) return 0;
    const [x, y] = this.placeOf(here);
    let found = here, least = Infinity;
    this.data.places.forEach((_, i) => {
      if (i === here) return;
      const [px, py] = this.placeOf(i), ahead = (px - x) * dx + (py - y) * dy, aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      const cost = ahead + 2 * aside;
      if (ahead > 0.5 && cost < least) [found, least] = [i, cost];
    });
    return found;
  }

  point(i) {
    if (i === this.pointed) return;
    this.pointed = i;
    this.draw();
    this.tip.hidden = i == null;
    if (i == null) return;
    const { labels, read, point } = this.data;
    this.words.textContent = filled(point, { i, label: labels[i], read: read[i] });
    if (document.activeElement === this.canvas) this.said.textContent = this.words.textContent;
    this.picture();
    const [x, y] = this.placeOf(i), { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = x + 18 + width < this.canvas.clientWidth ? x + 18 : x - 18 - width;
    const top = Math.min(Math.max(y - height / 2, 4), this.canvas.clientHeight - height - 4);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  // The images of the digits may come after somebody has pointed at one.
  picture() {
    const i = this.pointed;
    if (i == null) return;
    const { digits, columns } = this.data, pen = this.image.getContext("2d");
    const sheet = document.querySelector(`.st-key-${digits} .scatter-digits`)?.sheet;
    pen.clearRect(0, 0, 28, 28);
    if (sheet?.complete) pen.drawImage(sheet, 28 * (i % columns), 28 * Math.floor(i / columns), 28, 28, 0, 0, 28, 28);
  }

  choose(i) {
    this.chosen = i;
    this.draw();
    this.send("picked", { turn: ++this.turn, image: i, row: 0, column: 0 });
  }

  draw() {
    const { canvas, data } = this, { clientWidth: width, clientHeight: height } = canvas;
    if (!data || !width) return;
    const ratio = window.devicePixelRatio || 1, css = getComputedStyle(canvas);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const ink = css.getPropertyValue("--st-text-color").trim(), ground = css.getPropertyValue("--st-background-color").trim();
    const dot = (i, size) => {
      const [x, y] = this.placeOf(i);
      pen.beginPath();
      pen.arc(x, y, size, 0, 7);
    };
    // Dark colours would hardly stand out from a dark ground.
    pen.globalAlpha = css.colorScheme === "dark" ? 1 : 0.8;
    data.labels.forEach((label, i) => {
      dot(i, 3);
      pen.fillStyle = data.colours[label];
      pen.fill();
    });
    pen.globalAlpha = 1;
    pen.strokeStyle = ink;
    pen.lineWidth = 1.25;
    data.labels.forEach((label, i) => {
      if (label === data.read[i]) return;
      dot(i, 4.5);
      pen.stroke();
    });
    pen.font = `700 22px ${css.fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 5;
    pen.lineJoin = "round";
    if (!this.from) {
      this.medians.forEach((place, digit) => {
        if (!place) return;
        const [x, y] = this.at(place);
        pen.strokeStyle = ground;
        pen.strokeText(digit, x, y);
        pen.fillStyle = ink;
        pen.fillText(digit, x, y);
      });
    }
    for (const [i, line] of [[this.chosen, 3], [this.pointed, 2]]) {
      if (i == null) continue;
      dot(i, 7);
      pen.fillStyle = data.colours[data.labels[i]];
      pen.fill();
      pen.strokeStyle = ink;
      pen.lineWidth = line;
      pen.stroke();
    }
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".scatter");
  root.scatter ??= new Scatter(root);
  root.scatter.send = setStateValue;
  root.scatter.take(data);
  offerNumbers(root, data.alt, () => [{
    columns: ["", numberWords().digit, numberWords().reads, "x", "y"],
    rows: data.places.map(([x, y], i) => [i, data.labels[i], data.read[i], x, y]),
  }]);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    root.scatter.stop();
    root.scatter = undefined;
    root.replaceChildren();
  };
}
