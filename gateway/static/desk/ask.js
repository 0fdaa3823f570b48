// What the desk's scripts share that show a part of another page: they ask for it, and where it does not come, they say so
// and leave what was entered.
const LOGIN = "/login";
const isSignedOut = (answer) => Boolean(answer?.redirected) && new URL(answer.url).pathname === LOGIN;

// The answer and the page in it; neither where the network is gone.
export async function ask(address, options) {
  try {
    const answer = await fetch(address, options);
    return [answer, new DOMParser().parseFromString(await answer.text(), "text/html")];
  } catch {
    return [];
  }
}

// Whether what was sent has been done: it leads to another page then.
export const isDone = (answer) => Boolean(answer?.redirected) && !isSignedOut(answer);

function alert(id) {
  const note = document.getElementById(id).content.firstElementChild.cloneNode(true);
  note.setAttribute("role", "alert");
  return note;
}

// Above what was entered.
export function sayFailed(place, answer) {
  const note = alert("unanswered");
  note.querySelector(isSignedOut(answer) ? "[data-failed]" : "[data-signed-out]").remove();
  place.querySelector(":scope > .unanswered")?.remove();
  place.prepend(note);
}

// Beside the page, when what was sent is closed by now.
export function sayUndone(what) {
  const note = alert("undone");
  note.querySelector(".live-who").textContent = what;
  note.querySelector("button").addEventListener("click", () => note.remove());
  document.getElementById("live-news").append(note);
}
