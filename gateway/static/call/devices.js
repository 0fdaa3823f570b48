// Camera, microphone and screen of this browser. Whoever has no camera talks without one.
const CAUSES = { NotAllowedError: "denied", SecurityError: "denied", NotReadableError: "busy", AbortError: "busy" };
const WISHES = { audio: true, video: { width: { ideal: 1280 }, height: { ideal: 720 } } };
const ask = (...kinds) => navigator.mediaDevices.getUserMedia(Object.fromEntries(kinds.map((kind) => [kind, WISHES[kind]])));

export class Devices {
  // `cause`: why one of the two is not there: "", denied, busy, missing, unsupported.
  // `over`: the call has ended; what somebody allows only now is let go again.
  constructor(onChange) {
    const wanted = { audio: true, video: true };
    Object.assign(this, { onChange, audio: null, video: null, screen: null, cause: "", wanted, over: false });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.plugged());
  }

  get shown() {
    return this.screen ?? this.video;
  }

  tracks() {
    return { audio: this.audio, video: this.shown };
  }

  // What the other side is told of it: a track that is switched off sends black and silence.
  told() {
    return { picture: this.screen ? "screen" : this.on("video") ? "camera" : "none", sound: this.on("audio") };
  }

  // Also while the system takes it away, such as for a telephone call or behind a locked screen.
  on(kind) {
    return Boolean(this[kind]?.enabled && !this[kind].muted && this[kind].readyState === "live");
  }

  // Ask for both, else for one after the other; whoever refuses both is not asked for the camera again.
  async start() {
    this.over = false;
    this.cause = navigator.mediaDevices && window.RTCPeerConnection ? "" : "unsupported";
    if (this.cause) return this.onChange();
    try {
      return this.take(await ask("audio", "video"));
    } catch (error) {
      this.cause = CAUSES[error.name] ?? "missing";
    }
    const refused = this.cause === "denied";
    await this.get("audio");
    if (!refused) await this.get("video");
    else if (this.audio) this.cause = "denied";
    this.onChange();
  }

  async get(kind) {
    try {
      this.take(await ask(kind));
    } catch (error) {
      this.cause = CAUSES[error.name] ?? "missing";
      this.onChange();
    }
  }

  take(stream) {
    if (this.over) return stream.getTracks().forEach((track) => track.stop());
    for (const track of stream.getTracks()) {
      const { kind } = track;
      this[kind]?.stop();
      this[kind] = track;
      track.enabled = this.wanted[kind];
      for (const deed of ["mute", "unmute"]) track.addEventListener(deed, () => this.onChange());
      track.addEventListener("ended", () => this[kind] === track && this.lost(kind));
    }
    if (this.audio && this.video) this.cause = "";
    this.onChange();
  }

  // Unplugged, or taken away behind a locked screen: another one, or the same once the page is seen again (`revive`).
  async lost(kind) {
    if (document.visibilityState !== "visible") return this.onChange();
    this[kind] = null;
    await this.get(kind);
  }

  async revive() {
    for (const kind of ["audio", "video"]) if (this[kind]?.readyState === "ended") await this.lost(kind);
  }

  async plugged() {
    for (const kind of ["audio", "video"]) {
      if (this.cause === "missing" && !this[kind] && (await this.known(kind)).length) await this.get(kind);
    }
    this.onChange();
  }

  // The one before is let go first: some browsers open one microphone at a time.
  async choose(kind, deviceId) {
    this[kind]?.stop();
    try {
      this.take(await navigator.mediaDevices.getUserMedia({ [kind]: { ...WISHES[kind], deviceId: { exact: deviceId } } }));
    } catch {
      await this.lost(kind);
    }
  }

  async known(kind) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((each) => each.kind === `${kind}input` && each.deviceId);
  }

  async toggle(kind) {
    this.wanted[kind] = !this[kind]?.enabled;
    if (!this[kind]) return this.get(kind);
    this[kind].enabled = this.wanted[kind];
    this.onChange();
  }

  async share() {
    if (this.screen) return this.unshare();
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
    if (this.over) return track.stop();
    track.contentHint = "detail"; // legible rather than fluid
    track.addEventListener("ended", () => this.unshare());
    this.screen = track;
    this.onChange();
  }

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.onChange();
  }

  stop() {
    this.over = true;
    const tracks = [this.audio, this.video, this.screen];
    this.audio = this.video = this.screen = null;
    for (const track of tracks) track?.stop();
  }
}
