// The desk refreshes by itself: told by the live feed where there is one, else every minute.
const MINUTE = 60_000;
let seen = document.querySelector("[data-live]")?.textContent;

async function refresh() {
  if (document.hidden || document.activeElement?.closest?.("[data-live]") || document.querySelector("[data-live] details[open]")) return;
  const answer = await fetch(location.pathname + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.textContent === seen) return;
  seen = fresh.textContent;
  document.querySelector("[data-live]").replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  const status = document.querySelector("[data-status]");
  status.textContent = status.dataset.new;
}

document.querySelector("[data-focus]")?.focus();
document.querySelector("[data-reload]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.assign(location.pathname);
});
setInterval(refresh, MINUTE);
document.addEventListener("visibilitychange", refresh);
