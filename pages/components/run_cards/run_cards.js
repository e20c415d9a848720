// Shows runs as cards, and tells which are ticked; and that the table is shown in their place.
const narrow = matchMedia("(max-width: 640px)"); // As the style has it.
const SVG = "http://www.w3.org/2000/svg";

function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function tell(root) {
  root.send("ticked", { turn: ++root.turn, narrow: narrow.matches, ids: [...root.ticked] });
}

function build(root) {
  const item = element("li", "", root), label = element("label", "", item);
  const card = { item, box: element("input", "", label), name: element("span", "name", label) };
  card.box.type = "checkbox";
  card.curve = document.createElementNS(SVG, "svg");
  card.curve.setAttribute("viewBox", "0 0 1 1");
  card.curve.setAttribute("preserveAspectRatio", "none");
  card.curve.setAttribute("aria-hidden", "true");
  card.curve.innerHTML = '<line x1="0" y1="1" x2="1" y2="1"></line><path></path>';
  label.append(card.curve);
  const told = element("span", "told", label);
  card.result = element("b", "", told);
  card.words = element("span", "", told);
  card.box.addEventListener("change", () => {
    root.ticked[card.box.checked ? "add" : "delete"](card.id);
    tell(root);
  });
  return card;
}

function show(root, card, told, when) {
  card.id = told.id;
  card.box.checked = root.ticked.has(told.id);
  card.name.textContent = `${told.star ? "★ " : ""}${told.name}`;
  card.result.textContent = told.result;
  card.words.textContent = ` · ${told.words} · ${when.format(told.started_ms)}`;
  const places = told.curve.map((y, i) => `${i / Math.max(told.curve.length - 1, 1)} ${1 - y}`);
  card.curve.querySelector("path").setAttribute("d", places.length > 1 ? `M${places.join("L")}` : "");
}

// A list may have a thousand runs: nothing is made of them where the table is shown.
function showAll(root) {
  const { cards, locale } = root.told, shown = narrow.matches ? cards : [];
  const when = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  while (root.items.length < shown.length) root.items.push(build(root));
  for (const { item } of root.items.splice(shown.length)) item.remove();
  root.items.forEach((card, i) => show(root, card, shown[i], when));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".run-cards");
  root.send = setStateValue;
  if (!root.items) {
    Object.assign(root, { items: [], ticked: new Set(), turn: 0 });
    root.turned = () => { // What is chosen is what is seen.
      root.ticked.clear();
      showAll(root);
      tell(root);
    };
    narrow.addEventListener("change", root.turned);
  }
  root.turn = Math.max(root.turn, data.turn);
  if (data.turn === root.turn) root.ticked = new Set(data.ticked); // Or a newer choice is on its way.
  root.told = data;
  showAll(root);
  return () => {
    if (root.isConnected) return; // Only overtaken by a newer update.
    narrow.removeEventListener("change", root.turned);
    root.items = undefined;
    root.replaceChildren();
  };
}
