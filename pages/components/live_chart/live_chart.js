// Draws a Plotly figure once and then only updates it: zoom, pan and hidden traces stay.
let plotly;

function load(url) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { plotly = undefined; reject(new Error("cannot load " + script.src)); };
    document.head.append(script);
  });
  return plotly;
}

const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 500)); // Safari

// The first charts take Plotly several times as long as the next: let them be some that nobody sees.
const PRACTICE = 4;
const CURVE = { x: [0, 1], y: [0, 1], mode: "lines+markers", line: { dash: "7px,5px" }, marker: { symbol: "circle-open" } };
const PRACTISED = { hovermode: "x unified", legend: { title: { text: "1" } }, xaxis: { autorangeoptions: { include: [0, 9] } }, yaxis: { automargin: true, tickformat: ".0%" } };
let practised;
async function practise(url) {
  const Plotly = await load(url);
  for (let i = 0; i < PRACTICE; i++) {
    await new Promise((go) => whenIdle(go));
    const box = document.createElement("div");
    Object.assign(box.style, { position: "fixed", left: "-9999px", width: "400px", height: "150px" });
    document.body.append(box);
    await Plotly.newPlot(box, [CURVE, CURVE, CURVE], PRACTISED);
    Plotly.purge(box);
    box.remove();
  }
}

function inThemeColours(layout, element) {
  const css = getComputedStyle(element);
  const colour = (name) => css.getPropertyValue(name).trim();
  const axis = { gridcolor: colour("--st-border-color-light"), zerolinecolor: colour("--st-border-color"), linecolor: colour("--st-border-color") };
  const themed = {
    ...layout,
    paper_bgcolor: colour("--st-background-color"), // A chart that is saved has one, too.
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...layout.font, family: colour("--st-font"), color: colour("--st-text-color") },
    modebar: { bgcolor: colour("--st-background-color"), color: colour("--st-text-color"), activecolor: colour("--st-primary-color") },
    hoverlabel: { bgcolor: colour("--st-secondary-background-color"), font: { color: colour("--st-text-color") } },
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    themed[name] = { ...axis, ...layout[name] };
  }
  return themed;
}

// An update would take away what a person is doing on a chart, such as to drag over a part of it: it comes after.
const waiting = [];
let held = false;

addEventListener("pointerdown", (event) => {
  held = event.composedPath().some((node) => node.classList?.contains("live-chart"));
}, true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => { // Once Plotly has seen it, too.
    held = false;
    for (const go of waiting.splice(0)) go();
  }, 50), true);
}

// A picture has none of the page's fonts: words that are measured with them would not fit where they are shown without.
function save(Plotly, box, format, scale) {
  const { data, layout, _context: { locale, toImageButtonOptions: { filename } } } = box;
  const picture = { data, layout: { ...layout, font: { ...layout.font, family: "Arial, sans-serif" } }, config: { locale } };
  return Plotly.downloadImage(picture, { format, filename, width: box.clientWidth, height: box.clientHeight, scale });
}

// Always the same objects: with others Plotly would build the chart anew.
let saving;
function savers(Plotly, { png, svg }) {
  saving ??= [
    { name: "toPng", icon: Plotly.Icons.camera, click: (box) => save(Plotly, box, "png", 2) },
    { name: "toSvg", icon: Plotly.Icons.disk, click: (box) => save(Plotly, box, "svg", 1) },
  ];
  saving[0].title = png;
  saving[1].title = svg;
  return saving;
}

// What a chart shows, as tables: curves and bars over the same places are one.
const plain = (text) => String(text ?? "").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();

function chartTables({ _fullData: traces = [], layout }) {
  const tables = [], groups = new Map();
  for (const trace of traces) {
    if (trace.visible !== true) continue;
    const title = (letter) => plain(layout[(trace[`${letter}axis`] ?? letter).replace(letter, `${letter}axis`)]?.title?.text);
    if (trace.type === "heatmap") {
      tables.push({
        title: plain(trace.colorbar?.title?.text), columns: [`${title("y")} × ${title("x")}`, ...trace.x],
        rows: Array.from(trace.z, (row, i) => [trace.y[i], ...row]),
      });
    } else if (trace.type === "parcoords") {
      const shown = trace.dimensions.filter(({ visible }) => visible);
      tables.push({
        columns: ["", ...shown.map(({ label }) => plain(label))],
        rows: Array.from(shown[0].values, (_, i) => [i, ...shown.map(({ values }) => values[i])]),
      });
    } else {
      const [along, up] = trace.orientation === "h" ? ["y", "x"] : ["x", "y"];
      const places = Array.from(trace[along]), key = JSON.stringify([trace.xaxis, places]);
      if (!groups.has(key)) {
        groups.set(key, { columns: [title(along)], rows: places.map((place) => [place]) });
        tables.push(groups.get(key));
      }
      const group = groups.get(key);
      group.columns.push(plain(trace._input.name) || title(up) || numberWords().value);
      group.rows.forEach((row, i) => row.push(trace[up][i]));
      if (!trace.error_y?.visible) continue;
      group.columns.push("±");
      group.rows.forEach((row, i) => row.push(trace.error_y.array[i]));
    }
  }
  return tables.sort((a, b) => a.rows.length - b.rows.length); // The long ones last.
}

const letGo = () => (held ? new Promise((go) => waiting.push(go)) : null);

// One chart at a time, with a breath between two: together they would hold up what a person does.
let turn = Promise.resolve();
const breath = () => new Promise((go) => setTimeout(go));
function inTurn(draw) {
  const drawn = turn.then(breath).then(draw);
  turn = drawn.catch(() => {}); // The next one is drawn all the same.
  return drawn;
}

// What nobody sees has time.
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) target.outOfSight = !isIntersecting;
}, { rootMargin: "200px" });

// A finger that moves over a chart scrolls the page.
const byFinger = matchMedia("(hover: none)");

async function draw(Plotly, box) {
  await letGo();
  box.waiting = false;
  const data = box.latest;
  if (!data.figure || !box.isConnected) return;
  if (!box._fullLayout) box.textContent = "";
  const figure = JSON.parse(data.figure);
  if (byFinger.matches) figure.layout.dragmode = false;
  Plotly.register({ moduleType: "locale", name: data.locale, dictionary: data.words });
  await Plotly.react(box, figure.data, inThemeColours(figure.layout, box), {
    responsive: true,
    displaylogo: false,
    displayModeBar: figure.layout.dragmode === false ? false : "hover",
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", ...savers(Plotly, data)]],
    toImageButtonOptions: { filename: figure.layout.meta ?? figure.layout.title?.text ?? figure.layout.yaxis?.title?.text ?? "simplenet" },
    locale: data.locale,
  });
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".live-chart");
  box.style.height = data.height + "px";
  box.setAttribute("aria-label", data.alt);
  box.latest = data;
  box.classList.toggle("empty", !data.figure);
  offerNumbers(box, data.alt, data.figure ? () => chartTables(box) : null);
  if (!data.figure) {
    window.Plotly?.purge(box);
    box.textContent = data.empty;
    practised ??= practise(data.plotly).catch(() => { practised = undefined; });
    return;
  }
  sight.observe(box);
  if (!box.waiting) { // Otherwise what is drawn next is the newest.
    box.waiting = true;
    load(data.plotly).then(async (Plotly) => {
      if (box.outOfSight) await new Promise((go) => whenIdle(go));
      await inTurn(() => draw(Plotly, box));
    }, (error) => {
      box.waiting = false;
      throw error;
    });
  }
  return () => {
    if (box.isConnected) return; // Only overtaken by a newer update: what is shown goes on.
    window.Plotly?.purge(box);
  };
}
