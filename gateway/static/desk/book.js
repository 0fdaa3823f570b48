// Booking for a customer: another day, service or customer changes the page in place, and what was typed stays. The ways to
// tell a new customer follow the addresses that are entered.
import { ask, sayFailed } from "./ask.js";

const region = () => document.getElementById("booking");
const form = () => region().querySelector(".booking-for");
const OWN = 'input:not([type="hidden"], [type="search"], [type="date"]), textarea';
const SHOWN = ["service", "calendar", "from", "day", "customer", "q"];

let newest = 0;
async function show(address) {
  const turn = ++newest;
  region().setAttribute("aria-busy", "true");
  const [answer, page] = await ask(address);
  if (turn !== newest) return; // something else was chosen meanwhile
  const fresh = answer?.ok && page.getElementById("booking");
  if (!fresh) return failed(answer);
  const back = place(document.activeElement), typed = entries(), who = form()?.elements.customer?.value, key = form()?.elements.key?.value;
  region().replaceWith(document.adoptNode(fresh));
  restore(typed, who === form()?.elements.customer?.value);
  if (key && form()) form().elements.key.value = key;
  history.replaceState(null, "", address);
  prepare();
  back();
}

// What was chosen can be asked for again: what stands in the form, by the button that scripts hide.
function failed(answer) {
  region().removeAttribute("aria-busy");
  for (const button of region().querySelectorAll('button[value="times"]')) button.hidden = false;
  sayFailed(region(), answer);
}

const entries = () => [...(form()?.querySelectorAll(OWN) ?? [])].map(({ id, name, type, value, checked }) => ({ id, name, type, value, checked }));

function restore(typed, sameCustomer) {
  for (const { id, name, type, value, checked } of typed) {
    const now = name === "start" ? [...form().querySelectorAll('[name="start"]')].find((each) => each.value === value) : form()?.querySelector(`#${id}`);
    if (!now || (name === "channels" && !sameCustomer)) continue;
    if (type !== "checkbox" && type !== "radio") now.value = value;
    else if (type === "checkbox" || checked) now.checked = checked;
  }
  const other = form()?.elements.time;
  if (other?.value) other.closest("details").open = true;
}

// Where the focus goes: to its like, else to what the click chose.
function place(focused) {
  const id = focused?.id, chosen = focused?.matches(".day-chip") ? ".day-chip[aria-current]" : "#who button, #b-q";
  return () => (document.getElementById(id) ?? region().querySelector(chosen))?.focus({ preventScroll: true });
}

function prepare() {
  for (const button of region().querySelectorAll('button[value="times"]')) button.hidden = true;
  for (const box of boxes()) if (box.disabled) box.dataset.never = "1";
  ways();
}

const boxes = () => region().querySelectorAll('input[name="channels"]');
function ways() {
  const typed = { email: form()?.elements.email, sms: form()?.elements.phone };
  if (!typed.email) return;
  const [email, sms] = boxes();
  for (const box of [email, sms]) box.disabled = Boolean(box.dataset.never) || !typed[box.value].value.trim();
  if (form().dataset.chosen) return;
  email.checked = !email.disabled;
  sms.checked = email.disabled && !sms.disabled;
}

// What a button shows: its own address, or what stands in the form. A search keeps the time that is chosen.
function address(go) {
  if (go.startsWith("/")) return asChosen(new URL(go, location.href));
  const names = go === "find" ? [...SHOWN, "start"] : SHOWN, lang = new URLSearchParams(location.search).get("lang");
  const shown = [...new FormData(form()), ...(lang ? [["lang", lang]] : [])].filter(([name, value]) => value && [...names, "lang"].includes(name));
  return `${location.pathname}?${new URLSearchParams(shown)}`;
}

// A button that waits to be replaced knows an earlier service and professional.
function asChosen(url) {
  for (const { name, value } of region().querySelectorAll(".filters select")) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url.pathname + url.search;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest('#booking button[name="go"]');
  if (!button) return;
  event.preventDefault();
  show(address(button.value));
});
// Enter searches where something is searched for, and books everywhere else but in the day.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("#booking input:not([type=date])")) return;
  event.preventDefault();
  if (event.target.id === "b-q") show(address("find"));
  else form().requestSubmit(form().querySelector("[data-book]"));
});
document.addEventListener("change", (event) => {
  if (event.target.name === "channels") form().dataset.chosen = "1";
  if (event.target.matches("#booking .filters select")) show(address("times"));
});
document.addEventListener("focusout", ({ target }) => {
  if (target.id === "b-from" && target.value !== target.defaultValue) show(address("times"));
});
document.addEventListener("input", ({ target }) => ["email", "phone"].includes(target.id) && ways());
prepare();
