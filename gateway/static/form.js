// On top of the form: the countdown, a longer hold without a page load, one booking per click.
import { keep, returned } from "./held.js";

const PATIENCE = 10_000; // ms; whoever has waited so long, or has stopped the page, may try again
const hold = document.querySelector("[data-hold]");
const form = document.querySelector("[data-booking]");
const id = form?.elements.hold?.value;
const address = id ? `/api/v1/practices/${location.pathname.split("/")[2]}/holds/${id}` : "";
document.querySelector("[data-focus]")?.focus();
if (address && !returned(address)) keep(address);

if (hold) {
  const clock = hold.querySelector("[data-clock]");
  const status = hold.querySelector("[data-hold-status]");
  let until = new Date(hold.dataset.until);
  let told = "";
  let asking = false;
  const say = (key) => {
    if (told !== key) status.textContent = key ? hold.dataset[key] : "";
    told = key;
  };
  const tick = () => {
    if (returned(address)) until = new Date(0); // in the grid meanwhile, and forward again
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.textContent = left ? hold.dataset.text.replace("{time}", text) : hold.dataset.gone;
    say(left === 0 ? "gone" : left <= 60 ? "soon" : "");
  };
  tick();
  setInterval(tick, 1000);
  addEventListener("pageshow", tick);

  hold.querySelector("button").addEventListener("click", async (event) => {
    if (asking) return event.preventDefault(); // a double click asks for more time once
    if (!address || Date.now() >= until) return; // the page itself holds the time anew
    event.preventDefault();
    asking = true;
    try {
      const answer = await fetch(`${address}/extend`, { method: "POST" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { expires_at } = await answer.json();
      until = new Date(expires_at);
      form.elements.until.value = expires_at;
      tick();
    } catch {
      form.requestSubmit(event.target.closest("button"));
    }
    asking = false;
  });
}

function ready() {
  if (!form) return;
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-words]")) {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }
}

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter?.matches("[data-submit]") ? event.submitter : null;
  if (button) {
    button.dataset.words = button.textContent;
    button.textContent = button.dataset.busy;
  }
  setTimeout(ready, PATIENCE);
});
addEventListener("pageshow", ready); // back from the next page
