// Shows the drawing of a lesson; a cell of it can be chosen where it says so.
function choose(root, event) {
  const { cells } = root.data, svg = root.querySelector("svg");
  if (!cells || !svg) return;
  const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
  const share = (at, from, long, start, size) => ((at - from) * (long / start.size) + start.from - size.from) / size.long;
  const across = share(event.clientX, box.left, view.width, { from: view.x, size: box.width }, { from: cells.left, long: cells.width });
  const down = share(event.clientY, box.top, view.height, { from: view.y, size: box.height }, { from: cells.top, long: cells.height });
  if (!(across >= 0 && across < 1 && down >= 0 && down < 1)) return;
  const [row, column] = [Math.floor(down * cells.rows), Math.floor(across * cells.columns)];
  root.send("picked", { turn: ++root.turn, image: 0, row, column });
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lesson-picture");
  if (!root.data) root.addEventListener("click", (event) => choose(root, event));
  root.send = setStateValue;
  root.turn = Math.max(root.turn ?? 0, data.turn);
  root.classList.toggle("chooses", Boolean(data.cells));
  root.setAttribute("aria-label", data.alt);
  if (root.data?.svg !== data.svg) root.innerHTML = data.svg;
  root.data = data;
  offerNumbers(root, data.alt, () => data.numbers);
}
