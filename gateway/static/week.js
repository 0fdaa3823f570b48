// On top of the week grid: paging without a page load (the focus stays), arrow keys, three days at a time, own time zone.
import { showChosen } from "./filters.js";
import { giveBack } from "./held.js";

const SOON = 400; // ms until the grid has heard of a time that was given back
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const week = () => document.querySelector("[data-swap-target]");
const scroller = () => week()?.querySelector(".week-scroll");

let newest = 0;
async function show(address, key, push = true) {
  const turn = ++newest;
  week().classList.add("loading");
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== newest) return; // another week was chosen meanwhile
    const fresh = page.querySelector("[data-swap-target]");
    week().replaceWith(document.adoptNode(fresh));
    if (push) history.pushState({ week: true }, "", address);
    prepare();
    if (key === "earlier") scroller()?.scrollTo({ left: scroller().scrollWidth });
    if (key) focusAgain(fresh, key);
    fresh.querySelector("[data-status]").textContent = fresh.querySelector("[data-announce]").textContent.trim();
  } catch {
    if (turn === newest) location.href = address; // the plain way always works
  }
}

function focusAgain(fresh, key) {
  const wanted = {
    next: [".slot"],
    earlier: ['a[data-swap="earlier"]', '[data-days="-1"]'],
    later: ['a[data-swap="later"]', '[data-days="1"]'],
  }[key];
  const found = [...wanted, "a[data-swap]", ".week-scroll"].map((each) => fresh.querySelector(each));
  found.find((each) => each?.offsetParent)?.focus();
}

function move(event) {
  const step = STEPS[event.key];
  const cell = event.target.closest?.("[data-grid] td");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  let row = rows.indexOf(cell.parentElement) + step[0];
  let column = cell.cellIndex + step[1];
  while (rows[row]?.cells[column]) {
    const button = rows[row].cells[column].querySelector("button");
    if (button) return button.focus();
    row += step[0];
    column += step[1];
  }
}

function prepare() {
  const box = scroller();
  const pager = week()?.querySelector(".days-pager");
  if (!box || !pager) return;
  pager.hidden = false;
  const heads = [...box.querySelectorAll("th")];
  const edge = (by) => (by < 0 ? box.scrollLeft < 4 : box.scrollLeft + box.clientWidth > box.scrollWidth - 4);
  const beyond = (by) => week().querySelector(`a[data-swap="${by < 0 ? "earlier" : "later"}"]`);
  const label = () => {
    const width = heads[0].offsetWidth;
    const first = Math.round(box.scrollLeft / width);
    const last = Math.min(heads.length, first + Math.round(box.clientWidth / width)) - 1;
    if (!heads[first] || !heads[last]) return;
    const text = (head) => head.querySelector(".date").textContent;
    pager.querySelector("[data-days-shown]").textContent = `${text(heads[first])} – ${text(heads[last])}`;
    for (const button of pager.querySelectorAll("button")) {
      const by = Number(button.dataset.days);
      button.setAttribute("aria-disabled", String(edge(by) && !beyond(by)));
    }
  };
  pager.onclick = (event) => {
    const button = event.target.closest("[data-days]");
    if (!button) return;
    const by = Number(button.dataset.days);
    if (edge(by)) beyond(by)?.click();
    else box.scrollBy({ left: by * 3 * heads[0].offsetWidth, behavior: "smooth" });
  };
  box.addEventListener("scroll", label, { passive: true });
  label();
}

function offerZone() {
  const select = document.querySelector("[data-home-zone]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!select || !own) return;
  const wall = (zone) => new Date().toLocaleString("en-GB", { timeZone: zone });
  try {
    if (wall(own) === wall(select.value)) return;
  } catch {
    return;
  }
  if (![...select.options].some((option) => option.value === own)) {
    select.add(new Option(`${own.split("/").pop().replaceAll("_", " ")} (${select.dataset.labelOwn})`, own));
  }
  if (select.value !== select.dataset.homeZone) return; // somebody has chosen already
  const box = document.querySelector("[data-zone-offer]");
  const address = new URL(location.href);
  address.searchParams.set("tz", own);
  box.querySelector("[data-zone-link]").href = address;
  box.hidden = false;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href, link.dataset.swap);
});
document.addEventListener("keydown", move);
const filters = document.querySelector("[data-filters]");
if (filters) showChosen(filters);
addEventListener("popstate", () => show(location.href, "", false));
addEventListener("pageshow", async () => {
  const back = giveBack();
  if (!back || !week()) return;
  week().inert = true; // until the grid is as it is now
  await back;
  setTimeout(() => show(location.href, "", false), SOON);
});
addEventListener("resize", prepare);
document.querySelector("[data-focus]")?.focus();
prepare();
offerZone();
