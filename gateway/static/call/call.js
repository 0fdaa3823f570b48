// The call's page: check the devices, wait at the door, talk. One guest, one host, directly from browser to browser.
import { Devices } from "./devices.js";
import { Line } from "./line.js";
import { Peer } from "./peer.js";

const root = document.querySelector("[data-call]");
const part = (name) => root.querySelector(`[data-${name}]`);
const words = JSON.parse(root.dataset.words);
const { side, api, csrf } = root.dataset;
const devices = new Devices(refresh);
const line = new Line(api, csrf, hear);
let peer, quiet, admitted = false, silent = false;
const hush = () => (quiet = quiet?.());

function step(name) {
  for (const each of root.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
  root.dataset.now = name;
  root.querySelector(`[data-step="${name}"] [data-first]`)?.focus();
}

function say(key, name = "status") {
  part(name).textContent = words[key] ?? "";
}

// --- what is seen of the own devices

async function refresh() {
  for (const video of root.querySelectorAll("[data-own]")) {
    const [before] = video.srcObject?.getTracks() ?? [];
    if (before !== devices.shown) video.srcObject = devices.shown ? new MediaStream([devices.shown]) : null;
    video.classList.toggle("mirrored", !devices.screen);
    video.classList.toggle("whole", Boolean(devices.screen));
  }
  for (const kind of ["audio", "video"]) {
    press(kind, Boolean(devices[kind]?.enabled));
    const select = part(`choose-${kind}`);
    const options = (await devices.known(kind)).map((each) => new Option(each.label || words[kind], each.deviceId));
    select.replaceChildren(...options);
    select.value = devices[kind]?.getSettings().deviceId ?? "";
    select.disabled = options.length < 2;
  }
  press("screen", Boolean(devices.screen));
  await peer?.send();
}

function press(name, on) {
  const button = part(name);
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-label]").textContent = words[`${name}_${on ? "off" : "on"}`];
}

async function check() {
  say("asking", "problem");
  const problem = await devices.start();
  say(problem, "problem");
  part("problem").hidden = !problem;
  hush();
  if (devices.audio) quiet = devices.measure(part("level"));
  part("enter").disabled = false;
}

// --- the door

async function enter(takeOver = false) {
  part("enter").disabled = true;
  const news = await line.enter(takeOver).catch(() => ({ code: "unavailable" }));
  part("enter").disabled = false;
  part("take-over").hidden = news.code !== "already_joined";
  if (news.code) {
    say(news.code in words ? news.code : "unavailable", "problem");
    part("problem").hidden = false;
    return;
  }
  hush();
  peer = new Peer(news.rtc, side, () => devices.tracks(), (kind, data) => line.say(kind, data), { stream, state, chat, shows });
  admitted = false;
  if (side === "host") host(news);
  await hear({ ...news, items: [] });
}

function host(news) {
  step("call");
  say("nobody");
  if (news.admitted) line.say("restart"); // the guest is in already: it shall say that it is ready
}

async function hear(news) {
  if (news.replaced) return leave("replaced");
  if (news.state === "void" || news.state === "expired") return leave(news.state);
  if (side === "host") door(news);
  else if (news.admitted !== admitted) letIn(news.admitted);
  else if (!news.admitted && root.dataset.now === "check") step("waiting");
  admitted = news.admitted;
  for (const each of news.items) await understand(each);
}

function door(news) {
  part("door").hidden = !(news.waiting && news.other);
  if (!peer.up) say(news.other ? (news.waiting ? "waits" : "connecting") : "nobody");
}

function letIn(now) {
  if (!now) return leave("ended");
  step("call");
  say("connecting");
  peer.begin();
  line.say("ready");
}

async function understand(signal) {
  if (signal.kind === "bye") return gone();
  if (signal.kind === "ready" && side === "host") return peer.begin();
  if (signal.kind === "restart") return side === "host" ? peer.pc?.restartIce() : letIn(true);
  await peer.hear(signal);
}

function gone() {
  peer.end();
  part("remote").srcObject = null;
  root.dataset.connected = "false";
  say("left");
}

// --- the conversation

function stream(remote) {
  part("remote").srcObject = remote;
  play();
}

// Browsers play no sound on a page that has no microphone and was not clicked at yet: the next click or key begins it.
function play() {
  part("remote").play().then(() => heard(true), (error) => error.name === "NotAllowedError" && heard(false));
}

function heard(now) {
  silent = !now;
  if (peer?.up) say(silent ? "silent" : "connected");
  if (silent) for (const deed of ["click", "keydown"]) addEventListener(deed, play, { once: true });
}

// A screen is shown whole, a camera's picture fills the place.
function shows(what) {
  part("remote").classList.toggle("whole", what === "screen");
}

function state(now) {
  root.dataset.connected = String(now === "connected");
  say({ connected: silent ? "silent" : "connected", connecting: "connecting", disconnected: "lost", failed: "lost" }[now] ?? "connecting");
}

function chat(text, mine = false) {
  const item = document.createElement("p");
  item.className = mine ? "mine" : "theirs";
  item.textContent = text;
  part("messages").append(item);
  item.scrollIntoView({ block: "nearest" });
  if (!mine) part("chat-panel").hidden = false;
}

function leave(why) {
  line.close();
  peer?.end();
  devices.stop();
  hush();
  root.dataset.connected = "false";
  say(why, "why");
  part("again").hidden = ["void", "expired"].includes(why);
  step("ended");
}

async function hangUp() {
  line.say("bye");
  await line.sending;
  if (side === "host") await line.post("/end", {}).catch(() => {});
  leave("hung_up");
}

const deeds = {
  enter: () => enter(),
  "take-over": () => enter(true),
  admit: () => line.post("/admit", {}).then(() => (part("door").hidden = true)),
  audio: () => devices.toggle("audio"),
  video: () => devices.toggle("video"),
  screen: () => devices.share().catch(() => {}),
  pip: () => (document.pictureInPictureElement ? document.exitPictureInPicture() : part("remote").requestPictureInPicture()).catch(() => {}),
  chat: () => ((part("chat-panel").hidden = !part("chat-panel").hidden), part("text").focus()),
  "hang-up": hangUp,
  again: () => (step("check"), check()),
};
for (const [name, deed] of Object.entries(deeds)) part(name)?.addEventListener("click", deed);
for (const kind of ["audio", "video"]) {
  part(`choose-${kind}`).addEventListener("change", (event) => devices.choose(kind, event.target.value).catch(check));
}
part("chat-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (text && peer.chat(text)) (chat(text, true), (part("text").value = ""));
});
part("pip").hidden = !document.pictureInPictureEnabled;
part("screen").hidden = !navigator.mediaDevices?.getDisplayMedia;
addEventListener("online", () => peer?.repair());
addEventListener("pagehide", () => line.open && root.dataset.now === "call" && line.post("/signals", { peer: line.peer, said: [{ kind: "bye" }] }));
root.hidden = false;
step("check");
check();
