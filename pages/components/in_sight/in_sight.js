// Brings what was chosen into sight, where it is not.
const still = matchMedia("(prefers-reduced-motion: reduce)");

export default function ({ data, parentElement }) {
  const mark = parentElement.querySelector(".in-sight"), come = mark.shown === undefined;
  if (mark.shown === data.part) return;
  mark.shown = data.part;
  if (come && !data.first) return;
  requestAnimationFrame(() => {
    const start = document.querySelector(`.st-key-${data.start}`);
    if (!start || (data.whole && mark.getBoundingClientRect().bottom <= innerHeight)) return;
    const behavior = come || still.matches ? "instant" : "smooth";
    start.scrollIntoView({ behavior, block: data.whole ? "start" : "nearest" });
  });
}
