// The direct connection to the other browser. The host makes offers, the guest answers: so they never collide.
import { name } from "./line.js";

const GRACE = 3000, FRESH = 3_600_000;

export class Peer {
  // `media()` gives the tracks to send now, {audio, video}, each may be null; `told()` what the other side is told of them.
  // `renewed()` gives `rtc` as of now, with the relay's new credentials, or null. `on`: stream, state, chat, told.
  constructor(rtc, side, media, told, say, renewed, on) {
    Object.assign(this, { rtc, side, media, told, say, renewed, on, since: Date.now() });
  }

  get up() {
    return this.pc?.connectionState === "connected";
  }

  // Begin anew: the host when the guest is ready, the guest before it says so.
  async begin(session = name()) {
    const turn = (this.turn = {});
    if (Date.now() - this.since > FRESH) await this.renew(); // one may have waited at the door for long
    if (turn !== this.turn) return; // over meanwhile
    this.end();
    this.session = session;
    this.early = [];
    this.found = [];
    const pc = (this.pc = new RTCPeerConnection(this.rtc));
    const stream = new MediaStream();
    pc.ontrack = ({ track }) => (stream.addTrack(track), this.on.stream(stream));
    pc.onicecandidate = ({ candidate }) => candidate && this.gather(candidate);
    pc.onconnectionstatechange = () => this.changed(pc);
    this.channel = pc.createDataChannel("chat", { negotiated: true, id: 0 });
    this.channel.onmessage = ({ data }) => this.on.chat(String(data));
    this.notes = pc.createDataChannel("notes", { negotiated: true, id: 1 });
    this.notes.onopen = () => this.tell();
    this.notes.onmessage = ({ data }) => pc === this.pc && this.on.told(JSON.parse(data));
    if (this.side !== "host") return;
    const { audio, video } = this.media();
    pc.addTransceiver(audio ?? "audio", { direction: "sendrecv" });
    pc.addTransceiver(video ?? "video", { direction: "sendrecv" });
    pc.onnegotiationneeded = async () => {
      await pc.setLocalDescription().catch(() => {});
      if (pc === this.pc) this.offer();
    };
  }

  offer() {
    this.say("offer", { session: this.session, sdp: this.pc.localDescription.sdp });
  }

  // The relay's credentials are good for some hours, a call may be longer: whoever looks for a new way asks for new ones.
  // Without an answer the old ones have to do.
  async renew() {
    const rtc = this.rtc.iceServers.length ? await this.renewed() : null;
    if (!rtc) return;
    Object.assign(this, { rtc, since: Date.now() });
    this.pc?.setConfiguration?.(rtc);
  }

  // The other side asks for a new way. An offer that waits for its answer may have got lost: it is made again.
  async restart() {
    const { pc } = this;
    await this.renew();
    if (!pc || pc !== this.pc) return;
    if (pc.signalingState === "have-local-offer") this.offer();
    else pc.restartIce();
  }

  async hear({ kind, data }) {
    if (kind === "offer") await this.answer(data);
    if (data?.session !== this.session || !this.pc) return;
    if (kind === "answer" && this.pc.signalingState === "have-local-offer") {
      await this.pc.setRemoteDescription({ type: "answer", sdp: data.sdp });
      await this.admitEarly();
    }
    if (kind === "candidates") {
      this.early.push(...data.list);
      if (this.pc.remoteDescription) await this.admitEarly();
    }
  }

  async answer({ session, sdp }) {
    if (session !== this.session || !this.pc) await this.begin(session);
    else await this.renew();
    if (!this.pc) return;
    await this.pc.setRemoteDescription({ type: "offer", sdp });
    for (const each of this.pc.getTransceivers()) each.direction = "sendrecv";
    await this.send();
    await this.pc.setLocalDescription();
    this.say("answer", { session, sdp: this.pc.localDescription.sdp });
    await this.admitEarly();
  }

  async admitEarly() {
    for (const candidate of this.early.splice(0)) await this.pc.addIceCandidate(candidate).catch(() => {});
  }

  // Put the tracks of now into the running connection: another camera, the screen, nothing.
  async send() {
    const tracks = this.media();
    for (const { sender, receiver } of this.pc?.getTransceivers() ?? []) {
      await sender.replaceTrack(tracks[receiver.track.kind]).catch(() => {}); // it has ended meanwhile
    }
    this.tell();
  }

  tell(news = this.told()) {
    if (this.notes?.readyState === "open") this.notes.send(JSON.stringify(news));
  }

  gather(candidate) {
    if (this.found.push(candidate.toJSON()) > 1) return;
    const { session, found } = this;
    setTimeout(() => this.say("candidates", { session, list: found.splice(0) }), 100);
  }

  changed(pc) {
    if (pc !== this.pc) return;
    this.on.state(pc.connectionState);
    clearTimeout(this.timer);
    if (pc.connectionState === "failed") this.repair();
    if (pc.connectionState === "disconnected") this.timer = setTimeout(() => this.repair(), GRACE);
  }

  // Find another way to the other browser, such as after a change of the network or behind a locked screen.
  repair() {
    if (!this.pc || this.up) return;
    if (this.side === "host") this.restart();
    else this.say("restart");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.repair(), GRACE * 3);
  }

  chat(text) {
    if (this.channel?.readyState !== "open") return false;
    this.channel.send(text);
    return true;
  }

  end() {
    clearTimeout(this.timer);
    this.pc?.close();
    this.pc = this.channel = this.notes = this.turn = undefined;
  }
}
