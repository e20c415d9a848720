// Shows how often each digit is taken for each other one; a cell can be chosen, by arrow keys, too.
const SETTLE_MS = 250; // Keys that are held or repeated: only where they end is sent.
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const DIGITS = [...Array(10).keys()];
const within = (value) => Math.min(Math.max(value, 0), DIGITS.length - 1);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function made(tag, className, parent, words = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  parent.append(element);
  return element;
}

function build(root) {
  root.columns = made("div", "columns", root);
  const across = made("div", "across", root);
  root.rows = made("div", "rows", across);
  root.columns.setAttribute("aria-hidden", "true");
  root.rows.setAttribute("aria-hidden", "true");
  const table = (root.table = made("table", "", across));
  table.setAttribute("role", "grid");
  const head = made("tr", "", made("thead", "", table));
  made("td", "head", head);
  for (const digit of DIGITS) made("th", "", head, digit).scope = "col";
  root.recallTitle = made("th", "rate", head);
  const body = made("tbody", "", table);
  const share = (row) => {
    const cell = made("td", "share rate", row), words = made("span", "", cell);
    return { words, bar: made("b", "", made("i", "", cell)) };
  };
  root.recall = [];
  root.cells = DIGITS.map((right) => {
    const row = made("tr", "", body);
    made("th", "head", row, right).scope = "row";
    const cells = DIGITS.map((read) => {
      const cell = made("td", "cell", row);
      cell.classList.toggle("right", right === read);
      cell.addEventListener("click", () => choose(root, [right, read], 0));
      return cell;
    });
    root.recall.push(share(row));
    return cells;
  });
  const foot = made("tr", "", body);
  made("td", "head", foot);
  root.precision = DIGITS.map(() => share(foot));
  root.precisionTitle = made("th", "rate", foot);
  table.addEventListener("keydown", (event) => {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    choose(root, root.chosen.map((value, i) => within(value + step[i])), SETTLE_MS);
    cellOf(root).focus();
  });
  root.turn = 0;
}

const cellOf = ({ cells, chosen: [right, read] }) => cells[right][read];

function mark(root) {
  for (const cell of root.cells.flat()) {
    const chosen = cell === cellOf(root);
    cell.setAttribute("aria-selected", chosen);
    cell.tabIndex = chosen ? 0 : -1;
  }
}

function choose(root, chosen, after) {
  root.chosen = chosen;
  mark(root);
  clearTimeout(root.timer);
  const [row, column] = chosen, turn = ++root.turn;
  root.timer = setTimeout(() => root.send("picked", { turn, image: 0, row, column }), after);
}

const WIDE = 440; // Pixels of width from which on a share has room for a decimal.
const percent = (share, decimals) => (share == null ? "–" : `${(100 * share).toFixed(share === 1 ? 0 : decimals)}%`);

function tellShares(root) {
  const decimals = root.clientWidth < WIDE ? 0 : 1;
  for (const [cells, shares] of [[root.recall, root.shares.recall], [root.precision, root.shares.precision]]) {
    cells.forEach(({ words, bar }, digit) => {
      words.textContent = percent(shares[digit], decimals);
      bar.style.width = `${100 * (shares[digit] ?? 0)}%`;
    });
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".confusion"), { counts, words } = data;
  if (!root.cells) build(root);
  root.send = setStateValue;
  root.table.setAttribute("aria-label", words.alt);
  root.columns.textContent = words.columns;
  root.rows.textContent = words.rows;
  root.recallTitle.textContent = words.recall;
  root.precisionTitle.textContent = words.precision;
  // The mistakes have the colours for themselves: the right ones would drown them.
  const most = Math.max(1, ...counts.flatMap((row, right) => row.filter((_, read) => read !== right)));
  root.cells.forEach((row, right) => row.forEach((cell, read) => {
    const n = counts[right][read];
    cell.textContent = n || "·";
    cell.classList.toggle("none", !n);
    cell.style.setProperty("--share", right === read ? 0 : (0.62 * Math.sqrt(n / most)).toFixed(3));
    cell.setAttribute("aria-label", filled(words.cell, { right, read, n }));
  }));
  root.shares = data;
  tellShares(root);
  root.sizes ??= new ResizeObserver(() => tellShares(root));
  root.sizes.observe(root);
  root.turn = Math.max(root.turn, data.turn);
  if (data.turn === root.turn) root.chosen = data.chosen; // Or else an answer to a newer choice is on its way.
  mark(root);
  offerNumbers(root, words.alt, () => [
    { title: `${words.rows} × ${words.columns}`, columns: ["", ...DIGITS], rows: counts.map((row, right) => [right, ...row]) },
    { columns: [numberWords().digit, words.recall, words.precision], rows: DIGITS.map((digit) => [digit, data.recall[digit], data.precision[digit]]) },
  ]);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    root.sizes.disconnect();
  };
}
