// The tick or the exclamation mark appears without a reload: while a message is on its way, and for a moment after each
// news of messages (the page may hear of them before the service that keeps the invitation), it looks every other second.
// (What happens to others' invitations arrives as every news of the desk does, see live.js.) The form that corrects an
// address keeps what somebody types in it; what frames it (data-follows) turns with the mark.
const QUICK = 2_000, SETTLES = 10_000, LONGEST = 5 * 60_000;
const since = Date.now();
let news = since;
const status = document.querySelector("[data-status]");
const shown = document.documentElement.dataset;

async function refresh() {
  const asked = performance.now();
  const answer = await fetch(location.pathname + location.search).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (asked < (shown.newest ?? 0)) return; // a newer one has come before, here or in live.js
  shown.newest = asked;
  follow(page);
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(region.id);
    if (!fresh || fresh.textContent === region.textContent) continue;
    const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    region.replaceWith(document.adoptNode(fresh));
    if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    status.textContent = status.dataset.new;
  }
}

function follow(page) {
  for (const part of document.querySelectorAll("[data-follows]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh) continue;
    part.className = fresh.className;
    if (!part.children.length) part.textContent = fresh.textContent;
  }
}

document.querySelector("[data-focus]")?.focus();
document.addEventListener("live-refreshed", () => document.querySelector("[data-follows]") && refresh());
document.addEventListener("live", ({ detail }) => {
  if (/^(email|sms|invitation)\./.test(detail.type)) news = Date.now();
});
setInterval(() => {
  const waiting = document.querySelector("[data-live] [data-pending]") && Date.now() - since < LONGEST;
  if ((waiting || Date.now() - news < SETTLES) && !document.hidden) refresh();
}, QUICK);
