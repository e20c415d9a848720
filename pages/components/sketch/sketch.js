// A sheet on which a curve is drawn, by pointer, or point by point by keys: what somebody thinks will come.
const SETTLE_MS = 300; // Keys that are held or repeated: only where they end is sent.
const SVG = "http://www.w3.org/2000/svg";
const within = (value) => Math.min(Math.max(value, 0), 1);

class Sheet {
  constructor(root) {
    this.root = root;
    this.ground = root.appendChild(document.createElement("div"));
    this.ground.className = "lesson-picture";
    this.curve = document.createElementNS(SVG, "polyline");
    this.curve.setAttribute("class", "drawn");
    this.dots = document.createElementNS(SVG, "g");
    this.fields = root.appendChild(document.createElement("div"));
    this.fields.className = "fields";
    this.ground.addEventListener("pointerdown", (event) => {
      this.ground.setPointerCapture(event.pointerId);
      this.last = null;
      this.drawing = true;
      this.draw(event);
    });
    this.ground.addEventListener("pointermove", (event) => { if (event.buttons) this.draw(event); });
    for (const end of ["pointerup", "pointercancel"]) {
      this.ground.addEventListener(end, () => {
        this.drawing = false;
        this.tell();
      });
    }
  }

  take(data) {
    const { svg, x, values, label, alt } = data, fresh = this.data?.svg !== svg || this.data.x.length !== x.length;
    this.data = data;
    this.root.setAttribute("aria-label", alt);
    if (fresh) this.build(x, svg);
    const busy = this.timer || this.drawing; // What comes now is from before it.
    if (fresh || (!busy && data.turn === this.turn)) this.values = [...values];
    this.turn = Math.max(this.turn ?? 0, data.turn);
    this.inputs.forEach((input, i) => input.setAttribute("aria-label", label[i]));
    this.show();
  }

  build(x, svg) {
    this.ground.innerHTML = svg;
    this.svg = this.ground.querySelector("svg");
    this.svg.append(this.curve, this.dots);
    this.dots.replaceChildren(...x.map(() => document.createElementNS(SVG, "circle")));
    this.inputs = x.map((_, i) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "range", min: 0, max: 100, step: 1 });
      input.addEventListener("input", () => {
        this.values[i] = input.value / 100;
        this.show();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.tell(), SETTLE_MS);
      });
      input.addEventListener("focus", () => this.show());
      input.addEventListener("blur", () => { if (this.timer) this.tell(); this.show(); });
      return input;
    });
    this.fields.replaceChildren(...this.inputs);
  }

  // All points that the pointer has passed since its last event get its height there.
  draw(event) {
    const box = this.svg.getBoundingClientRect(), view = this.svg.viewBox.baseVal, { left, top, width, height } = this.data.plane;
    const now = {
      x: ((event.clientX - box.left) * view.width / box.width - left) / width,
      y: within(1 - ((event.clientY - box.top) * view.height / box.height - top) / height),
    };
    const from = this.last ?? now, [low, high] = [Math.min(from.x, now.x), Math.max(from.x, now.x)];
    const near = this.data.x.map((at) => Math.abs(at - now.x)), nearest = near.indexOf(Math.min(...near));
    this.data.x.forEach((at, i) => {
      if (i === nearest) this.values[i] = now.y;
      else if (at >= low && at <= high) this.values[i] = from.y + ((now.y - from.y) * (at - from.x)) / (now.x - from.x);
    });
    this.last = now;
    this.show();
  }

  show() {
    const { plane: { left, top, width, height }, x } = this.data;
    const places = x.map((at, i) => [left + width * at, top + height * (1 - this.values[i])]);
    this.curve.setAttribute("points", places.map((place) => place.join(",")).join(" "));
    [...this.dots.children].forEach((dot, i) => {
      dot.setAttribute("cx", places[i][0]);
      dot.setAttribute("cy", places[i][1]);
      const held = this.inputs[i] === document.activeElement && this.inputs[i].matches(":focus-visible");
      dot.setAttribute("r", held ? 10 : 6);
    });
    this.inputs.forEach((input, i) => {
      input.value = Math.round(100 * this.values[i]);
      input.setAttribute("aria-valuetext", `${input.value}%`);
    });
  }

  tell() {
    clearTimeout(this.timer);
    this.timer = null;
    this.send("sketched", { turn: ++this.turn, values: this.values.map((value) => Math.round(100 * value) / 100) });
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lesson-sketch");
  root.sheet ??= new Sheet(root);
  root.sheet.send = setStateValue;
  root.sheet.take(data);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    clearTimeout(root.sheet.timer);
    root.sheet = undefined;
    root.replaceChildren();
  };
}
