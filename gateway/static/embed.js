/* Terminfluss on your homepage:
   <script src="https://…/embed.js" data-practice="your-slug" async></script>
   Optional: data-service, data-calendar (ids), data-lang (de, en, fr, ru), data-title (name of the frame for screen readers). */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !script.dataset.practice) return;
  var origin = new URL(script.src).origin;
  var address = new URL(origin + "/p/" + encodeURIComponent(script.dataset.practice) + "/book");
  address.searchParams.set("embed", "1");
  ["service", "calendar", "lang"].forEach(function (name) {
    if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);
  });
  var frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Online-Termine";
  frame.setAttribute("loading", "lazy");
  frame.style.cssText = "display:block;width:100%;min-height:480px;border:0;color-scheme:light dark";
  script.insertAdjacentElement("afterend", frame);
  addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
    if (event.data.terminfluss === "height") frame.style.height = Math.ceil(event.data.height) + "px";
    if (event.data.terminfluss === "step" && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
})();
