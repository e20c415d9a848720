// Keeps a text in the browser's own storage, and tells the page what is there: see keeping.py.
// What the page cannot read is put aside under another name, and never written over.
const NAME = "simplenet-lab", ASIDE = `${NAME}.unread`, VISITOR = `${NAME}.visitor`;

let send, most;
let visitor; // Whose runs are shown: what this browser was told at its very first visit.
let visit, sent, turn, orders; // What was said to and by the page, in numbers.
let base; // What the page knows to be in the storage: undefined before it knows anything.
let told; // What the last message said is there.
let written; // What this page was the last to write: it can be read.
let problem = null;

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch { // A browser may forbid it.
    problem = "off";
    return null;
  }
}

function tell() {
  const text = read(NAME);
  const message = { n: ++sent, unread: read(ASIDE) !== null, visit, visitor, problem };
  if (text !== base) {
    message.text = text?.length > most ? "" : text; // That is nothing of ours.
    if (base?.length <= most) message.base = base;
  }
  told = text;
  send("told", message);
}

function remember(offered) {
  const known = read(VISITOR);
  if (known) return known;
  try {
    localStorage.setItem(VISITOR, offered);
  } catch { /* Then it is another one at the next visit. */ }
  return offered;
}

function write({ text, damaged }) {
  const now = read(NAME);
  if (now !== null && now !== base) return tell(); // Another tab was quicker.
  try {
    if (damaged && base && base !== written) putAside(base);
    localStorage.setItem(NAME, text);
  } catch (error) {
    problem = /quota/i.test(error?.name) ? "full" : "off";
    return tell();
  }
  base = told = written = text;
  if (problem) {
    problem = null;
    tell();
  }
}

function putAside(text) {
  const before = localStorage.getItem(ASIDE);
  if (before === null) localStorage.setItem(ASIDE, text);
  else if (!before.includes(text)) localStorage.setItem(ASIDE, `${before}\n${text}`);
}

function download({ damaged }) {
  const texts = [read(ASIDE), damaged && base !== written ? base : null];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([texts.filter(Boolean).join("\n")]));
  link.download = `${ASIDE}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function discard() {
  try {
    localStorage.removeItem(ASIDE);
  } catch { /* Then there is nothing, either. */ }
}

addEventListener("storage", ({ key, newValue }) => {
  if (visit && key === NAME && newValue !== null && newValue !== told) tell();
});

export default function ({ data, setStateValue }) {
  send = setStateValue;
  most = data.most;
  if (data.visit !== visit) { // The first time, or the server was restarted and has forgotten.
    ({ visit, orders, seen: sent } = data);
    turn = 0;
    base = undefined;
    visitor = remember(data.visitor);
    return tell();
  }
  if (data.seen < sent) return; // Its answer is on the way.
  base = told;
  if (data.orders > orders) {
    orders = data.orders;
    ({ download, discard })[data.order](data);
  }
  if (data.turn > turn) {
    turn = data.turn;
    write(data);
  }
}
