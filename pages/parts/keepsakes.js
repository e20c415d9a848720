// Keeps a text in the browser's own storage, and tells when another tab has changed it.
const NAME = "simplenet-lab";

function read() {
  try { return localStorage.getItem(NAME); } catch { return null; } // A browser may forbid it.
}

function write(text) {
  try { localStorage.setItem(NAME, text); } catch { /* Then it lasts as long as the page. */ }
}

let send, written = 0, asked = false;

addEventListener("storage", (event) => {
  if (event.key === NAME && event.newValue !== null) send?.("found", { text: event.newValue, other_tab: true });
});

export default function ({ data, setStateValue }) {
  send = setStateValue;
  if (!asked || data.turn < written) { // A server that was restarted has forgotten.
    asked = true;
    written = data.turn;
    const text = read();
    if (text !== null) send("found", { text });
  }
  if (data.turn > written) {
    written = data.turn;
    write(data.text);
  }
}
