// Sounds of the page itself, and how loud the own microphone is. All of it is help only: nothing hangs on it.
const STEP = 120, SILENCE = 6000, AUDIBLE = 5;
let context;

// Browsers begin in silence until the page was clicked at.
function ready() {
  context ??= new AudioContext();
  if (context.state !== "running") void context.resume().catch(() => {});
  return context;
}

// Two soft tones: somebody is at the door, or the door opens, or the loudspeaker is tried.
export function ring() {
  const now = ready().currentTime;
  [523, 659].forEach((pitch, index) => {
    const tone = new OscillatorNode(context, { frequency: pitch });
    const volume = new GainNode(context, { gain: 0 });
    const start = now + index * 0.3;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.55);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.6);
  });
}

// Tells again and again how loud (0 to 128) a microphone is, and whether it was heard, was not heard for long (false), or
// nobody knows yet (undefined), until what it answers is called.
export function measure(track, tell) {
  const analyser = ready().createAnalyser();
  let source;
  try {
    source = context.createMediaStreamSource(new MediaStream([track]));
  } catch {
    return () => {}; // Firefox, when the microphone has another sample rate than the speakers
  }
  source.connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  let heard, still = 0;
  const timer = setInterval(() => {
    if (context.state !== "running") return;
    analyser.getByteTimeDomainData(samples);
    const level = Math.max(...samples) - 128;
    if (level > AUDIBLE) heard = true;
    else if ((still += STEP) > SILENCE) heard ??= false;
    tell(level, heard);
  }, STEP);
  return () => (clearInterval(timer), source.disconnect());
}

// Keeps a phone from locking its screen, and with it camera and microphone, while one waits or talks.
let lock;
export async function awake(now) {
  await lock?.release().catch(() => {});
  lock = now && document.visibilityState === "visible" ? await navigator.wakeLock?.request("screen").catch(() => {}) : undefined;
}
