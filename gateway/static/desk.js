// Lists of the desk follow what happens: at every live event, and once a minute where none comes. What somebody works on
// (what has the focus, stands open or is ticked) stays as it is, unless it changed.
const MINUTE = 60_000;
const CONTROLS = "a[href], button, summary, input";
const live = () => document.querySelector("main [data-live]"); // the root element has a data-live, too: its state
let waiting = 0, asked = 0, shown = 0;

async function refresh() {
  if (!live()) return;
  const turn = ++asked;
  const answer = await fetch(document.documentElement.dataset.home ?? location.pathname + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected || !live()) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn < shown) return; // a newer one has come before
  shown = turn;
  const fresh = page.querySelector("main [data-live]");
  if (!fresh || fresh.textContent === live().textContent) return;
  swap(document.adoptNode(fresh));
  document.title = page.title;
  count(page);
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = status.dataset.new;
}

function swap(fresh) {
  const back = place(document.activeElement);
  for (const row of fresh.querySelectorAll("[data-row][id]")) {
    const known = document.getElementById(row.id);
    if (known?.textContent === row.textContent) row.replaceWith(known);
    else if (known?.querySelector("details[open]")) row.querySelector("details")?.setAttribute("open", "");
  }
  live().replaceWith(fresh);
  back?.();
}

function count(page) {
  const [shown, fresh] = [document, page].map((each) => each.querySelector("[data-inbox-count]"));
  if (!shown || !fresh) return;
  shown.textContent = fresh.textContent;
  shown.hidden = fresh.hidden;
}

// Gives the focus back to where it was: the same control, else its like in the changed row, else the page's heading.
function place(focused) {
  if (!live().contains(focused)) return null;
  const row = focused.closest("[data-row][id]");
  const number = row ? [...row.querySelectorAll(CONTROLS)].indexOf(focused) : -1;
  return () => {
    const controls = row ? document.getElementById(row.id)?.querySelectorAll(CONTROLS) : null;
    const target = focused.isConnected ? focused : controls?.[number] || controls?.[0] || document.querySelector("h1");
    if (target?.matches("h1")) target.tabIndex = -1;
    target?.focus({ preventScroll: true });
  };
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
}

document.querySelector("[data-focus]")?.focus();
document.querySelector("[data-reload]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.reload();
});
document.addEventListener("live", soon);
setInterval(refresh, MINUTE);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
