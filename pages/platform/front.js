// Shows the page when it is whole; until then it stands there unseen, and what is coming is said.
(() => {
  const MOST_MS = 12_000; // How long a page that has begun is waited for.
  const ENOUGH = ".st-key-next"; // Where it is there, all that comes after it comes below it.
  const CONTENT = '[data-testid="stBidiComponentRegular"] > div > div > :not(style)'; // Of a component.
  const root = document.documentElement, began = { at: 0 };
  root.classList.add("building");
  try { // A person may have chosen the theme.
    const name = JSON.parse(localStorage.getItem(`stActiveTheme-${location.pathname}-v2`))?.toLowerCase?.();
    if (name === "light" || name === "dark") root.dataset.theme = name;
  } catch { /* No storage: it is the system's. */ }

  const show = () => {
    changes.disconnect();
    root.classList.remove("building");
    document.getElementById("coming")?.remove();
  };
  const look = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const main = app?.querySelector('[data-testid="stMain"]');
    if (!main?.querySelector("h1")) return;
    if (!began.at) {
      began.at = performance.now();
      setTimeout(show, MOST_MS);
    }
    if (app.dataset.testScriptState === "running" && !main.querySelector(ENOUGH)) return;
    if (main.querySelector('[data-testid="stSkeleton"]')) return;
    const empty = (part) => !part.querySelector(CONTENT)?.offsetHeight;
    const parts = [...main.querySelectorAll(".stBidiComponent")];
    if (parts.some((part) => part.getClientRects().length && empty(part))) return;
    changes.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(show)); // Once the parts have their sizes.
  };
  const changes = new MutationObserver(look);
  changes.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] });
})();
