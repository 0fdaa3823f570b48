// The call's page: check the devices, wait at the door, talk. One guest, one host, directly from browser to browser.
import { Chat } from "./chat.js";
import { Devices } from "./devices.js";
import { Line } from "./line.js";
import { Own } from "./own.js";
import { Peer } from "./peer.js";
import { awake, ring } from "./sound.js";

const root = document.querySelector("[data-call]");
const part = (name) => root.querySelector(`[data-${name}]`);
const parts = (name) => root.querySelectorAll(`[data-${name}]`);
const words = JSON.parse(root.dataset.words);
const { side, api, csrf } = root.dataset;
const title = document.title;
const LATE = 3 * 60_000, MUCH = 20_000;
const devices = new Devices(refresh);
const own = new Own({ part, parts, write }, words, devices);
const line = new Line(api, csrf, { news: hear, trouble });
const chat = new Chat(root, { mine: words.me, theirs: words.other }, (text) => Boolean(peer?.chat(text)));
let peer, admitted, silent, lost, left, news, there;

function step(name) {
  for (const each of parts("step")) each.hidden = each.dataset.step !== name;
  root.dataset.now = name;
  for (const video of parts("own")) if (video.srcObject) void video.play().catch(() => {}); // Safari lets rest what is not seen
  const first = root.querySelector(`[data-step="${name}"] [data-first]`);
  first?.focus({ preventScroll: true });
  if (name !== "check" || root.dataset.begun) root.scrollIntoView({ block: "start" });
  root.dataset.begun = "";
}

function write(name, text = "") {
  for (const each of parts(name)) if (each.textContent !== text) each.textContent = text;
}

// --- the own devices

async function refresh() {
  await Promise.all([own.show(root.dataset.now === "check"), peer?.send()]);
}

async function check() {
  write("asking", words.asking);
  await devices.start();
  write("asking");
  part("enter").disabled = false;
}

// What had the keyboard may be gone.
function keepFocus() {
  if (!document.activeElement?.offsetParent) root.querySelector(`[data-step="${root.dataset.now}"] [data-first]`)?.focus({ preventScroll: true });
}

// --- the door

async function enter(takeOver = false) {
  part("enter").disabled = true;
  const first = await line.enter(takeOver).catch(() => ({ code: "unavailable" }));
  part("enter").disabled = false;
  part("take-over").hidden = first.code !== "already_joined";
  part("refused-box").hidden = !first.code;
  write("refused", first.code ? (words[first.code] ?? words.unavailable) : "");
  if (first.code) return part(part("take-over").hidden ? "enter" : "take-over").focus();
  peer?.end();
  peer = new Peer(first.rtc, side, () => devices.tracks(), () => devices.told(), (kind, data) => line.say(kind, data),
    () => line.relay(), { stream, state, chat: heardText, told });
  admitted = lost = left = silent = false;
  there = {};
  step(side === "host" || first.admitted ? "call" : "waiting");
  own.listen(false);
  void awake(true);
  if (side === "host" && first.admitted) line.say("restart"); // the guest is in already: it shall say that it is ready
  await hear({ ...first, items: [] });
}

async function hear(fresh) {
  const before = news;
  news = fresh;
  if (news.replaced) return leave("replaced");
  if (news.state === "void" || news.state === "expired") return leave(news.state);
  if (side === "host") door(before);
  else if (news.admitted !== admitted) await letIn(news.admitted);
  admitted = news.admitted;
  for (const each of news.items) await understand(each);
  status();
}

function door(before) {
  const knocks = Boolean(news.waiting && news.other);
  if (knocks && part("door").hidden) ring();
  part("door").hidden = !knocks;
  if (news.waiting && before?.admitted) forget();
}

async function letIn(now) {
  if (!now) return admitted && leave("ended");
  if (root.dataset.now !== "call") (step("call"), ring());
  left = false;
  await peer.begin();
  line.say("ready");
}

async function understand(signal) {
  if (signal.kind === "bye") return gone();
  if (signal.kind === "ready" && side === "host") return (left = false), peer.begin();
  if (signal.kind === "restart") return side === "host" ? peer.restart() : letIn(true);
  await peer.hear(signal);
}

function gone() {
  left = true;
  forget();
}

function forget() {
  peer.end();
  lost = false;
  there = {};
  part("remote").srcObject = null;
  root.dataset.connected = "false";
  status();
}

// --- what is said of the call

function trouble(now) {
  if (now === "reload" && !peer?.up) return leave("reload");
  root.dataset.line = now;
  status();
}

function status() {
  if (!["waiting", "call"].includes(root.dataset.now)) return;
  const key = situation();
  write("status", key === "waits" ? "" : words[key]); // the door says it
  root.dataset.status = key;
  document.title = key === "connected" ? title : `${words[key]} – ${title}`;
  const late = key !== "connected" && Date.now() > Date.parse(root.dataset.start) + LATE;
  if (part("late")) part("late").hidden = !late;
  scene();
}

function situation() {
  if (peer.up) return silent ? "silent" : "connected";
  if (left) return "left";
  if (root.dataset.line) return "offline";
  if (root.dataset.now === "waiting") return news.other ? "wait_there" : "wait_absent";
  if (side === "host" && news.waiting) return news.other ? "waits" : "nobody";
  if (lost) return news.other ? "lost" : "away";
  return news.other ? "connecting" : side === "host" ? "nobody" : "left";
}

// The other side's picture, or its name in the place of it; and what it has switched off.
function scene() {
  const seen = peer.up && there.picture !== "none";
  part("cover").hidden = seen || (lost && news.other); // the last picture stays while it may go on
  part("unmute").hidden = !(peer.up && silent);
  part("pip").hidden = !seen || !small();
  part("remote").classList.toggle("whole", there.picture === "screen");
  write("note", peer.up ? (words[`there_${there.picture}_${there.sound}`] ?? "") : "");
}

// --- the conversation

function stream(remote) {
  part("remote").srcObject = remote;
  play();
}

// Browsers play no sound on a page that has no microphone and was not clicked at yet: the next click or key begins it.
function play() {
  if (!part("remote").srcObject) return;
  part("remote").play().then(() => audible(true), (error) => error.name === "NotAllowedError" && audible(false));
}

function audible(now) {
  silent = !now;
  status();
  if (silent) for (const deed of ["click", "keydown"]) addEventListener(deed, play, { once: true });
}

function told(what) {
  if (what.bye) return gone();
  there = what;
  status();
}

function heardText(text) {
  chat.show(text);
}

function state(now) {
  root.dataset.connected = String(now === "connected");
  if (now === "connected") lost = left = false;
  else if (now === "disconnected" || now === "failed") lost = true;
  status();
}

// Safari has a way of its own; on an iPhone it says that a call's picture cannot.
function small() {
  const video = part("remote");
  if (video.webkitSupportsPresentationMode) return video.webkitSupportsPresentationMode("picture-in-picture");
  return document.pictureInPictureEnabled;
}

function grow() {
  const video = part("remote");
  if (video.webkitPresentationMode === "picture-in-picture") video.webkitSetPresentationMode("inline");
  else if (document.pictureInPictureElement) void document.exitPictureInPicture();
}

function shrink() {
  const video = part("remote"), name = "picture-in-picture";
  if (video.webkitSetPresentationMode) return video.webkitSetPresentationMode(video.webkitPresentationMode === name ? "inline" : name);
  return document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture();
}

// --- the end

function leave(why) {
  line.close();
  peer?.end();
  devices.stop();
  void awake(false);
  grow();
  part("remote").srcObject = null;
  root.dataset.connected = "false";
  root.dataset.line = "";
  document.title = title;
  write("why", words[why]);
  part("door").hidden = true;
  for (const each of parts("then")) each.hidden = each.dataset.then !== (["hung_up", "ended"].includes(why) ? "over" : why);
  part("again").hidden = ["void", "expired", "reload"].includes(why);
  step("ended");
}

function hangUp() {
  peer?.tell({ bye: true }); // reaches the other side even while the server does not answer
  void line.farewell(side === "host");
  setTimeout(() => leave("hung_up"), peer?.up ? 100 : 0);
}

const deeds = {
  enter: () => enter(),
  "take-over": () => enter(true),
  admit: () => line.post("/admit", {}).then((answer) => answer.ok && ((part("door").hidden = true), keepFocus()), () => {}),
  audio: () => devices.toggle("audio"),
  video: () => devices.toggle("video"),
  screen: () => devices.share().catch(() => {}),
  pip: () => Promise.resolve(shrink()).catch(() => {}),
  devices: () => {
    const now = (part("devices-panel").hidden = !part("devices-panel").hidden);
    part("devices").setAttribute("aria-expanded", String(!now));
  },
  ring: () => ring(),
  again: () => (step("check"), check()),
  reload: () => location.reload(),
};
for (const [name, deed] of Object.entries(deeds)) part(name)?.addEventListener("click", deed);
for (const each of parts("hang-up")) each.addEventListener("click", hangUp);
for (const each of parts("retry")) each.addEventListener("click", () => check().then(keepFocus));
for (const kind of ["audio", "video"]) {
  for (const each of parts(`choose-${kind}`)) each.addEventListener("change", (event) => devices.choose(kind, event.target.value));
}
part("screen").hidden = !navigator.mediaDevices?.getDisplayMedia; // phones have none
part("remote").addEventListener("loadedmetadata", () => peer && status());
setInterval(() => peer && status(), MUCH); // the host may be late by now
addEventListener("online", () => peer?.repair());
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "visible" || !line.open) return;
  void awake(true);
  play();
  peer?.repair();
  await devices.revive();
});
addEventListener("pagehide", () => line.open && line.post("/signals", { peer: line.peer, said: [{ kind: "bye", data: null }] }));
root.hidden = false;
step("check");
check();
