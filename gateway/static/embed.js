/* Terminfluss on your homepage:
   <script src="https://…/embed.js" data-practice="your-slug" async></script>
   Optional: data-service, data-calendar (ids), data-lang (de, en, fr, ru), data-title (name of the frame for screen readers). */
(function () {
  "use strict";
  var TITLES = { de: "Termine online buchen", en: "Book an appointment", fr: "Prendre rendez-vous", ru: "Записаться на приём" };
  var PATIENCE = 4000; // ms; a frame that has not told its height by then may not be shown on this homepage
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
  var lang = (script.dataset.lang || document.documentElement.lang || "de").slice(0, 2);
  frame.title = script.dataset.title || TITLES[lang] || TITLES.de;
  frame.setAttribute("loading", "lazy");
  frame.style.cssText = "display:block;width:100%;min-height:480px;border:0;color-scheme:light dark";
  script.insertAdjacentElement("afterend", frame);
  var shown = false;
  addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
    shown = true;
    if (event.data.terminfluss === "height") frame.style.height = Math.ceil(event.data.height) + "px";
    if (event.data.terminfluss === "step" && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
  frame.addEventListener("load", function () {
    setTimeout(function () {
      if (!shown) frame.replaceWith(plainLink());
    }, PATIENCE);
  });
  function plainLink() {
    var link = document.createElement("a");
    address.searchParams.delete("embed");
    link.href = address.href;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = frame.title;
    return link;
  }
})();
