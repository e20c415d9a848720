// Writes digits on the canvas as a hand would, again and again, until somebody takes the pen; and
// has the network view show what the network makes of each moment.
const POINTS_S = 125; // How many points of a digit the pen passes in a second.
const REST_S = 1.9; // How long a finished digit stays.

const still = matchMedia("(prefers-reduced-motion: reduce)");
let taken = false; // The pen; for as long as the app is open.

class Demonstration {
  constructor(data) {
    this.data = data;
    this.digit = this.shown = 0;
    this.startedAt = null;
    document.addEventListener("pointerdown", this.take, true);
    this.frame = requestAnimationFrame(this.write);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    document.removeEventListener("pointerdown", this.take, true);
    this.sheet?.remove();
    this.view()?.feed(null);
  }

  take = (event) => {
    if (!event.composedPath().some((node) => node.classList?.contains(`st-key-${this.data.canvas}`))) return;
    taken = true;
    this.stop();
  };

  view() {
    return document.querySelector(`.st-key-${this.data.view} .network-view`)?.view;
  }

  // A sheet that lies over the canvas and lets every touch through.
  prepare() {
    const host = document.querySelector(`.st-key-${this.data.canvas}`);
    if (!host || !this.view()?.place) return false;
    if (!this.sheet?.isConnected) {
      this.sheet = document.createElement("canvas");
      this.inked = null;
      Object.assign(this.sheet.style, { position: "absolute", left: 0, top: 0, pointerEvents: "none", zIndex: 20 });
      this.sheet.setAttribute("aria-hidden", "true");
      host.style.position = "relative";
      host.append(this.sheet);
      const ratio = window.devicePixelRatio || 1, { side } = this.data;
      [this.sheet.width, this.sheet.height] = [side * ratio, side * ratio];
      Object.assign(this.sheet.style, { width: `${side}px`, height: `${side}px` });
    }
    return true;
  }

  write = (now) => {
    this.frame = requestAnimationFrame(this.write);
    if (!this.prepare()) return;
    this.startedAt ??= now;
    const { points, moments, frames } = this.data.digits[this.digit];
    const seconds = (now - this.startedAt) / 1000;
    const passed = still.matches ? points.length : Math.min(Math.floor(seconds * POINTS_S), points.length);
    if (passed !== this.inked) this.ink(passed);
    const seen = moments.filter((moment) => moment <= passed).length;
    if (seen !== this.shown) this.view().feed(seen ? frames[seen - 1] : null);
    this.shown = seen;
    if (seconds < points.length / POINTS_S + REST_S) return;
    if (still.matches) return cancelAnimationFrame(this.frame);
    this.digit = (this.digit + 1) % this.data.digits.length;
    this.startedAt = now;
  };

  ink(passed) {
    this.inked = passed;
    const { points, starts } = this.data.digits[this.digit], { side, pen: width } = this.data;
    const pen = this.sheet.getContext("2d"), ratio = this.sheet.width / side;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, side, side);
    Object.assign(pen, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    pen.beginPath();
    points.slice(0, passed).forEach(([x, y], i) => pen[starts.includes(i) ? "moveTo" : "lineTo"](x * side, y * side));
    pen.stroke();
  }
}

export default function ({ data, parentElement }) {
  if (taken || !data.digits.length) return undefined;
  const root = parentElement.querySelector(".demonstration");
  root.demonstration ??= new Demonstration(data);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    root.demonstration?.stop();
    root.demonstration = undefined;
  };
}
