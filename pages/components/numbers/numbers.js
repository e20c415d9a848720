// Offers the numbers of a picture as tables: by a button at its corner, or by the key T. Comes before
// the source of each component that shows a picture.
const NUMBER_WORDS = "{words}";
const MOST_ROWS = 2000; // That are shown; a file has all of them.

const numberWords = () => NUMBER_WORDS[document.documentElement.lang] ?? NUMBER_WORDS.en;

function written(value) {
  if (value == null || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(5))).replace("-", "−");
}

// A table is {title, columns, rows}; its first column says what a row is.
function tableOf({ title, columns, rows }) {
  const table = document.createElement("table");
  table.createCaption().textContent = title ?? "";
  table.caption.hidden = !title;
  const head = table.createTHead().insertRow(), body = table.createTBody();
  const header = (row, value, scope) => {
    const cell = document.createElement("th");
    cell.scope = scope;
    cell.textContent = written(value);
    row.append(cell);
  };
  for (const name of columns) name === "" ? head.insertCell() : header(head, name, "col");
  for (const values of rows.slice(0, MOST_ROWS)) {
    const row = body.insertRow();
    header(row, values[0], "row");
    for (const value of values.slice(1)) row.insertCell().textContent = written(value);
  }
  return table;
}

// An image as a table of its rows; `values` are its pixels, row after row.
function gridTable(title, values, width) {
  const columns = ["", ...Array(width).keys()], rows = [];
  for (let at = 0; at < values.length; at += width) rows.push([at / width, ...values.slice(at, at + width)]);
  return { title, columns, rows };
}

// As `paint` takes it: ink in 0 to 1, or signed, from -1 to 1.
function imageTable(title, { pixels, width, signed }) {
  const bytes = Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  return gridTable(title, bytes.map((byte) => Number((signed ? (byte - 128) / 127 : byte / 255).toFixed(3))), width);
}

function csvOf(tables) {
  const cell = (value) => {
    const text = value == null || Number.isNaN(value) ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = ({ title, columns, rows }) => [...(title ? [[title]] : []), columns, ...rows].map((row) => row.map(cell).join(","));
  return "\ufeff" + tables.map((table) => lines(table).join("\r\n")).join("\r\n\r\n") + "\r\n"; // Excel reads UTF-8 by the mark.
}

function saveCsv(tables, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvOf(tables)], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// The name of a picture goes on with what its keys do. The point of 98.1% ends nothing.
const firstSentence = (words) => words.match(/^.*?(?:[.!?](?=\s|$)|[。！？])/su)?.[0] ?? words;

function openNumbers(box, { name, tables }) {
  const found = tables(), words = numberWords();
  const dialog = document.createElement("dialog"), head = document.createElement("header");
  dialog.className = "numbers";
  const title = document.createElement("p"), tableBox = document.createElement("div");
  title.textContent = firstSentence(name);
  dialog.setAttribute("aria-label", words.open);
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  head.append(title, button(words.save, () => saveCsv(found, words.file)), button(words.close, () => dialog.close()));
  tableBox.className = "tables";
  tableBox.tabIndex = 0; // So that it can be scrolled by keys.
  tableBox.setAttribute("role", "region");
  tableBox.setAttribute("aria-label", name);
  tableBox.append(...found.map(tableOf));
  if (found.some(({ rows }) => rows.length > MOST_ROWS)) {
    tableBox.append(Object.assign(document.createElement("p"), { textContent: words.some.replace("{n}", MOST_ROWS) }));
  }
  dialog.append(head, tableBox);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // Beside it.
  box.append(dialog);
  dialog.showModal();
  tableBox.focus();
}

// `tables` is asked for when somebody wants them; null takes the offer back.
function offerNumbers(root, name, tables) {
  const box = root.parentElement;
  if (!box.classList.contains("has-numbers")) {
    box.classList.add("has-numbers");
    box.addEventListener("keydown", (event) => {
      const typed = event.target.matches('input:not([type="range"]), textarea, dialog *');
      if (event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey || typed || !box.offered) return;
      event.preventDefault();
      openNumbers(box, box.offered);
    });
  }
  box.offered = tables && { name, tables };
  let button = box.querySelector(":scope > .numbers-open");
  if (!tables) return button?.remove();
  if (!button) {
    button = box.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "numbers-open";
    button.setAttribute("aria-keyshortcuts", "t");
    button.addEventListener("click", () => openNumbers(box, box.offered));
  }
  nameOffer(button);
}

function nameOffer(button) {
  const words = numberWords();
  button.title = `${words.open} (T)`;
  button.setAttribute("aria-label", `${words.open}: ${button.parentElement.offered.name}`);
}

// The language of the page may change after the picture did.
if (!document.numbersFollowLanguage) {
  document.numbersFollowLanguage = new MutationObserver(() => document.querySelectorAll(".numbers-open").forEach(nameOffer));
  document.numbersFollowLanguage.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
}
