// What this tab keeps. A customer who goes back to the grid gives the time back, or it would be an "x" to them, and so
// would the times beside it. Noted in the tab alone; a frame that may note nothing keeps the time until its hold ends.
const KEPT = "terminfluss.hold";
const RETURNED = "terminfluss.returned";

function note(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {} // no storage here
}

function noted(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export const keep = (hold) => note(KEPT, hold);
export const returned = (hold) => Boolean(hold) && noted(RETURNED) === hold;

// The giving back, which never fails; null when there is nothing to give.
export function giveBack() {
  const hold = noted(KEPT);
  if (!hold) return null;
  note(KEPT, "");
  note(RETURNED, hold);
  return fetch(hold, { method: "DELETE" }).catch(() => {});
}
