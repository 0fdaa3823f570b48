// An appointment opens beside the list that it was clicked in. The panel shows the very page that the link leads to, under
// its own address: it can be linked, opened in a tab, and works the same without this script.
import { ask, isDone, sayFailed, sayUndone } from "./ask.js";

const words = document.querySelector("[data-panel-words]")?.dataset;
const wide = matchMedia("(min-width: 900px)");
let opener = null, home = "", panel = null, newest = 0;

function build() {
  panel = document.createElement("dialog");
  panel.className = "panel";
  panel.setAttribute("aria-labelledby", "panel-heading");
  panel.innerHTML = '<div class="panel-bar"><p id="panel-heading"></p><a class="button quiet small"></a><button type="button" class="button small"></button></div><div class="panel-body"></div>';
  const [whole, close] = panel.querySelectorAll(".panel-bar > .button");
  [whole.textContent, close.textContent] = [words.whole, words.close];
  close.addEventListener("click", () => panel.close());
  panel.addEventListener("close", closed);
  panel.addEventListener("click", (event) => (event.target === panel ? panel.close() : follow(event)));
  panel.addEventListener("submit", submit);
  document.body.append(panel);
}

// False: it was closed meanwhile, or something else was asked for, and what was sent is not known to be done.
async function load(address, options) {
  const turn = ++newest, body = panel.querySelector(".panel-body");
  body.setAttribute("aria-busy", "true");
  const [answer, page] = await ask(address, options);
  if (turn !== newest) return isDone(answer);
  body.removeAttribute("aria-busy");
  const content = page?.querySelector("[data-panel-content]");
  if (content) show(content, answer.redirected || !options ? answer.url : location.href);
  else if (isDone(answer) || !body.hasChildNodes()) location.assign(answer?.url || address);
  else sayFailed(body, answer);
  return true;
}

function show(content, address) {
  content.removeAttribute("id");
  panel.querySelector("#panel-heading").textContent = content.dataset.heading;
  panel.querySelector(".panel-bar a").href = address;
  panel.querySelector(".panel-body").replaceChildren(document.adoptNode(content));
  const plain = new URL(address);
  history.replaceState({ panel: true }, "", plain.pathname + plain.search);
  const first = panel.querySelector("[data-focus]");
  if (first) first.focus();
  else if (plain.searchParams.has("do")) panel.querySelector(".open-up[open]")?.scrollIntoView();
}

function closed() {
  newest += 1;
  history.replaceState(null, "", home);
  delete document.documentElement.dataset.home;
  const row = opener?.closest("[id]")?.id;
  (opener?.isConnected ? opener : document.getElementById(row)?.querySelector("a[data-panel]"))?.focus();
  panel.querySelector("#panel-heading").textContent = "";
  panel.querySelector(".panel-body").replaceChildren();
  panel.querySelector(".panel-body").removeAttribute("aria-busy");
}

// Within the panel: links to this same page stay in it, all others leave.
function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || !plainClick(event) || link.target || link.closest(".panel-bar")) return;
  if (new URL(link.href).pathname !== new URL(panel.querySelector(".panel-bar a").href).pathname) return;
  event.preventDefault();
  load(link.href);
}

async function submit(event) {
  const form = event.target, data = new FormData(form, event.submitter);
  if (!form.action.includes("/desk/appointments/")) return;
  event.preventDefault();
  if (form.method === "get") return load(`${form.action.split("?")[0]}?${new URLSearchParams(data)}`);
  const heading = panel.querySelector("#panel-heading").textContent, content = panel.querySelector("[data-panel-content]");
  const focused = document.activeElement;
  content.inert = true; // a double click sends it once, and nothing is entered that the answer replaces
  if (!(await load(form.action, { method: "post", body: new URLSearchParams(data) }))) sayUndone(heading);
  content.inert = false;
  if (content.isConnected) focused.focus();
  document.dispatchEvent(new CustomEvent("live", { detail: { type: "appointment.updated", data: {} } }));
}

const plainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

if (words) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.defaultPrevented || !plainClick(event) || !wide.matches || panel?.open) return;
    event.preventDefault();
    if (!panel) build();
    [opener, home] = [link, location.pathname + location.search];
    document.documentElement.dataset.home = home; // what the list behind it is refreshed from
    panel.querySelector(".panel-bar a").href = link.href;
    panel.showModal();
    load(link.href);
  });
}
