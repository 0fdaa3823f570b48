// The line between the two browsers through the server: it carries little, and only until they talk directly.
const PAUSE = 2000;
// A name that nobody else has; where a page is not "secure" there is no crypto.randomUUID.
export const name = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export class Line {
  // `api`: ".../join/<token>" or ".../invitations/<id>"; `csrf`: of the signed-in host.
  constructor(api, csrf, onNews) {
    Object.assign(this, { api, csrf, onNews, open: false, queue: [] });
    // The tab keeps its name: whoever reloads the page is the same browser, and need not take over from itself.
    this.peer = sessionStorage.getItem(api) ?? name();
    sessionStorage.setItem(api, this.peer);
  }

  async enter(takeOver) {
    const answer = await this.post("/enter", { peer: this.peer, take_over: takeOver });
    const news = await answer.json();
    if (!answer.ok) return news;
    Object.assign(this, { call: news.invitation, last: news.last, known: "", open: true });
    this.listen();
    return news;
  }

  close() {
    this.open = false;
  }

  async listen() {
    while (this.open) {
      const query = new URLSearchParams({ peer: this.peer, call: this.call, after: this.last, known: this.known });
      try {
        const answer = await fetch(`${this.api}/signals?${query}`);
        if (!answer.ok) throw new Error(String(answer.status));
        const news = await answer.json();
        if (!this.open) return;
        Object.assign(this, { last: news.last, known: news.known });
        await this.onNews(news);
        if (news.wait) await wait(news.wait * 1000);
      } catch {
        await wait(PAUSE); // the server restarts, or the network is away: the call itself goes on meanwhile
      }
    }
  }

  // In order, one request at a time; what the server does not take now it gets later.
  say(kind, data = null) {
    this.queue.push({ kind, data });
    this.sending ??= this.flush().finally(() => (this.sending = undefined));
  }

  async flush() {
    await wait(50);
    while (this.queue.length && this.open) {
      const said = this.queue.slice(0, 20);
      try {
        const answer = await this.post("/signals", { peer: this.peer, said });
        if (answer.status >= 500) throw new Error(String(answer.status));
        this.queue.splice(0, said.length);
      } catch {
        await wait(PAUSE);
      }
    }
  }

  post(path, body) {
    const headers = { "Content-Type": "application/json", ...(this.csrf && { "X-CSRF-Token": this.csrf }) };
    return fetch(this.api + path, { method: "POST", headers, body: JSON.stringify(body), keepalive: path !== "/enter" });
  }
}
