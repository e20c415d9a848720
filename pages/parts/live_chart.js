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

function inThemeColours(layout, element) {
  const css = getComputedStyle(element);
  const colour = (name) => css.getPropertyValue(name).trim();
  const axis = { gridcolor: colour("--st-border-color-light"), zerolinecolor: colour("--st-border-color"), linecolor: colour("--st-border-color") };
  const themed = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...layout.font, family: colour("--st-font"), color: colour("--st-text-color") },
    hoverlabel: { bgcolor: colour("--st-secondary-background-color"), font: { color: colour("--st-text-color") } },
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    themed[name] = { ...axis, ...layout[name] };
  }
  return themed;
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".live-chart");
  box.style.height = data.height + "px";
  box.setAttribute("aria-label", data.alt);
  box.latest = data;
  load(data.plotly).then((Plotly) => {
    if (box.latest !== data || !box.isConnected) return; // A newer figure is on its way.
    const figure = JSON.parse(data.figure);
    Plotly.react(box, figure.data, inThemeColours(figure.layout, box), {
      responsive: true,
      displaylogo: false,
      displayModeBar: figure.layout.dragmode === false ? false : undefined,
      showSendToCloud: false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    });
  });
  return () => window.Plotly?.purge(box);
}
