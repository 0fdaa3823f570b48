// A form of filters. What is chosen with the mouse or a finger is shown at once. Whoever goes through a list with the keys
// would be led to another page by each step: there the button shows it, which until then stands in sight only for the keys.
export function showChosen(form) {
  let pointed = false;
  form.classList.add("quick");
  form.addEventListener("pointerdown", () => (pointed = true));
  form.addEventListener("keydown", () => (pointed = false));
  form.addEventListener("change", () => (pointed ? form.requestSubmit() : form.classList.remove("quick")));
}
