// Inside the frame: tell the homepage how tall this page is, and when a new step begins.
if (parent !== window) {
  const tell = () => parent.postMessage({ terminfluss: "height", height: document.documentElement.getBoundingClientRect().height }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  parent.postMessage({ terminfluss: "step" }, "*");
  tell();
}
