// Has Streamlit's own words be those of the visitor's language, and closes its menu on a phone.
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
const LABELLED = ATTRIBUTES.map((name) => `[${name}]`).join();
// Where Streamlit itself writes: elsewhere a text is the page's own, or the visitor's.
const WRITTEN = [
  "stSkipToContent", "stMainMenuPopover", "stFileUploader", "InputInstructions", "stDataFrameColumnMenu",
  "stDialog", "stTooltipContent", "stSelectboxVirtualDropdown", "stConnectionStatus", "stMultiSelect",
].map((name) => `[data-testid="${name}"]`).join() + ', [role="listbox"]';
const PAUSE_MS = 50;

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

// Once for all that changes in a moment: a training changes the page again and again.
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  setTimeout(translate, PAUSE_MS);
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });

// On a phone the menu lies over the page, and Streamlit leaves it open.
addEventListener("click", (event) => {
  if (!event.target.closest('[data-testid="stSidebarNavLink"]')) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
});

export default function ({ data }) {
  document.documentElement.lang = data.code;
  // The keyboard gets to it, so that it can be scrolled: then a reader says where one is.
  document.querySelector('[data-testid="stMain"]')?.setAttribute("aria-label", data.title);
  learn(data.words);
  translate();
}
