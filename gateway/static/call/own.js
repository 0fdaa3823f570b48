// What the page shows of its own devices: picture, loudness, choices, and what is missing.
import { measure } from "./sound.js";

export class Own {
  constructor(page, words, devices) {
    Object.assign(this, { page, words, devices, heard: null, hush: null });
  }

  // `checking`: one looks whether they work, and does not talk yet.
  async show(checking) {
    const { page, words, devices } = this;
    const { picture, sound } = devices.told();
    for (const video of page.parts("own")) {
      const [before] = video.srcObject?.getTracks() ?? [];
      if (before !== devices.shown) video.srcObject = devices.shown ? new MediaStream([devices.shown]) : null;
      video.classList.toggle("mirrored", !devices.screen && devices.video?.getSettings().facingMode !== "environment");
      video.classList.toggle("whole", Boolean(devices.screen));
      video.hidden = picture === "none";
    }
    page.write("own-note", [sound ? "" : words.own_quiet, picture === "none" ? words.own_dark : ""].filter(Boolean).join("\n"));
    this.label("audio", sound);
    this.label("video", devices.on("video"));
    this.label("screen", Boolean(devices.screen));
    this.complain();
    this.listen(checking);
    await Promise.all([this.offer("audio"), this.offer("video")]);
  }

  label(name, on) {
    const button = this.page.part(name);
    button.classList.toggle("off", name === "screen" ? on : !on);
    button.querySelector("[data-label]").textContent = this.words[`${name}_${on ? "off" : "on"}`];
  }

  async offer(kind) {
    const known = await this.devices.known(kind);
    for (const select of this.page.parts(`choose-${kind}`)) {
      select.replaceChildren(...known.map((each) => new Option(each.label || this.words[kind], each.deviceId)));
      if (!known.length) select.add(new Option(this.words.none, ""));
      select.value = this.devices[kind]?.getSettings().deviceId ?? "";
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      select.disabled = known.length < 2;
    }
  }

  // What is missing, why, and what to do; and what it means for the call.
  complain() {
    const { page, words, devices } = this;
    const missing = ["audio", "video"].filter((kind) => !devices[kind]);
    const which = missing.length === 2 ? "both" : missing[0];
    const { cause } = devices;
    let problem = "";
    if (cause === "unsupported") problem = words.unsupported;
    else if (cause && which) problem = `${words[cause] ?? words[`missing_${which}`]} ${words[`lacks_${which}`]}`;
    page.part("level").parentElement.hidden = !devices.audio;
    for (const each of page.parts("problem-box")) each.hidden = !problem; // first, so that a reader hears what is written
    page.write("problem", problem);
    for (const each of page.parts("retry")) each.hidden = cause === "unsupported";
    for (const each of page.parts("usable")) each.hidden = cause === "unsupported";
  }

  // The bar, and in words whether the microphone hears anything.
  listen(checking) {
    const { page, words } = this;
    const track = checking ? this.devices.audio : null;
    if (track === this.heard) return;
    this.hush?.();
    this.hush = null;
    this.heard = track;
    page.write("heard");
    page.part("heard").classList.remove("quiet");
    page.part("level").value = 0;
    if (!track) return;
    this.hush = measure(track, (level, heard) => {
      page.part("level").value = level;
      page.part("heard").classList.toggle("quiet", heard === false);
      if (heard !== undefined) page.write("heard", heard ? words.loud : words.quiet);
    });
  }
}
