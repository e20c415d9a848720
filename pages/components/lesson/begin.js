// Brings a person to where it goes on: to the head of a lesson that was opened, or to the answer that has come.
const SHOWN = { ask: "h2", answer: ".st-key-lesson_answer" };
const MOST_MS = 3000; // How long it is waited for.
const AGAIN_MS = 300; // How often it is looked again: a page that is shown twice loses the focus.

function bring(root, selector, toTop, until) {
  if (!root.isConnected) return;
  const place = document.querySelector(`.st-key-lesson_shown ${selector}`);
  if (!place) {
    if (performance.now() < until) requestAnimationFrame(() => bring(root, selector, toTop, until));
    return;
  }
  place.tabIndex = -1;
  place.style.outline = "none"; // Nothing can be done with it: the focus is for what comes after it.
  place.focus({ preventScroll: toTop });
  if (toTop) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
}

export default function ({ data: { lesson, step }, parentElement }) {
  const root = parentElement.querySelector("span"), before = root.dataset.at, at = `${lesson} ${step}`;
  root.dataset.at = at;
  if (!before || before === at) return;
  const another = before.split(" ")[0] !== lesson;
  const go = () => bring(root, another ? "h2" : SHOWN[step], another, performance.now() + MOST_MS);
  requestAnimationFrame(() => requestAnimationFrame(go)); // Once it stands there.
  const again = setInterval(() => { if (document.activeElement === document.body) go(); }, AGAIN_MS);
  const stop = () => clearInterval(again);
  setTimeout(stop, MOST_MS);
  // Who does anything is there already.
  for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, stop, { capture: true, once: true, passive: true });
}
