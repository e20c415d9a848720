// Shows the ten probabilities and the small pictures.
function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function build(root) {
  const body = element("div", "body", root); // The size of the root decides how it is laid out.
  const verdict = element("div", "verdict", body);
  const best = element("div", "best", verdict);
  const parts = { bars: element("div", "bars", verdict), rows: [], tiles: [] };
  for (const name of ["title", "digit", "sure"]) parts[name] = element("div", name, best);
  parts.bars.setAttribute("role", "img");
  for (let digit = 0; digit < 10; digit++) {
    const row = { label: element("div", "label", parts.bars), track: element("div", "track", parts.bars) };
    row.bar = element("div", "bar", row.track);
    row.p = element("div", "p", parts.bars);
    row.label.textContent = digit;
    parts.rows.push(row);
  }
  const said = element("p", "words", body);
  said.setAttribute("aria-live", "polite");
  parts.doubt = element("strong", "doubt", said);
  parts.words = element("span", "", said);
  parts.figures = element("div", "tiles", body);
  return parts;
}

function show(root, data) {
  const parts = (root.parts ??= build(root));
  const best = data.bars.indexOf(Math.max(...data.bars));
  const percent = (p) => `${(100 * p).toFixed(1)}%`;
  parts.title.textContent = data.title;
  parts.words.textContent = data.words;
  parts.doubt.textContent = data.doubt;
  root.classList.toggle("doubtful", Boolean(data.doubt));
  parts.digit.textContent = best < 0 ? "–" : best;
  parts.sure.textContent = best < 0 ? "" : percent(data.bars[best]);
  parts.rows.forEach(({ label, bar, p }, digit) => {
    const value = data.bars[digit];
    bar.style.width = percent(value ?? 0);
    p.textContent = value === undefined ? "–" : percent(value);
    for (const part of [label, bar, p]) part.classList.toggle("first", digit === best);
  });
  parts.bars.setAttribute("aria-label", data.bars.map((p, digit) => `${digit}: ${percent(p)}`).join(", ") || data.words);
  while (parts.tiles.length < data.tiles.length) {
    const figure = element("figure", "", parts.figures);
    const tile = { figure, caption: element("figcaption", "", figure), canvas: element("canvas", "", figure), words: element("p", "", figure) };
    tile.canvas.setAttribute("role", "img");
    parts.tiles.push(tile);
  }
  parts.tiles.forEach(({ figure, caption, canvas, words }, i) => {
    const tile = data.tiles[i];
    figure.hidden = !tile;
    if (!tile) return;
    caption.textContent = tile.title;
    words.textContent = tile.words;
    canvas.setAttribute("aria-label", `${tile.title}. ${tile.words}`);
    paint(canvas, tile);
  });
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".answer");
  show(root, data);
  const probabilities = () => ({ columns: [numberWords().digit, numberWords().probability], rows: data.bars.map((p, digit) => [digit, p]) });
  offerNumbers(root, data.title, data.bars.length ? () => [probabilities(), ...data.tiles.map((tile) => imageTable(tile.title, tile))] : null);
}
