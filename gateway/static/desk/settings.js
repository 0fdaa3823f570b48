// On top of the settings' forms: buttons that store nothing change the page in place, the preview follows what is typed.
const focusOnTold = () => document.querySelector("[data-focus]")?.focus();
focusOnTold();

const dress = () => {
  document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = !navigator.clipboard));
  document.querySelectorAll(".question").forEach((question) => {
    const kind = question.querySelector("[data-kind]");
    question.querySelector("[data-choices]").hidden = kind.value !== "choice";
  });
};
dress();

const body = (form, name, value) => {
  const data = new URLSearchParams(new FormData(form));
  data.set(name, value);
  return data;
};

async function fetched(form, action) {
  const address = form.getAttribute("action"); // form.action would be its buttons of that name
  const answer = await fetch(address, { method: "POST", body: body(form, "action", action) });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const STORES = ["save", "reset"]; // the page itself does these, once
const MOVES = /^(remove|up|down|copy)\b/; // what is there gets other places: meanwhile nobody types in them
const FIELDS = "input, select, textarea";
const called = (button) => button.id || `${button.name}=${button.value}`;
const like = (name) => [...document.querySelectorAll("button")].find((each) => called(each) === name);
let moving = false;
let next = null; // the button pressed while the answer to another is on its way: its like in the answer is pressed then

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-swap]") || button?.name !== "action") return;
  const busy = form.matches("[aria-busy]");
  if (!busy && STORES.includes(button.value)) return;
  event.preventDefault();
  const moves = MOVES.test(button.value);
  if (busy) return void (moving && moves ? null : (next = called(button)));
  form.setAttribute("aria-busy", "true");
  moving = moves;
  for (const field of form.querySelectorAll(FIELDS)) field.inert = moves;
  try {
    const page = await answered(form, button.value);
    const back = place(form);
    document.getElementById("main").replaceWith(page.getElementById("main"));
    dress();
    if (!back()) (document.querySelector("[autofocus]") ?? like(called(button)) ?? document.getElementById("main")).focus();
    const press = next && like(next);
    next = null;
    press?.click();
  } catch {
    const plain = document.createElement("input"); // the page itself does it
    Object.assign(plain, { type: "hidden", name: "action", value: button.value });
    form.append(plain);
    form.submit();
  }
});

// The page with all that is typed: what was, while the answer came, is asked for once more.
async function answered(form, action) {
  for (;;) {
    const asked = String(body(form, "action", action));
    const page = await fetched(form, action);
    if (String(body(form, "action", action)) === asked) return page;
  }
}

// Whoever types on in another field stays there.
function place(form) {
  const { activeElement: field } = document;
  const { id, value, selectionStart: from, selectionEnd: to } = field;
  if (!form.contains(field) || !field.matches(FIELDS)) return () => false;
  return () => {
    const now = document.getElementById(id);
    if (!now) return false;
    now.value = value; // half a time is no time yet
    now.focus({ preventScroll: true });
    if (Number.isInteger(from)) now.setSelectionRange(from, to);
    return true;
  };
}

let waiting;
let round = 0;
document.addEventListener("input", (event) => {
  const colour = event.target.closest('input[type="color"]');
  if (colour) document.querySelector("[data-swatch]").src = `/accent/${colour.value.slice(1).toLowerCase()}.svg`;
  if (event.target.matches("[data-kind]")) dress();
  const form = event.target.closest("[data-preview]");
  if (!form || form.querySelector("fieldset")?.disabled || !event.target.matches("[data-clock], #service")) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const mine = ++round;
    form.classList.add("loading");
    try {
      const page = await fetched(form, "preview");
      const fresh = page.querySelector(".preview .starts, .preview > p.muted:not(.small)");
      const old = form.querySelector(".preview .starts, .preview > p.muted:not(.small)");
      if (mine !== round) return;
      if (fresh && old) old.replaceWith(fresh);
      const words = (root) => root.querySelector(".preview > p.small");
      if (words(page) && words(form)) words(form).replaceWith(words(page));
    } catch {
      // the button is still there
    } finally {
      if (mine === round) form.classList.remove("loading");
    }
  }, 400);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = button.dataset.done;
});
