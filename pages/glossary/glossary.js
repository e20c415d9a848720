// Tells what a word of the field means, wherever it stands: pointed at or tapped, or in a list of those on the page.
//
// The words are found in the page's text and marked as highlights: nothing in the page itself is changed, so that
// Streamlit never stumbles over it. For the keyboard they are one toolbar with one stop for Tab, the first of the page:
// the arrow keys go from the "?" to each word where it stands, and Tab goes on from there.
(() => {
  const SKIP = "a, button, code, pre, input, textarea, select, svg, canvas, style, script, details:not([open]) > :not(summary), "
    + 'h1, h2, .katex, .words-list, [aria-hidden="true"], [role="listbox"], [data-testid="stMetricValue"]';
  const ACTS = 'a, button, label, summary, input, [role="button"], [role="radio"], [role="tab"], [role="slider"], [role="option"]';
  const STOPS = "#root :is(a, button, input, select, textarea, summary, [tabindex])";
  const LOOK_MS = 600; // Between two looks at a page that changes all the time.
  const HOVER_MS = 300; // How long a word is pointed at before its meaning comes.
  const EDGE = 8; // Pixels between a card and the edge of the window.
  const MARK = "word";

  let words = null, terms = new Map(), names = new Map(), pattern = null;
  let places = new Map(), found = [], ranges = new Map(), stops = new Map(), dismissed = false, shown = "", pinned = false, looking = 0, hovering = 0;

  const part = (tag, name, parent) => {
    const element = document.createElement(tag);
    element.className = name;
    parent?.append(element);
    return element;
  };
  const aside = part("aside", "words");
  const bar = part("div", "words-bar", aside), opener = part("button", "words-open", bar);
  const card = part("div", "words-card", aside);
  const dialog = part("dialog", "words-all", aside);
  const head = part("header", "", dialog), title = part("h2", "", head), close = part("button", "words-close", head);
  const list = part("ul", "", dialog), more = part("a", "words-more", dialog);
  opener.type = close.type = "button";
  opener.textContent = "?";
  opener.setAttribute("aria-haspopup", "dialog");
  bar.setAttribute("role", "toolbar");
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
    bar.setAttribute("aria-label", words.here);
    aside.setAttribute("aria-label", words.all);
    for (const stop of stops.values()) stop.remove();
    stops.clear();
    close.setAttribute("aria-label", words.close);
    more.textContent = words.all;
    if (!aside.isConnected) document.body.prepend(aside); // The first stop of Tab.
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
    ranges = first;
    offer();
    if ("highlights" in CSS) CSS.highlights.set(MARK, new Highlight(...first.values()));
  };

  // Keeps a stop of the keyboard for each word on the page.
  const offer = () => {
    for (const [key, stop] of stops) {
      if (ranges.has(key)) continue;
      if (stop === document.activeElement) opener.focus();
      stop.remove();
      stops.delete(key);
    }
    for (const key of found) {
      if (stops.has(key)) continue;
      const term = terms.get(key), stop = part("button", "words-stop", bar), line = part("span", "", stop);
      stop.type = "button";
      stop.tabIndex = -1;
      stop.setAttribute("aria-label", term.title);
      line.id = `words-line-${key}`;
      line.hidden = true;
      line.textContent = term.line;
      stop.setAttribute("aria-describedby", line.id);
      stop.addEventListener("focus", () => { dismissed = false; follow(key); });
      stops.set(key, stop);
    }
    const key = focused();
    if (key) follow(key);
  };

  const focused = () => [...stops].find(([, stop]) => stop === document.activeElement)?.[0];

  // Has the ring and the meaning be where the word stands.
  const follow = (key) => {
    const box = ranges.get(key)?.getClientRects()[0], stop = stops.get(key);
    if (!box || !stop) return;
    Object.assign(stop.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
    if (!dismissed) tell({ key, box }, true);
  };

  const goTo = (key) => {
    const stop = stops.get(key), range = ranges.get(key), { top, bottom } = range.getBoundingClientRect();
    if (top < 160 || bottom > innerHeight - 160) range.startContainer.parentElement.scrollIntoView({ block: "center" });
    stop.focus({ preventScroll: true });
  };

  const step = (event) => {
    const at = found.indexOf(focused()), last = found.length - 1; // -1 is the opener.
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? -1 : event.key === "End" ? last : by ? Math.max(-1, Math.min(last, at + by)) : null;
    if (event.key === "Tab" && !event.shiftKey && at >= 0) { // It goes on from where the word stands.
      const { endContainer: word } = ranges.get(found[at]);
      const next = [...document.querySelectorAll(STOPS)].find((one) => one.tabIndex >= 0 && !one.disabled
        && word.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && one.checkVisibility());
      if (next) event.preventDefault();
      next?.focus();
    }
    if (to === null) return;
    event.preventDefault();
    if (to < 0) opener.focus();
    else goTo(found[to]);
  };

  // How to get to them is said to those who come by keyboard.
  const hint = () => {
    if (!opener.matches(":focus-visible") || !found.length) return;
    shown = "";
    pinned = true;
    card.replaceChildren(document.createTextNode(words.here));
    card.hidden = false;
    beside(opener.getBoundingClientRect());
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
    beside(box);
  };

  const beside = (box) => {
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
  opener.addEventListener("focus", hint);
  bar.addEventListener("keydown", step);
  bar.addEventListener("focusout", hide);
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
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    dismissed = true;
    hide();
  });
  const moved = () => {
    const key = focused();
    if (key) follow(key);
    else hide();
  };
  addEventListener("scroll", moved, { capture: true, passive: true });
  addEventListener("resize", moved, { passive: true });

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
