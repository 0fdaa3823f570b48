// The preview follows what is typed, and a click on a placeholder puts it where one was writing.
let last = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-text] :is(input:not([type=hidden]), textarea)")) last = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const field = last?.isConnected ? last : document.getElementById("text");
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

let waiting;
let round = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-text]");
  if (!form || form.querySelector("fieldset").disabled) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const mine = ++round;
    const data = new URLSearchParams(new FormData(form));
    data.set("action", "preview");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("preview");
      if (mine === round && fresh) document.getElementById("preview").replaceWith(fresh);
    } catch {
      // the button is still there
    }
  }, 500);
});
