// Holds the weights of a network for the view of it, and tells that view of new ones.
function numbers({ bytes, scale }) {
  const steps = new Int16Array(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer);
  return Float32Array.from(steps, (step) => step * scale);
}

export default function ({ data, parentElement }) {
  const holder = parentElement.querySelector(".network-weights");
  holder.weights = { units: data.units, limit: data.limit, w1: numbers(data.w1), w2: numbers(data.w2) };
  document.querySelector(`.st-key-${data.view} .network-view`)?.view?.take(holder.weights);
}
