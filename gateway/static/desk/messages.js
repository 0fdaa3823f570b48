// What an appointment's customer was sent follows what happens, on the appointment's page and beside a list: at each news of
// its messages, and every other second while one is on its way. What somebody types or holds open in it stays. That the
// appointment itself has changed is said; the page is loaded anew by whoever looks at it.
const QUICK = 2_000, LONGEST = 5 * 60_000;
const sent = () => document.getElementById("sent");
let due = 0, last = 0, seen = null, since = 0, asked = 0, shown = 0;

async function refresh() {
  const id = sent()?.dataset.appointment;
  if (!id) return;
  last = Date.now();
  const turn = ++asked;
  const answer = await fetch(sent().dataset.address).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = page.getElementById("sent"), old = sent();
  if (!fresh || old?.dataset.appointment !== id || turn < shown) return; // nor what is older than what is shown
  shown = turn;
  outdated(page.getElementById("changed").dataset.version);
  if (busy(old)) return;
  if (fresh.textContent === old.textContent) return void old.toggleAttribute("data-pending", "pending" in fresh.dataset);
  swap(old, document.adoptNode(fresh));
}

function outdated(version) {
  const changed = document.getElementById("changed");
  if (changed && Number(version) > Number(changed.dataset.version)) changed.hidden = false;
}

// Somebody types in it: it follows with the next news.
function busy(old) {
  const typed = [...old.querySelectorAll("input:not([type=hidden])")].some((each) => each.value !== each.defaultValue);
  return typed || (old.contains(document.activeElement) && document.activeElement.matches("input"));
}

function swap(old, fresh) {
  const like = (each) => fresh.querySelector(`#${CSS.escape(each.closest("li").id)} .${each.className}`);
  for (const open of old.querySelectorAll("details[open]")) like(open)?.setAttribute("open", "");
  const focused = old.contains(document.activeElement) && document.activeElement.closest("details");
  old.replaceWith(fresh);
  if (focused) like(focused)?.querySelector("summary").focus({ preventScroll: true });
  const status = document.querySelector("[data-status]");
  if (status) status.textContent = status.dataset.new;
}

function soon() {
  clearTimeout(due);
  due = setTimeout(refresh, Math.max(150, last + 1_000 - Date.now())); // a message is several news
}

document.addEventListener("live", ({ detail: { type, data } }) => {
  const id = sent()?.dataset.appointment;
  if (id && type.startsWith("appointment.") && data.id === id) outdated(data.version);
  if (id && (type === "resync" || data.appointment === id || data.id === id)) soon();
});
setInterval(() => {
  if (sent() !== seen) [seen, since] = [sent(), Date.now()];
  if (seen && "pending" in seen.dataset && Date.now() - since < LONGEST && !document.hidden) refresh();
}, QUICK);
