// The tick or the exclamation mark appears without a reload: while a message is on its way the page looks every other
// second, and otherwise when something about an invitation is told, or the page is seen again.
const QUICK = 2_000, LONGEST = 5 * 60_000;
const since = Date.now();
const live = () => document.querySelector("[data-live]");
const pending = () => live()?.querySelector("[data-pending]") && Date.now() - since < LONGEST;

async function refresh() {
  const answer = await fetch(location.pathname + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.textContent === live().textContent) return;
  const focused = live().contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live().replaceWith(document.adoptNode(fresh));
  if (focused) live().querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  const status = document.querySelector("[data-status]");
  status.textContent = status.dataset.new;
}

document.querySelector("[data-focus]")?.focus();
setInterval(() => pending() && !document.hidden && refresh(), QUICK);
document.addEventListener("live", (event) => event.detail?.type?.startsWith("invitation.") && refresh());
document.addEventListener("visibilitychange", () => document.hidden || refresh());
