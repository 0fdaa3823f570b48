// A mail is shown whole: its frame, in which no script runs, is made as tall as what it holds.
for (const frame of document.querySelectorAll("[data-tall]")) {
  const fit = () => {
    frame.style.height = "0"; // or the page in it would be as tall as the frame was
    frame.style.height = `${(frame.contentDocument?.documentElement?.scrollHeight ?? 638) + 2}px`;
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
