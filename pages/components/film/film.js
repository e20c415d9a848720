// Plays images through the network view, and draws the ten probabilities along them. All frames are
// here already: nothing is asked of the server while it plays, or while one drags.
const PLAY_MS = 4500; // A whole film.
const LEFT = 34, RIGHT = 22, TOP = 8, BOTTOM = 8;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function made(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

class Film {
  constructor(root) {
    this.root = root;
    const screen = made("div", "screen", root), beside = made("div", "beside", screen);
    this.image = made("canvas", "image", beside);
    [this.image.width, this.image.height] = [28, 28];
    this.image.setAttribute("aria-hidden", "true");
    this.best = made("div", "best", beside);
    this.said = made("div", "said", beside);
    this.curves = made("canvas", "curves", screen);
    this.curves.setAttribute("role", "img");
    const controls = made("div", "controls", root);
    this.button = made("button", "", controls);
    this.button.type = "button";
    this.slider = made("input", "", controls);
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.slider.addEventListener("input", () => { this.pause(); this.show(Number(this.slider.value)); });
    const point = (event) => {
      if (!event.buttons && event.type !== "pointerdown") return;
      const box = this.curves.getBoundingClientRect(), last = this.data.y.length - 1;
      const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
      this.pause();
      this.show(Math.min(Math.max(Math.round(share * last), 0), last));
    };
    this.curves.addEventListener("pointerdown", point);
    this.curves.addEventListener("pointermove", point);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.curves);
    this.at = 0;
  }

  stop() {
    this.pause();
    this.sizes.disconnect();
    cancelAnimationFrame(this.waiting);
    this.view()?.feed(null);
  }

  view() {
    return document.querySelector(`.st-key-${this.data.view} .network-view`)?.view;
  }

  take(data) {
    const same = this.data && JSON.stringify(this.data.y) === JSON.stringify(data.y);
    this.data = data;
    this.slider.max = data.y.length - 1;
    this.slider.setAttribute("aria-label", data.words.name);
    this.curves.setAttribute("aria-label", data.words.alt);
    if (!same) { // Another film: from its beginning to its end, and there it rests.
      this.pause();
      if (still.matches) this.show(data.y.length - 1);
      else this.play();
    } else this.show(this.at);
    this.label();
  }

  label() {
    const { play, pause } = this.data.words;
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.playing ? pause : play);
    this.button.title = this.playing ? pause : play;
  }

  play() {
    const last = this.data.y.length - 1, begin = this.at >= last ? 0 : this.at;
    const startedAt = performance.now() - (begin / last) * PLAY_MS;
    const tick = (now) => {
      const at = Math.min(Math.round(((now - startedAt) / PLAY_MS) * last), last);
      if (at !== this.at) this.show(Math.max(at, 0));
      if (at < last) this.playing = requestAnimationFrame(tick);
      else this.pause();
    };
    this.show(begin);
    this.playing = requestAnimationFrame(tick);
    this.label();
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    if (this.data) this.label();
  }

  show(at) {
    const { frames, y, words } = this.data;
    this.at = at;
    this.slider.value = at;
    const frame = frames[at], pixels = bytesOf(frame.image), image = new ImageData(28, 28);
    pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
    this.image.getContext("2d").putImageData(image, 0, 0);
    const digit = y[at].indexOf(Math.max(...y[at]));
    const said = filled(words.reads, { digit, share: `${(100 * y[at][digit]).toFixed(1)}%` });
    this.best.textContent = digit;
    this.said.textContent = `${frame.caption} · ${said}`;
    this.slider.setAttribute("aria-valuetext", `${frame.caption}. ${said}`);
    this.draw();
    this.feed();
  }

  // The view may come after the film.
  feed = () => {
    cancelAnimationFrame(this.waiting);
    const view = this.view();
    if (view?.place) view.feed(this.data.frames[this.at]);
    else this.waiting = requestAnimationFrame(this.feed);
  };

  draw() {
    const { curves, data } = this;
    const [width, height] = [curves.clientWidth, curves.clientHeight];
    if (!data || !width) return;
    const ratio = window.devicePixelRatio || 1, css = getComputedStyle(curves);
    [curves.width, curves.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const pen = curves.getContext("2d");
    pen.scale(ratio, ratio);
    const ink = css.getPropertyValue("--st-text-color").trim(), last = data.y.length - 1;
    const x = (i) => LEFT + ((width - LEFT - RIGHT) * i) / last;
    const y = (share) => TOP + (height - TOP - BOTTOM) * (1 - share);
    pen.font = `12px ${css.fontFamily}`;
    pen.textBaseline = "middle";
    pen.lineWidth = 1;
    for (const share of [0, 0.5, 1]) {
      pen.globalAlpha = 0.2;
      pen.fillStyle = ink;
      pen.fillRect(LEFT, y(share), width - LEFT - RIGHT, 1);
      pen.globalAlpha = 0.85;
      pen.textAlign = "right";
      pen.fillText(`${100 * share}%`, LEFT - 5, Math.min(Math.max(y(share), 7), height - 7));
    }
    pen.globalAlpha = 1;
    pen.lineJoin = "round";
    data.colours.forEach((colour, digit) => {
      pen.strokeStyle = colour;
      pen.lineWidth = 2.25;
      pen.beginPath();
      data.y.forEach((row, i) => pen[i ? "lineTo" : "moveTo"](x(i), y(row[digit])));
      pen.stroke();
    });
    // Each line that comes up somewhere says at its highest which digit it is.
    pen.font = `600 13px ${css.fontFamily}`;
    data.colours.forEach((colour, digit) => {
      const most = data.y.reduce((best, row, i) => (row[digit] > data.y[best][digit] + 1e-3 ? i : best), 0);
      const share = data.y[most][digit];
      if (share < 0.06) return;
      const end = data.y[last][digit] > share - 0.02;
      pen.textAlign = end ? "left" : "center";
      const [left, top] = end ? [x(last) + 6, Math.max(y(data.y[last][digit]), TOP + 6)] : [Math.max(x(most), LEFT + 7), Math.max(y(share) - 9, 8)];
      pen.lineWidth = 4;
      pen.strokeStyle = css.getPropertyValue("--st-background-color").trim();
      pen.strokeText(digit, left, top);
      pen.fillStyle = ink;
      pen.fillText(digit, left, top);
    });
    pen.fillStyle = ink;
    pen.fillRect(x(this.at) - 0.75, TOP, 1.5, height - TOP - BOTTOM);
    data.y[this.at].forEach((share, digit) => {
      pen.beginPath();
      pen.arc(x(this.at), y(share), 4.5, 0, 7);
      pen.fillStyle = data.colours[digit];
      pen.fill();
    });
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".film");
  root.film ??= new Film(root);
  root.film.take(data);
  offerNumbers(root, data.words.alt, () => [{
    columns: ["", numberWords().reads, ...data.colours.keys()],
    rows: data.y.map((row, i) => [data.frames[i].caption, row.indexOf(Math.max(...row)), ...row]),
  }]);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    root.film.stop();
    root.film = undefined;
    root.replaceChildren();
  };
}
