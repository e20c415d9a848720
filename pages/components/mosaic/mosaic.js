// Shows images side by side; one of them, or a pixel of the only one, can be chosen.
const SETTLE_MS = 200; // Keys that are held or repeated: only where they end is sent.
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const within = (value, end) => Math.min(Math.max(value, 0), end - 1);

function mark(root) {
  const { data, chosen } = root;
  root.figures.forEach(({ figure }, i) => figure.classList.toggle("chosen", data.choose === "image" && i === chosen.image));
  const box = root.mark, first = data.images[0];
  box.hidden = data.choose !== "pixel";
  if (box.hidden) return;
  root.figures[0].figure.append(box);
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(box.style, {
    left: percent(chosen.column, first.width), width: percent(1, first.width),
    top: percent(chosen.row, first.height), height: percent(1, first.height),
  });
}

function choose(root, chosen, after) {
  root.chosen = { ...root.chosen, ...chosen, turn: ++root.turn };
  mark(root);
  root.figures[root.chosen.image]?.figure.scrollIntoView({ block: "nearest" });
  clearTimeout(root.timer);
  root.timer = setTimeout(() => root.send("picked", root.chosen), after);
}

function move(root, event) {
  const step = MOVES[event.key], { data, chosen } = root;
  if (!step || !data.choose || !data.images.length) return;
  event.preventDefault();
  if (data.choose === "pixel") {
    const { width, height } = data.images[0];
    choose(root, { row: within(chosen.row + step[0], height), column: within(chosen.column + step[1], width) }, SETTLE_MS);
  } else {
    const columns = getComputedStyle(root).gridTemplateColumns.split(" ").length;
    const next = chosen.image == null ? 0 : chosen.image + step[0] * columns + step[1];
    choose(root, { image: within(next, data.images.length) }, SETTLE_MS);
  }
}

function build(root, i) {
  const figure = document.createElement("figure"), canvas = document.createElement("canvas");
  const caption = document.createElement("figcaption");
  figure.append(canvas, caption);
  root.append(figure);
  canvas.addEventListener("click", (event) => {
    if (!root.data.choose) return;
    const box = canvas.getBoundingClientRect(), { width, height } = root.data.images[i];
    choose(root, {
      image: i,
      column: within(Math.floor((width * (event.clientX - box.left)) / box.width), width),
      row: within(Math.floor((height * (event.clientY - box.top)) / box.height), height),
    }, 0);
  });
  return { figure, canvas, caption };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".mosaic");
  if (!root.figures) {
    root.figures = [];
    root.turn = 0;
    root.mark = Object.assign(document.createElement("div"), { className: "mark" });
    root.addEventListener("keydown", (event) => move(root, event));
  }
  root.data = data;
  root.send = setStateValue;
  root.style.setProperty("--side", `${data.side}px`);
  root.setAttribute("role", data.choose ? "application" : "img");
  root.setAttribute("aria-label", data.alt);
  offerNumbers(root, data.alt, () => data.images.map((image, i) => imageTable(data.captions[i] ?? `${i + 1}`, image)));
  root.tabIndex = data.choose ? 0 : -1;
  root.classList.toggle("chooses", Boolean(data.choose));
  root.classList.toggle("beside", data.beside);
  while (root.figures.length < data.images.length) root.figures.push(build(root, root.figures.length));
  for (const { figure } of root.figures.splice(data.images.length)) figure.remove();
  root.figures.forEach(({ figure, canvas, caption }, i) => {
    paint(canvas, data.images[i]);
    figure.classList.toggle("right", data.right[i] === true);
    figure.classList.toggle("wrong", data.right[i] === false);
    caption.textContent = data.captions[i] ?? "";
    caption.hidden = !data.captions[i];
  });
  root.turn = Math.max(root.turn, data.turn);
  if (data.turn === root.turn) { // Or else the answer to a newer choice is on its way.
    const [row, column] = data.pixel ?? [0, 0];
    root.chosen = { image: data.pixel ? 0 : data.image, row, column };
  }
  mark(root);
}
