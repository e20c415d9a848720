// Brings a person to where it goes on: to the head of a lesson that was opened, or to the answer that has come.
const SHOWN = { ask: "h2", answer: ".st-key-lesson_answer" };

export default function ({ data: { lesson, step }, parentElement }) {
  const root = parentElement.querySelector("span"), before = root.dataset.at, at = `${lesson} ${step}`;
  root.dataset.at = at;
  if (!before || before === at) return;
  const another = before.split(" ")[0] !== lesson;
  requestAnimationFrame(() => requestAnimationFrame(() => { // Once it stands there.
    const place = document.querySelector(`.st-key-lesson_shown ${another ? "h2" : SHOWN[step]}`);
    if (!place) return;
    place.tabIndex = -1;
    place.style.outline = "none"; // Nothing can be done with it: the focus is for what comes after it.
    place.focus({ preventScroll: another });
    if (another) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  }));
}
