// On top of the form: the countdown, a longer hold without a page load, one booking per click.
const hold = document.querySelector("[data-hold]");
const form = document.querySelector("[data-booking]");
document.querySelector("[data-focus]")?.focus();

if (hold) {
  const clock = hold.querySelector("[data-clock]");
  const status = hold.querySelector("[data-hold-status]");
  let until = new Date(hold.dataset.until);
  let told = "";
  const say = (key) => {
    if (told !== key) status.textContent = key ? hold.dataset[key] : "";
    told = key;
  };
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.textContent = left ? hold.dataset.text.replace("{time}", text) : hold.dataset.gone;
    say(left === 0 ? "gone" : left <= 60 ? "soon" : "");
  };
  tick();
  setInterval(tick, 1000);

  hold.querySelector("button").addEventListener("click", async (event) => {
    const id = form.elements.hold?.value;
    const slug = location.pathname.split("/")[2];
    if (!id || Date.now() >= until) return; // the page itself holds the time anew
    event.preventDefault();
    try {
      const answer = await fetch(`/api/v1/practices/${slug}/holds/${id}/extend`, { method: "POST" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { expires_at } = await answer.json();
      until = new Date(expires_at);
      form.elements.until.value = expires_at;
      tick();
    } catch {
      form.requestSubmit(event.target.closest("button"));
    }
  });
}

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter?.matches("[data-submit]") ? event.submitter : null;
  if (button) button.textContent = button.dataset.busy;
});
addEventListener("pageshow", () => delete form?.dataset.sent); // back from the next page
