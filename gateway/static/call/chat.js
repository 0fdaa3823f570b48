// Text from browser to browser. What is no text is not shown; addresses become links.
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;

export class Chat {
  // `names`: {mine, theirs}; `send(text)` tells whether it went out.
  constructor(root, names, send) {
    Object.assign(this, { names, panel: root.querySelector("[data-chat-panel]"), log: root.querySelector("[data-messages]") });
    this.button = root.querySelector("[data-chat]");
    this.field = root.querySelector("[data-text]");
    this.problem = root.querySelector("[data-unsent]");
    this.button.addEventListener("click", () => this.open(this.panel.hidden) && this.field.focus());
    root.querySelector("[data-chat-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      const sent = Boolean(text) && send(text);
      this.problem.hidden = sent || !text;
      if (sent) (this.show(text, "mine"), (this.field.value = ""));
      this.field.focus();
    });
  }

  open(now = true) {
    this.panel.hidden = !now;
    this.button.setAttribute("aria-expanded", String(now));
    if (now) this.panel.scrollIntoView({ block: "nearest" });
    return now;
  }

  // A message that arrives opens the panel; the keyboard stays where it is.
  show(text, whose = "theirs") {
    const item = document.createElement("p"), name = document.createElement("strong");
    item.className = whose;
    name.textContent = this.names[whose];
    item.append(name, " ", ...linked(text));
    if (this.panel.hidden) this.open();
    this.log.append(item);
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function linked(text) {
  const parts = [];
  let after = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const link = Object.assign(document.createElement("a"), { href: found[0], textContent: found[0], target: "_blank", rel: "noopener noreferrer" });
    parts.push(text.slice(after, found.index), link);
    after = found.index + found[0].length;
  }
  return [...parts, text.slice(after)];
}
