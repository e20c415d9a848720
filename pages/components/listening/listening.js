// Makes a loss audible, and tells what has been reached to those who listen to the page.
const MIDDLE_HZ = 220, MIDDLE_LOSS = 0.1, BEND = 0.35; // An octave for a loss that is seven times as large.
const LOW_HZ = 60, HIGH_HZ = 1200;
const LOUD = 0.06, SLIDE_S = 0.15;
const voices = new WeakMap();

function voiceOf(root) {
  if (!voices.has(root)) {
    const context = new AudioContext(), tone = new OscillatorNode(context, { type: "triangle" });
    const volume = new GainNode(context, { gain: 0 });
    tone.connect(volume).connect(context.destination);
    tone.start();
    voices.set(root, { context, tone, volume });
  }
  return voices.get(root);
}

function sound(root, loss) {
  if (loss === null) {
    root.removeAttribute("data-hz");
    const voice = voices.get(root);
    if (voice) voice.volume.gain.setTargetAtTime(0, voice.context.currentTime, SLIDE_S);
    return;
  }
  const pitch = MIDDLE_HZ * (Math.max(loss, 1e-6) / MIDDLE_LOSS) ** BEND;
  const hz = Math.min(Math.max(pitch, LOW_HZ), HIGH_HZ);
  root.dataset.hz = hz.toFixed(0);
  const { context, tone, volume } = voiceOf(root);
  context.resume();
  tone.frequency.setTargetAtTime(hz, context.currentTime, SLIDE_S);
  volume.gain.setTargetAtTime(LOUD, context.currentTime, SLIDE_S);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".listening");
  sound(root, data.loss);
  if (root.textContent !== data.reached) root.textContent = data.reached;
  return () => {
    if (root.isConnected) return; // The next update is there already.
    voices.get(root)?.context.close();
    voices.delete(root);
  };
}
