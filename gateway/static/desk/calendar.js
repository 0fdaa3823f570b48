// Draws the calendar: days, weeks and months with appointments to drag, free and closed times. What changes anything is a
// form of a page of its own, shown here in a dialog; without this script those pages are there all the same.
import { showChosen } from "../filters.js";
import { ask, isDone, sayFailed, sayUndone } from "./ask.js";

const place = document.getElementById("planner");
const settings = JSON.parse(place.dataset.settings);
const words = settings.words;
const dialog = document.getElementById("cal-dialog");
const menu = document.getElementById("cal-menu");
const status = document.getElementById("cal-status");
const narrow = matchMedia("(max-width: 700px)");
const VIEWS = { day: "resourceTimeGridDay", workweek: "timeGridWeek", week: "timeGridWeek", month: "dayGridMonth" };
let view = narrow.matches && ["week", "workweek"].includes(settings.view) ? "day" : settings.view;
const SHORT = 25 * 60_000; // too low for two lines
let shown = 0;

const pad = (number) => String(number).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
const wall = (date) => `${day(date)}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
const withQuery = (address, values) => {
  const url = new URL(address, location.origin);
  for (const [name, value] of Object.entries(values)) if (value) url.searchParams.set(name, value);
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang) url.searchParams.set("lang", lang);
  return url.pathname + url.search;
};

// How the calendar is shown, for whoever leads back to it.
const shownAs = () => withQuery("/", { view, calendar: settings.calendar, service: settings.named }).slice(2);

function el(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function load({ start, end }) {
  const query = { from: day(start), to: day(end), calendar: settings.calendar, service: settings.service };
  const turn = ++shown;
  const answer = await fetch(withQuery(settings.events, query)).catch(() => null);
  if (answer?.redirected) location.reload();
  if (!answer?.ok) {
    status.textContent = words.failed;
    return [];
  }
  const found = await answer.json();
  if (turn === shown) status.textContent = found.complete ? "" : words.tooMany;
  return found.events;
}

const hours = new Intl.DateTimeFormat(settings.locale, { hour: "2-digit", minute: "2-digit" });
const times = ({ start, end }) => (view === "day" && !narrow.matches ? `${hours.format(start)} – ${hours.format(end)}` : hours.format(start));

function content({ event }) {
  if (event.display === "background") return { domNodes: [el("span", "cal-word", event.title)] };
  const facts = event.extendedProps;
  const sign = { appointment: facts.sign, absence: "⌀", hold: "◌" }[facts.kind] || "";
  const head = el("span", "cal-head");
  const mark = el("span", "cal-sign", sign);
  mark.setAttribute("aria-hidden", "true");
  head.append(mark, el("span", "cal-time", times(event)));
  if (facts.fresh) head.append(el("span", "cal-fresh", "●"));
  const left = el("span", "cal-left");
  if (facts.expires) left.dataset.expires = facts.expires;
  return { domNodes: [head, el("span", "cal-name", event.title), el("span", "cal-what", facts.service || ""), left] };
}

function mounted({ el: box, event }) {
  const { kind, id, label } = event.extendedProps;
  if (!kind) return;
  if (event.end - event.start < SHORT) box.classList.add("is-short");
  box.dataset.kind = kind;
  box.dataset.id = id;
  box.setAttribute("aria-label", label);
  box.title = label;
}

const known = (id) => calendar.getEvents().find((event) => event.extendedProps.id === id);

function opened({ event, jsEvent }) {
  jsEvent?.preventDefault(); // else the key that opens the panel presses the button that gets the focus there
  const facts = event.extendedProps;
  if (facts.kind === "absence") open(withQuery(`${settings.away}${facts.calendar}/${facts.id}`, {}));
  if (facts.kind !== "appointment") return;
  if (!settings.appointment) return settings.change && openMenu(event, place.querySelector(`[data-id="${facts.id}"]`));
  const link = el("a");
  link.href = withQuery(settings.appointment + facts.id, {});
  link.dataset.panel = "";
  link.hidden = true;
  drop();
  document.body.append(link);
  link.click();
  link.remove();
}

function moved({ event, newResource, revert }) {
  const minutes = Math.round((event.end - event.start) / 60000);
  const calendarId = newResource?.id || event.resourceIds[0];
  open(withQuery(`${settings.change}${event.id}/move`, { start: wall(event.start), calendar: calendarId, minutes }), revert);
}

function clicked({ date, allDay, resource }) {
  if (allDay) return go("day", day(date));
  if (!settings.slot) return undefined;
  const values = { start: wall(date), calendar: resource?.id || settings.calendar || settings.resources[0]?.id };
  return open(withQuery(settings.slot, { ...values, service: settings.named === settings.service ? settings.named : "" }));
}

// -- the drawn calendar ---------------------------------------------------------------------------------------------

const clock = { hour: "2-digit", minute: "2-digit" };
const calendar = EventCalendar.create(place, {
  view: VIEWS[view],
  date: settings.date,
  timeZone: settings.offset,
  locale: settings.locale,
  firstDay: 1,
  hiddenDays: view === "workweek" ? [0, 6] : [],
  headerToolbar: { start: "", center: "", end: "" },
  height: "auto",
  slotMinTime: "07:00",
  slotMaxTime: "20:00",
  flexibleSlotTimeLimits: { eventFilter: (event) => event.display !== "background" },
  slotDuration: "00:15",
  slotLabelInterval: "01:00",
  slotHeight: 24,
  snapDuration: "00:05",
  slotEventOverlap: false,
  allDaySlot: false,
  nowIndicator: true,
  dayMaxEvents: true,
  eventStartEditable: Boolean(settings.change),
  eventDurationEditable: Boolean(settings.change),
  eventTimeFormat: clock,
  slotLabelFormat: clock,
  dayHeaderFormat: { weekday: "short", day: "numeric", month: "numeric" },
  views: { dayGridMonth: { dayHeaderFormat: { weekday: "short" } } },
  resources: settings.resources,
  filterEventsWithResources: true,
  lazyFetching: false,
  longPressDelay: 400,
  buttonText: (texts) => ({ ...texts, close: words.cancel }),
  noEventsContent: words.noEvents,
  eventSources: [{ events: load }],
  eventContent: content,
  eventDidMount: mounted,
  eventClick: opened,
  eventDrop: moved,
  eventResize: moved,
  dateClick: clicked,
  eventAllUpdated: tick,
});
// It calls itself a table and holds what no table may: for screen readers there is the list.
const TABLE = ["table", "rowgroup", "row", "columnheader", "rowheader", "cell", "gridcell"];
const ASIDE = ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan", "aria-rowspan"];
function plain() {
  for (const one of place.querySelectorAll(TABLE.map((role) => `[role=${role}]`).join())) one.removeAttribute("role");
  for (const name of ASIDE) for (const one of place.querySelectorAll(`[${name}]`)) one.removeAttribute(name);
  for (const one of place.querySelectorAll(":is(span, div, time)[aria-label]:not([role])")) one.removeAttribute("aria-label");
}
new MutationObserver(plain).observe(place, { childList: true, subtree: true });
plain();
place.hidden = false;
document.getElementById("cal-list").open = false;
mark();

function mark() {
  for (const link of document.querySelectorAll("[data-view]")) {
    const current = link.dataset.view === view;
    link.classList.toggle("quiet", !current);
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  place.dataset.view = view;
  place.toggleAttribute("data-unasked", settings.named !== settings.service);
  if (view !== settings.view) {
    const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
    document.getElementById("cal-title").textContent = new Intl.DateTimeFormat(settings.locale, long).format(new Date(`${settings.date}T12:00`));
  }
}

// Another stretch is another page: its heading, its list and its address go with it.
function go(to, date) {
  location.assign(withQuery(location.pathname, { view: to, date, calendar: settings.calendar, service: settings.named }));
}

showChosen(document.querySelector(".cal-filter"));
if (view !== settings.view) {
  for (const link of document.querySelectorAll("[data-step]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const date = new Date(`${settings.date}T12:00`);
      date.setDate(date.getDate() + Number(link.dataset.step));
      go("day", day(date));
    });
  }
}

// -- dialogs: the part of a page that is marked data-box ---------------------------------------------------------------

let undo = null, newest = 0;
async function open(address, revert = null) {
  drop();
  undo = revert;
  const turn = newest;
  const [answer, page] = await ask(address);
  if (turn !== newest) return; // closed, or something else was asked for meanwhile
  const box = answer?.ok && page.querySelector("[data-box]");
  if (!box) {
    if (dialog.open) sayFailed(dialog, answer);
    else location.assign(address);
    return;
  }
  fill(box);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[data-focus]") || dialog.querySelector("h2")).focus();
}

// What was asked for before is shown no more, and what was dragged goes back.
function drop() {
  newest += 1;
  undo?.();
  undo = null;
}

function fill(box) {
  box.classList.remove("card");
  dialog.replaceChildren(document.adoptNode(box));
  const heading = dialog.querySelector("h2");
  heading.tabIndex = -1;
  dialog.setAttribute("aria-label", heading.textContent);
  for (const hidden of dialog.querySelectorAll('input[name="shown"]')) hidden.value = shownAs();
}

dialog.addEventListener("close", () => {
  drop();
  dialog.replaceChildren();
  calendar.refetchEvents(); // what happened while it was open
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") || event.target === dialog) {
    event.preventDefault();
    dialog.close();
  }
});
dialog.addEventListener("submit", (event) => {
  if (event.target.method === "post") send(event);
  if (!event.target.matches("[data-inline]")) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(event.target));
  open(withQuery(event.target.action, values)).then(() => dialog.querySelector("[data-why]")?.scrollIntoView());
});
// What was refused comes back in the dialog, the calendar stays in sight; what was done is said by the page that follows.
async function send(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.sent) return; // a double click
  form.dataset.sent = "1";
  const turn = ++newest, what = dialog.getAttribute("aria-label");
  const [answer, page] = await ask(form.action, { method: "post", body: new URLSearchParams(new FormData(form)) });
  delete form.dataset.sent;
  if (turn !== newest) return isDone(answer) ? calendar.refetchEvents() : sayUndone(what);
  if (isDone(answer)) return location.assign(answer.url);
  const box = page?.querySelector("[data-box]");
  if (!box) return sayFailed(dialog, answer);
  fill(box);
  (dialog.querySelector("[data-focus]") || dialog.querySelector("[aria-invalid]") || dialog.querySelector("h2")).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link.getAttribute("href"));
});

// -- the menu of an appointment: right click, long touch, or the menu key ------------------------------------------------

let menuOf = null;
function openMenu(event, box) {
  const facts = event.extendedProps;
  const active = ["pending", "accepted"].includes(facts.status);
  const at = (path) => () => open(withQuery(`${settings.change}${facts.id}/${path}`, {}));
  const visit = (hash) => () => location.assign(withQuery(settings.appointment + facts.id, {}) + hash);
  const choices = [
    settings.appointment && [words.open, () => opened({ event })],
    settings.change && facts.status === "pending" && [words.confirm, () => confirm(facts)],
    settings.change && active && [words.move, at("move")],
    settings.change && active && [words.cancel, at("cancel")],
    settings.appointment && settings.change && active && [words.notify, visit("#messages")],
  ].filter(Boolean);
  if (!choices.length) return;
  menuOf = box;
  menu.replaceChildren(...choices.map(([text, act]) => {
    const item = el("button", "cal-item", text);
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
    item.addEventListener("click", () => {
      closeMenu();
      act();
    });
    return item;
  }));
  menu.hidden = false;
  const spot = box.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(spot.left + 12, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(spot.top + 24, innerHeight - menu.offsetHeight - 8))}px`;
  menu.firstElementChild.focus();
}

function closeMenu() {
  menu.hidden = true;
  menuOf?.focus();
  menuOf = null;
}

function confirm(facts) {
  const form = el("form");
  form.method = "post";
  form.action = withQuery(`${settings.change}${facts.id}/accept`, {});
  const token = document.querySelector('input[name="csrf_token"]').value;
  for (const [name, value] of Object.entries({ csrf_token: token, version: facts.version, shown: shownAs() })) {
    const field = el("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  form.hidden = true;
  document.body.append(form);
  form.submit();
}

place.addEventListener("contextmenu", (event) => {
  const box = event.target.closest('[data-kind="appointment"]');
  const found = box && known(box.dataset.id);
  if (!found) return;
  event.preventDefault();
  openMenu(found, box);
});
menu.addEventListener("keydown", (event) => {
  const items = [...menu.children];
  const now = items.indexOf(document.activeElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") closeMenu();
  else if (to === undefined) return;
  else items.at(to % items.length).focus();
  event.preventDefault();
});
document.addEventListener("pointerdown", (event) => {
  if (!menu.hidden && !menu.contains(event.target)) closeMenu();
});

// -- what happens elsewhere ---------------------------------------------------------------------------------------------

let due = 0;
document.addEventListener("live", ({ detail }) => {
  if (/^(email|sms)\./.test(detail.type)) return;
  clearTimeout(due);
  due = setTimeout(() => dialog.open || calendar.refetchEvents(), 250);
});

function tick() {
  for (const left of place.querySelectorAll("[data-expires]")) {
    const seconds = Math.max(0, Math.round((new Date(left.dataset.expires) - Date.now()) / 1000));
    left.textContent = words.left.replace("%(time)s", `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`);
    if (!seconds && !left.dataset.over) {
      left.dataset.over = "1";
      setTimeout(() => calendar.refetchEvents(), 2000);
    }
  }
}
setInterval(tick, 1000);
