// Keyboard shortcuts of the desk: "/" to the search, "g" and a number to an area, "?" for the list.
let going = 0;
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  const area = Date.now() - going < 1500 && document.querySelectorAll(".desk-nav a")[event.key - 1];
  going = event.key === "g" ? Date.now() : 0;
  if (area) area.click();
  else if (event.key === "/") document.querySelector("[data-key='/']")?.focus();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else return;
  event.preventDefault();
});
document.querySelector("[data-focus]")?.focus();
const nav = document.querySelector(".desk-nav"); // on a phone it scrolls sideways: the present area is in sight
const here = nav?.querySelector("[aria-current]");
if (here && nav.scrollWidth > nav.clientWidth) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
