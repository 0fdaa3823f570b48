// The desk refreshes by itself every minute, also while somebody works in the list: what has the focus or stands open
// stays as it is, unless it changed.
const MINUTE = 60_000;
const CONTROLS = "a[href], button, summary";
const live = () => document.querySelector("[data-live]");

async function refresh() {
  const answer = await fetch(location.pathname + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.textContent === live().textContent) return;
  swap(document.adoptNode(fresh));
  document.title = page.title;
  const status = document.querySelector("[data-status]");
  status.textContent = status.dataset.new;
}

function swap(fresh) {
  const back = place(document.activeElement);
  for (const line of fresh.querySelectorAll(".line[id]")) {
    const known = document.getElementById(line.id);
    if (known?.textContent === line.textContent) line.replaceWith(known);
    else if (known?.querySelector("details[open]")) line.querySelector("details")?.setAttribute("open", "");
  }
  live().replaceWith(fresh);
  back?.();
}

// Gives the focus back to where it was: the same control, else its like in the changed line, else the list's heading.
function place(focused) {
  if (!live().contains(focused)) return null;
  const line = focused.closest(".line[id]");
  const heading = focused.closest("section")?.querySelector("h2")?.id;
  const number = line ? [...line.querySelectorAll(CONTROLS)].indexOf(focused) : -1;
  return () => {
    const controls = line ? document.getElementById(line.id)?.querySelectorAll(CONTROLS) : null;
    const target = focused.isConnected ? focused : controls?.[number] || controls?.[0] || document.getElementById(heading);
    if (target?.matches("h2")) target.tabIndex = -1;
    target?.focus({ preventScroll: true });
  };
}

document.querySelector("[data-focus]")?.focus();
document.querySelector("[data-reload]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.assign(location.pathname);
});
setInterval(refresh, MINUTE);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
