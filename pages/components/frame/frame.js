// Has Streamlit's own words be those of the visitor's language, lets the keyboard scroll, closes the menu on a
// phone, and says when the server does not answer.
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
const LABELLED = ATTRIBUTES.map((name) => `[${name}]`).join();
// Where Streamlit itself writes: elsewhere a text is the page's own, or the visitor's.
const WRITTEN = [
  "stSkipToContent", "stMainMenuPopover", "stFileUploader", "InputInstructions", "stDataFrameColumnMenu",
  "stDialog", "stTooltipContent", "stTopNavSection", "stSelectboxVirtualDropdown", "stConnectionStatus", "stMultiSelect",
].map((name) => `[data-testid="${name}"]`).join() + ', [role="listbox"]';
const PAUSE_MS = 50;
const LOST_MS = 300; // Between two looks whether the page that was clicked is there.
const CLICKS = 3; // How often a click is repeated at most.
const AWAY_MS = 1000; // A connection may be lost for a moment without a word.
const RESTS = 3; // How many looks in a row it has to be there.

let exact = new Map(), patterns = [], waiting = false;

function learn(words) {
  exact = new Map();
  patterns = [];
  for (const [from, to] of words) {
    if (!from.includes("{")) exact.set(from, to);
    else {
      const escaped = from.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+?)");
      patterns.push([new RegExp(`^${escaped}$`, "s"), to]);
    }
  }
}

function translated(words) {
  const plain = words.trim();
  if (exact.has(plain)) return exact.get(plain);
  for (const [pattern, to] of patterns) {
    const found = pattern.exec(plain);
    if (found) return to.replace(/\{(\w+)\}/g, (_, name) => found.groups[name]);
  }
  return words;
}

function translate() {
  waiting = false;
  for (const element of document.body.querySelectorAll(LABELLED)) {
    for (const name of ATTRIBUTES) {
      const words = element.getAttribute(name);
      const better = words && translated(words);
      if (words !== better) element.setAttribute(name, better);
    }
  }
  for (const place of document.body.querySelectorAll(WRITTEN)) {
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode, better = translated(text.data);
      if (text.data !== better) text.data = better;
    }
  }
}

// The way on from the end of a panel leads to the head of the next one.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(".st-key-lead_on button")) return;
  const main = document.querySelector('[data-testid="stMain"]'), head = main?.querySelector("h1");
  if (!head) return;
  head.tabIndex = -1;
  head.style.outline = "none"; // Nothing can be done with it: the focus is for what comes after it.
  head.focus({ preventScroll: true });
  main.scrollTo(0, 0);
});

// What is wider than the screen is scrolled; by keyboard, too.
const WIDE = '.katex-display, [data-testid="stTable"] div:has(> table)';

function reach() {
  for (const part of document.body.querySelectorAll(WIDE)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

addEventListener("resize", reach);

// Once for all that changes in a moment: a training changes the page again and again.
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  setTimeout(() => { translate(); reach(); }, PAUSE_MS);
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });

// On a phone the menu lies over the page, and Streamlit leaves it open.
addEventListener("click", (event) => {
  if (!event.target.closest('[data-testid="stSidebarNavLink"]')) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
});

// Streamlit takes the last of several requests: where something else is sent just after a click on a link,
// the old page comes again. So what was clicked is remembered until it stands there, and clicked once more.
const LINKS = 'a[data-testid$="NavLink"]';
let wanted = null, shown, timer;

const pathOf = (link) => new URL(link.href).pathname;
const busy = () => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "running";

addEventListener("click", (event) => {
  if (event.target.closest('[data-testid="stBaseButton-primary"]')) wanted = null; // It may lead elsewhere.
  const link = event.target.closest(LINKS);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return; // Those open another tab.
  wanted = { path: pathOf(link), left: CLICKS, rest: RESTS };
}, true);
addEventListener("popstate", () => { wanted = null; });

function follow() {
  clearTimeout(timer);
  if (wanted) timer = setTimeout(settle, LOST_MS);
}

function settle() {
  if (!wanted) return;
  const { path, left, rest } = wanted;
  if (busy()) return follow();
  if (shown === path.split("/").pop()) {
    wanted = rest ? { path, left, rest: rest - 1 } : null;
  } else {
    if (left) [...document.querySelectorAll(LINKS)].find((link) => pathOf(link) === path)?.click();
    wanted = left ? { path, left: left - 1, rest } : null;
  }
  follow();
}

// What a page says comes from its server: that this one is away, only the browser can say.
const away = document.createElement("div");
away.className = "away";
away.setAttribute("role", "status");
document.body.append(away);
let sentence = "", since = 0;

setInterval(() => {
  const state = document.querySelector('[data-testid="stApp"]')?.dataset.testConnectionState;
  if (state === "CONNECTED") since = 0;
  else since ||= Date.now();
  const said = since && Date.now() - since > AWAY_MS ? sentence : "";
  if (away.textContent !== said) away.textContent = said;
  document.documentElement.classList.toggle("is-away", said !== "");
  // Streamlit's own word of it, which is hidden, would keep the keyboard, and this sentence from a screen reader.
  if (said) document.querySelector('[data-testid="stDialog"]:has([data-testid="stErrorCodeBlock"]) button')?.click();
}, AWAY_MS / 2);

export default function ({ data }) {
  sentence = data.away;
  // Streamlit leaves another page as far down as the one before, where a button below led there.
  if (shown !== undefined && shown !== data.path) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  shown = data.path;
  follow();
  document.documentElement.lang = data.code;
  // The keyboard gets to it, so that it can be scrolled: then a reader says where one is.
  document.querySelector('[data-testid="stMain"]')?.setAttribute("aria-label", data.title);
  learn(data.words);
  translate();
  reach();
}
