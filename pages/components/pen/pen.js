// Follows the pen on a canvas: sends what is drawn while it moves, and has the canvas tell of a stroke.
const WAIT_MS = 1000; // For an answer, before the next picture is sent all the same.
const HOLD_MS = 5000; // For the canvas to be drawn anew, before the pen draws again all the same.
const PAUSE_MS = 150; // Between two pictures while the pen moves: the last one shall find nobody busy.

const nextFrame = () => new Promise(requestAnimationFrame);

// The picture that the person sees: the drawing, and the stroke that is still being drawn above it.
function pictureOf(key) {
  const host = document.querySelector(`.st-key-${key}`);
  const layers = [];
  const look = (node) => {
    for (const child of node.querySelectorAll("*")) {
      if (child.tagName === "CANVAS" && child.width) layers.push(child);
      if (child.shadowRoot) look(child.shadowRoot);
    }
  };
  if (host) look(host);
  if (!layers.length) return null;
  const box = layers[0].getBoundingClientRect();
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [Math.round(box.width), Math.round(box.height)];
  const pen = copy.getContext("2d");
  for (const layer of layers) pen.drawImage(layer, 0, 0, copy.width, copy.height);
  return copy.toDataURL("image/png");
}

class Follower {
  constructor(root) {
    this.root = root;
    this.turn = this.answered = this.sentAt = 0;
    this.down = this.moved = this.untold = this.sending = false;
    this.events = {
      pointerdown: this.start, pointermove: this.move, pointerup: this.end, pointercancel: this.end,
      keydown: this.tell, click: this.leave,
    };
    for (const [name, handler] of Object.entries(this.events)) document.addEventListener(name, handler, true);
  }

  stop() {
    this.down = false;
    this.release();
    for (const [name, handler] of Object.entries(this.events)) document.removeEventListener(name, handler, true);
  }

  start = async (event) => {
    this.tell();
    const host = this.key && document.querySelector(`.st-key-${this.key}`);
    if (!host || !event.composedPath().includes(host) || !event.isPrimary || event.button) return;
    this.down = this.moved = true;
    while (this.down) {
      await nextFrame();
      if (this.down && this.moved && this.since(PAUSE_MS) && !this.waiting()) this.send();
    }
  };

  move = () => { this.moved = true; };

  // Seen before the canvas itself, which is about to make the stroke a part of the drawing.
  end = () => {
    if (!this.down) return;
    this.down = false;
    this.untold = true;
    this.send();
  };

  // Has the canvas tell of its strokes now, and not when it is left alone for a while: before anything
  // else is clicked, as it would else tell of them in the middle of that. It has a button for it.
  tell = () => {
    if (!this.untold || this.down) return;
    this.untold = false;
    this.during(() => document.querySelector(`.st-key-${this.key} .dc-toolbar button`)?.click());
  };

  // A pen that is lifted clicks on the canvas, too: what is sent together then, with the last picture,
  // would make only the answer run anew, and not the page. Anywhere else a click waits for what is
  // being sent: Streamlit sends it in a moment, and a link that was quicker would lead nowhere.
  leave = (event) => {
    const path = event.composedPath();
    if (path.some((node) => node.classList?.contains(`st-key-${this.key}`))) return;
    this.tell();
    if (!this.sending) {
      const tool = `.st-key-${this.key}_tools button:enabled`;
      if (path.some((node) => node.matches?.(tool))) this.hold();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => path[0].dispatchEvent(new MouseEvent("click", event)));
  };

  // A stroke that was finished before the canvas is drawn anew would be lost with what is taken back,
  // or bring it back: until then no stroke begins.
  hold() {
    this.release();
    this.held = document.querySelector(`.st-key-${this.key}`);
    this.held?.setAttribute("inert", "");
    this.timer = setTimeout(() => this.release(), HOLD_MS);
  }

  release() {
    clearTimeout(this.timer);
    this.held?.removeAttribute("inert");
    this.held = null;
  }

  // Timers run in their order: this one after that of Streamlit, which `send` has just started.
  during(send) {
    this.sending = true;
    send();
    setTimeout(() => { this.sending = false; });
  }

  since(ms) { return performance.now() - this.sentAt >= ms; }

  waiting() { return this.answered < this.turn && !this.since(WAIT_MS); }

  send() {
    const image = pictureOf(this.key);
    if (!image) return;
    this.moved = false;
    this.sentAt = performance.now();
    this.root.dataset.asked = this.turn + 1;
    this.during(() => this.setState("frame", { turn: ++this.turn, image }));
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pen");
  const follower = (root.follower ??= new Follower(root));
  follower.key = data.canvas;
  const host = document.querySelector(`.st-key-${data.canvas}`);
  host?.setAttribute("role", "img");
  host?.setAttribute("aria-label", data.name);
  follower.setState = setStateValue;
  follower.answered = data.turn;
  if (follower.redraws !== data.redraws) follower.release();
  follower.redraws = data.redraws;
  root.dataset.answered = data.turn;
  follower.turn = Math.max(follower.turn, data.turn);
  if (!follower.waiting()) follower.tell();
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    follower.stop();
    root.follower = undefined; // It may be shown again.
  };
}
