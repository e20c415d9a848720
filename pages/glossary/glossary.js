// Tells what a word of the field means, wherever it stands: pointed at or tapped, or in a list of those on the page.
//
// The words are found in the page's text and marked as highlights: nothing in the page itself is changed, so that
// Streamlit never stumbles over it.
(() => {
  const SKIP = "a, button, code, pre, input, textarea, select, svg, canvas, style, script, details:not([open]) > :not(summary), "
    + 'h1, h2, .katex, .words-list, [aria-hidden="true"], [role="listbox"], [data-testid="stMetricValue"]';
  const ACTS = 'a, button, label, summary, input, [role="button"], [role="radio"], [role="tab"], [role="slider"], [role="option"]';
  const LOOK_MS = 600; // Between two looks at a page that changes all the time.
  const HOVER_MS = 300; // How long a word is pointed at before its meaning comes.
  const EDGE = 8; // Pixels between a card and the edge of the window.
  const MARK = "word";

  let words = null, terms = new Map(), names = new Map(), pattern = null;
  let places = new Map(), found = [], shown = "", pinned = false, looking = 0, hovering = 0;

  const part = (tag, name, parent) => {
    const element = document.createElement(tag);
    element.className = name;
    parent?.append(element);
    return element;
  };
  const aside = part("aside", "words");
  const opener = part("button", "words-open", aside), card = part("div", "words-card", aside);
  const dialog = part("dialog", "words-all", aside);
  const head = part("header", "", dialog), title = part("h2", "", head), close = part("button", "words-close", head);
  const list = part("ul", "", dialog), more = part("a", "words-more", dialog);
  opener.type = close.type = "button";
  opener.textContent = "?";
  opener.setAttribute("aria-haspopup", "dialog");
  close.textContent = "×";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  more.target = "_blank"; // What is on this page is not lost.
  title.id = "words-title";
  dialog.setAttribute("aria-labelledby", title.id);

  const picture = (term) => {
    const image = part("img", "");
    image.alt = "";
    image.width = 96;
    image.height = 72;
    image.src = `data:image/svg+xml,${encodeURIComponent(term.picture)}`;
    return image;
  };

  const learn = (given) => {
    words = given.words;
    terms = new Map(given.terms.map((term) => [term.key, term]));
    names = new Map(given.terms.flatMap((term) => term.names.map((name) => [name.toLowerCase(), term.key])));
    const longest = [...names.keys()].sort((a, b) => b.length - a.length);
    const any = longest.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    pattern = given.spaced ? new RegExp(`(?<![\\w-])(${any})(?:e?s)?(?![\\w-])`, "gi") : new RegExp(`(${any})`, "gi");
    opener.title = words.page;
    opener.setAttribute("aria-label", words.page);
    aside.setAttribute("aria-label", words.all);
    close.setAttribute("aria-label", words.close);
    more.textContent = words.all;
    if (!aside.isConnected) document.body.append(aside);
    look();
  };

  // Finds the words on the page, and marks each where it stands first.
  const look = () => {
    looking = 0;
    const main = document.querySelector('[data-testid="stMain"]');
    if (!pattern || !main) return;
    places = new Map();
    const first = new Map(), filter = { acceptNode: (node) => node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
      : node.matches(SKIP) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP };
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, filter);
    while (texts.nextNode()) {
      const text = texts.currentNode, spans = [];
      for (const match of text.data.matchAll(pattern)) {
        const key = names.get(match[1].toLowerCase()), end = match.index + match[0].length;
        spans.push({ key, start: match.index, end });
        if (!first.has(key)) {
          const range = new Range();
          range.setStart(text, match.index);
          range.setEnd(text, end);
          first.set(key, range);
        }
      }
      if (spans.length) places.set(text, spans);
    }
    found = [...first.keys()];
    if ("highlights" in CSS) CSS.highlights.set(MARK, new Highlight(...first.values()));
  };

  const lookSoon = () => { looking ||= setTimeout(() => requestIdleCallback?.(look) ?? look(), LOOK_MS); };

  // The word at a place of the window, and where it stands.
  const wordAt = (x, y) => {
    const caret = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
    const node = caret?.offsetNode ?? caret?.startContainer, at = caret?.offset ?? caret?.startOffset;
    const span = places.get(node)?.find(({ start, end }) => start <= at && at <= end && end <= node.length);
    if (!span) return null;
    const range = new Range();
    range.setStart(node, span.start);
    range.setEnd(node, span.end);
    const box = [...range.getClientRects()].find((r) => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom);
    return box ? { key: span.key, box } : null;
  };

  const tell = ({ key, box }, pin) => {
    pinned = pin;
    if (shown !== key) {
      shown = key;
      const term = terms.get(key), told = part("div", "");
      part("strong", "", told).textContent = term.title;
      part("span", "", told).textContent = term.line;
      card.replaceChildren(picture(term), told);
    }
    card.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = Math.max(EDGE, Math.min(box.left, innerWidth - width - EDGE));
    const below = box.bottom + EDGE, top = below + height > innerHeight ? box.top - height - EDGE : below;
    card.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(EDGE, top))}px)`;
  };

  const hide = () => { clearTimeout(hovering); card.hidden = true; shown = ""; pinned = false; };

  const open = () => {
    look();
    hide();
    more.href = new URL(`learn?part=words&language=${document.documentElement.lang.slice(0, 2)}`, document.baseURI);
    title.textContent = found.length ? words.page : words.all;
    list.replaceChildren(...(found.length ? found : [...terms.keys()]).map((key) => {
      const term = terms.get(key), row = part("li", "");
      row.append(picture(term));
      part("strong", "", row).textContent = term.title;
      part("span", "", row).textContent = term.line;
      return row;
    }));
    dialog.showModal();
    dialog.scrollTop = 0;
  };

  opener.addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // Beside it.

  addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || pinned || event.buttons) return;
    clearTimeout(hovering);
    if (card.contains(event.target)) return;
    hovering = setTimeout(() => {
      const word = wordAt(event.clientX, event.clientY);
      if (word) tell(word, false);
      else hide();
    }, HOVER_MS);
  }, { passive: true });

  addEventListener("click", (event) => {
    if (card.contains(event.target)) return;
    const word = event.target.closest?.(ACTS) ? null : wordAt(event.clientX, event.clientY);
    if (word) tell(word, true);
    else hide();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { capture: true, passive: true });

  const change = () => {
    const language = document.documentElement.lang;
    fetch(new URL(`glossary.${language}.json`, document.baseURI))
      .then((answer) => answer.ok && answer.json())
      .then((given) => { if (given && language === document.documentElement.lang) learn(given); })
      .catch(() => {}); // The server is away: the page says so, and is loaded anew when it is back.
  };
  new MutationObserver(change).observe(document.documentElement, { attributeFilter: ["lang"] });
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(lookSoon).observe(document.getElementById("root"), { subtree: true, childList: true, characterData: true });
    change();
  });
})();
