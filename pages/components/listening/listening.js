// Makes a loss audible, and tells what has been reached to those who listen to the page.
const MIDDLE_HZ = 220, MIDDLE_LOSS = 0.1, BEND = 0.35; // An octave for a loss that is seven times as large.
const LOW_HZ = 60, HIGH_HZ = 1200;
const LOUD = 0.06, SLIDE_S = 0.15;
const NEWS_S = 15; // A tone of which nothing is heard any more ends: its server may be gone.
const FADED_S = 8 * SLIDE_S; // Nothing is heard then of what was.
const voices = new WeakMap();

function voiceOf(root, hz) {
  if (!voices.has(root)) {
    const context = new AudioContext(), tone = new OscillatorNode(context, { type: "triangle", frequency: hz });
    const volume = new GainNode(context, { gain: 0 });
    tone.connect(volume).connect(context.destination);
    tone.start();
    voices.set(root, { context, tone, volume });
  }
  return voices.get(root);
}

function loudness({ context, volume }, from, then) {
  volume.gain.cancelScheduledValues(context.currentTime);
  volume.gain.setTargetAtTime(from, context.currentTime, SLIDE_S);
  if (then !== undefined) volume.gain.setTargetAtTime(then, context.currentTime + NEWS_S, SLIDE_S);
}

function sound(root, loss) {
  if (loss === null) {
    root.removeAttribute("data-hz");
    if (voices.has(root)) loudness(voices.get(root), 0);
    return;
  }
  const pitch = MIDDLE_HZ * (Math.max(loss, 1e-6) / MIDDLE_LOSS) ** BEND;
  const hz = Math.min(Math.max(pitch, LOW_HZ), HIGH_HZ);
  root.dataset.hz = hz.toFixed(0);
  const voice = voiceOf(root, hz);
  voice.context.resume();
  voice.tone.frequency.setTargetAtTime(hz, voice.context.currentTime, SLIDE_S);
  loudness(voice, LOUD, 0);
}

// What is cut off is heard as a click.
function leave(root) {
  const voice = voices.get(root);
  if (!voice) return;
  voices.delete(root);
  loudness(voice, 0);
  setTimeout(() => voice.context.close(), 1000 * FADED_S);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".listening");
  sound(root, data.loss);
  if (root.textContent !== data.reached) root.textContent = data.reached;
  return () => {
    if (!root.isConnected) leave(root); // Otherwise the next update is there already.
  };
}
