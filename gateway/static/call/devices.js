// Camera, microphone and screen of this browser. Whoever has no camera talks without one.
export class Devices {
  constructor(onChange) {
    Object.assign(this, { onChange, audio: null, video: null, screen: null });
    navigator.mediaDevices?.addEventListener("devicechange", () => onChange());
  }

  get shown() {
    return this.screen ?? this.video;
  }

  tracks() {
    return { audio: this.audio, video: this.shown, shows: this.screen ? "screen" : "camera" };
  }

  // Ask for both, else for one of them; answers the name of what went wrong, or "".
  async start() {
    if (!navigator.mediaDevices) return "unsupported";
    const wishes = [{ audio: true, video: true }, { audio: true }, { video: true }];
    let problem = "";
    for (const wish of wishes) {
      try {
        this.take(await navigator.mediaDevices.getUserMedia(wish));
        return wish.audio && wish.video ? "" : problem;
      } catch (error) {
        problem = error.name === "NotAllowedError" ? "denied" : "missing";
      }
    }
    return problem;
  }

  take(stream) {
    for (const track of stream.getTracks()) {
      this[track.kind]?.stop();
      track.enabled = this[track.kind]?.enabled ?? true;
      this[track.kind] = track;
    }
    this.onChange();
  }

  // The one before is let go first: some browsers open one microphone at a time.
  async choose(kind, deviceId) {
    this[kind]?.stop();
    this.take(await navigator.mediaDevices.getUserMedia({ [kind]: { deviceId: { exact: deviceId } } }));
  }

  async known(kind) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((each) => each.kind === `${kind}input` && each.deviceId);
  }

  toggle(kind) {
    if (this[kind]) this[kind].enabled = !this[kind].enabled;
    this.onChange();
  }

  async share() {
    if (this.screen) return this.unshare();
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
    track.onended = () => this.unshare();
    this.screen = track;
    this.onChange();
  }

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.onChange();
  }

  stop() {
    for (const track of [this.audio, this.video, this.screen]) track?.stop();
    this.audio = this.video = this.screen = null;
  }

  // Shows in a <meter> how loud it is, until what it answers is called. It is help only: nothing hangs on it.
  measure(meter) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    try {
      context.createMediaStreamSource(new MediaStream([this.audio])).connect(analyser);
    } catch {
      return () => void context.close(); // Firefox, when the microphone has another sample rate than the speakers
    }
    void context.resume().catch(() => {}); // Safari begins without a click in silence
    const samples = new Uint8Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      meter.value = Math.max(...samples) - 128;
    }, 120);
    return () => (clearInterval(timer), void context.close());
  }
}
