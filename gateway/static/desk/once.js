// A double click sends a form once: the second would add the same service, place or absence again.
const LONG = 5000; // ms; whoever waits so long may try again

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || event.submitter?.formTarget === "_blank") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // what a script takes over (dialogs, previews) is its own affair
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, LONG);
    });
  },
  { capture: true },
);
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
