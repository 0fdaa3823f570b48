// The line between the two browsers through the server: it carries little, and only until they talk directly.
const PAUSE = 2000, TAKEN = 1500, FAREWELLS = 5, PATIENCE = 4000;
const LOST = 12_000; // the server answers within half of it: the network has lost what takes so long
// A name that nobody else has; where a page is not "secure" there is no crypto.randomUUID.
export const name = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
// What the tab keeps of itself; where nothing may be kept, whoever reloads the page is another browser.
const kept = (key) => {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
};
const keep = (key, value) => {
  try {
    sessionStorage.setItem(key, value);
  } catch {} // no storage here
};
const later = (answer) => answer.status >= 500 || answer.status === 429;

export class Line {
  // `api`: ".../join/<token>" or ".../invitations/<id>"; `csrf`: of the signed-in host; `on`: news, trouble.
  constructor(api, csrf, on) {
    Object.assign(this, { api, csrf, on, open: false, queue: [], turn: 0 });
    // The tab keeps its name: whoever reloads the page is the same browser, and need not take over from itself.
    this.use(kept(api) ?? name());
  }

  use(peer) {
    this.peer = peer;
    keep(this.api, peer);
  }

  // A tab that was duplicated has its name from the other one, which holds it as long as it is open.
  async own() {
    if (!navigator.locks || this.owned === this.peer) return;
    const hold = (done) => {
      const request = navigator.locks.request(`call ${this.peer}`, { signal: AbortSignal.timeout(TAKEN) }, () => (done(true), new Promise(() => {})));
      request.catch(() => done(false));
    };
    if (!(await new Promise(hold))) this.use(name());
    this.owned = this.peer;
  }

  async enter(takeOver) {
    await this.own();
    const answer = await this.post("/enter", { peer: this.peer, take_over: takeOver });
    const news = await answer.json();
    if (!answer.ok) return news;
    Object.assign(this, { call: news.invitation, last: news.last, known: "", open: true, queue: [] });
    this.listen(++this.turn);
    return news;
  }

  close() {
    this.open = false;
    this.turn += 1;
  }

  // `turn`: whoever leaves and enters again listens once, not twice.
  async listen(turn) {
    while (turn === this.turn) {
      const query = new URLSearchParams({ peer: this.peer, call: this.call, after: this.last, known: this.known });
      try {
        const answer = await fetch(`${this.api}/signals?${query}`, { signal: AbortSignal.timeout(LOST) });
        if (!answer.ok) throw new Error(String(answer.status));
        const news = await answer.json();
        if (turn !== this.turn) return;
        Object.assign(this, { last: news.last, known: news.known });
        this.on.trouble("");
        await this.on.news(news);
        if (news.wait) await wait(news.wait * 1000);
      } catch (error) {
        // The server restarts, or the network is away: the call itself goes on meanwhile.
        if (turn === this.turn) this.on.trouble(/^40[134]$/.test(error.message) ? "reload" : "offline");
        await wait(PAUSE);
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
        if (later(answer)) throw new Error(String(answer.status));
        this.queue.splice(0, said.length);
      } catch {
        await wait(PAUSE);
      }
    }
  }

  // How to find a way to the other browser, by credentials as of now; null while the server does not say.
  async relay() {
    try {
      const query = new URLSearchParams({ peer: this.peer });
      const answer = await fetch(`${this.api}/relay?${query}`, { signal: AbortSignal.timeout(PATIENCE) });
      return answer.ok ? (await answer.json()).rtc : null;
    } catch {
      return null;
    }
  }

  // The last words; nobody waits for them. `end`: the host closes the door, too.
  async farewell(end) {
    this.close();
    const words = [["/signals", { peer: this.peer, said: [{ kind: "bye", data: null }] }], ...(end ? [["/end", {}]] : [])];
    for (let i = 0; i < FAREWELLS && words.length && !this.open; i++) {
      const answer = await this.post(...words[0]).catch(() => ({ status: 500 }));
      if (later(answer)) await wait(PAUSE);
      else words.shift();
    }
  }

  post(path, body) {
    const headers = { "Content-Type": "application/json", ...(this.csrf && { "X-CSRF-Token": this.csrf }) };
    const sent = { method: "POST", headers, body: JSON.stringify(body), keepalive: path !== "/enter" };
    return fetch(this.api + path, { ...sent, signal: AbortSignal.timeout(LOST) });
  }
}
