// Tells every open page of the desk what happens: `document` hears CustomEvent "live" with {type, data}.
// One tab of a browser holds the stream for all (browsers open six connections to a host); without a stream it asks
// every 15 seconds. Regions marked data-live are fetched anew; a new online booking opens a pop-up.
const TYPES = [
  "appointment.booked", "appointment.accepted", "appointment.declined", "appointment.rescheduled",
  "appointment.cancelled", "appointment.completed", "appointment.missed", "appointment.updated", "appointment.restored",
  "slot.held", "slot.released", "slots.changed", "service.changed", "calendar.changed", "payment.recorded", "customer.linked", "email.sent", "email.delivered",
  "email.failed", "sms.sent", "sms.delivered", "sms.failed",
  "invitation.created", "invitation.changed", "invitation.resent", "invitation.deleted",
  "resync",
];
const POLL = 15_000;
const AGAIN = 60_000;
const SOON = 5_000;
const ANEW = { type: "resync", data: {} }; // only appointments are told again: what else was missed is looked at
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("terminfluss.live") : null;
const mine = document.querySelector("[data-live-session]")?.dataset.liveSession;
const known = new Set();
let since = "";
let polling = 0;
let over = false;

function hear(message) {
  const { type, data } = message;
  if (data.version && type.startsWith("appointment.")) {
    const name = `${data.id} ${data.version}`;
    if (known.has(name)) return;
    known.add(name);
  }
  document.dispatchEvent(new CustomEvent("live", { detail: message }));
}

function tell(message) {
  tabs?.postMessage({ session: mine, message, since });
  hear(message);
}

function listen() {
  const source = new EventSource(`/api/v1/live${since && `?last_event_id=${encodeURIComponent(since)}`}`);
  source.addEventListener("ready", (event) => {
    const back = since !== "";
    since = event.lastEventId;
    stopPolling();
    document.documentElement.dataset.feed = "stream";
    if (back) tell(ANEW);
  });
  for (const type of TYPES) {
    source.addEventListener(type, (event) => {
      if (event.lastEventId) since = event.lastEventId;
      tell({ type, data: JSON.parse(event.data) });
    });
  }
  source.addEventListener("error", () => {
    startPolling();
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    if (!over) setTimeout(() => over || listen(), AGAIN);
  });
}

function startPolling() {
  document.documentElement.dataset.feed = "poll";
  polling ||= setInterval(ask, POLL);
}

// Whoever has signed out, in whichever tab, is asked for no more.
function signedOut() {
  over = true;
  stopPolling();
}

function stopPolling() {
  clearInterval(polling);
  polling = 0;
}

async function ask() {
  const from = since || new Date().toISOString();
  const answer = await fetch(`/api/v1/live/changes?since=${encodeURIComponent(from)}`).catch(() => null);
  if (answer?.status === 401) signedOut();
  if (!answer?.ok) return;
  const found = await answer.json();
  since = found.until;
  for (const item of found.items) tell({ type: item.type, data: item });
  tell(ANEW);
}

// -- regions: <… data-live id="…"> is replaced by its like on the page as it is now -------------------------------

const lists = document.querySelector('script[src*="/static/desk.js"]'); // does the same, and knows rows and ticks
let due = 0;
let last = 0;
const shown = document.documentElement.dataset;
function refreshSoon() {
  if (lists) return;
  clearTimeout(due);
  due = setTimeout(refresh, Math.max(300, last + 2000 - Date.now())); // a booking is several messages
}

async function refresh() {
  if (!document.querySelector("[data-live], [data-inbox-count]")) return;
  last = Date.now();
  const asked = performance.now();
  const here = document.documentElement.dataset.home ?? location.pathname + location.search; // beneath an open panel
  const answer = await fetch(here).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (asked < (shown.newest ?? 0)) return; // a newer one has come before
  shown.newest = asked;
  count(page);
  for (const region of document.querySelectorAll("main [data-live]")) {
    const fresh = region.id ? page.getElementById(region.id) : page.querySelector("[data-live]:not([id])");
    if (fresh && fresh.textContent !== region.textContent && !busy(region)) swap(region, document.adoptNode(fresh));
  }
}

function count(page) {
  const [old, fresh] = [document, page].map((one) => one.querySelector("[data-inbox-count]"));
  if (!old || !fresh) return;
  old.textContent = fresh.textContent;
  old.hidden = fresh.hidden;
}

// Somebody types or has something open in it: it is fetched with the next change.
function busy(region) {
  const focused = document.activeElement;
  const typed = [...region.querySelectorAll("input:not([type=hidden]), textarea")].some((each) => each.value !== each.defaultValue);
  return typed || (region.contains(focused) && focused.matches("input:not([type=hidden]), textarea, select"));
}

function swap(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const address = focused && path(region, focused);
  for (const line of fresh.querySelectorAll("[id]")) {
    const old = document.getElementById(line.id);
    if (old?.matches("details[open]") || old?.querySelector(":scope > details[open]"))
      (line.matches("details") ? line : line.querySelector(":scope > details"))?.setAttribute("open", "");
  }
  region.replaceWith(fresh);
  if (address) find(fresh, address)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("live-refreshed", { detail: { region: fresh } }));
}

const CONTROLS = "a[href], button, summary";
function path(region, focused) {
  const line = focused.closest("[id]");
  if (!line || !region.contains(line)) return null;
  return { id: line.id, number: [...line.querySelectorAll(CONTROLS)].indexOf(focused) };
}

function find(fresh, { id, number }) {
  const line = fresh.querySelector(`#${CSS.escape(id)}`);
  const controls = line ? line.querySelectorAll(CONTROLS) : [];
  return controls[number] || controls[0] || line || null;
}

// -- the pop-up of a new online booking ----------------------------------------------------------------------------

const place = document.getElementById("live-news");
const announced = JSON.parse(sessionStorage.getItem("terminfluss.announced") || "[]"); // each once in a tab
function announce({ type, data }) {
  if (!place || type !== "appointment.booked" || !data.online || announced.includes(data.id)) return;
  announced.push(data.id);
  fetchNews(data.id).catch(() => setTimeout(() => fetchNews(data.id).catch(() => {}), SOON));
}

async function fetchNews(id) {
  const answer = await fetch(`/desk/news/${id}${location.search.includes("lang=") ? location.search : ""}`);
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = page.querySelector("[data-news]");
  sessionStorage.setItem("terminfluss.announced", JSON.stringify(announced.slice(-50)));
  if (!news || document.getElementById(news.id)) return;
  place.append(document.adoptNode(news));
  if (document.querySelector("[data-call]")) for (const link of news.querySelectorAll("a")) link.target = "_blank"; // the call goes on
  news.querySelector("[data-close]").addEventListener("click", () => news.remove());
  while (place.children.length > 3) place.firstElementChild.remove();
}

document.addEventListener("live", ({ detail }) => {
  if (detail.type.startsWith("slot")) return;
  refreshSoon();
  announce(detail);
});

tabs?.addEventListener("message", ({ data }) => {
  if (data.session !== mine) return;
  since = data.since || since;
  hear(data.message);
});
if (navigator.locks && tabs) navigator.locks.request(`terminfluss.live.${mine}`, () => new Promise(() => listen()));
else listen();
