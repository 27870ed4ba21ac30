/** The desk's line to the guide: requests, live changes, and what is to be sent until it is. */
import { randomId, tabKept } from "./desk-parts.js";

const TIMEOUT = 20_000;
const SILENT = 40_000; // without a sign of life the stream is taken for dead
const RETRY_MAX = 15_000;

export class Refusal extends Error {
  constructor(status, code, message, retryAfter) {
    super(message ?? "That did not work. Please try again.");
    Object.assign(this, { status, code, retryAfter });
  }
  /** Whether the same request may succeed later. */
  get passing() {
    return !this.status || this.status === 429 || this.status >= 500;
  }
}

/**
 * Emits "changed" ({references, all}), "state" ("online", "connecting", "offline"), "signed_out", "sent" (a message
 * that has arrived), "refused" (a message that will not, with why).
 */
export class Api extends EventTarget {
  #token = "";
  #source = null;
  #last = "";
  #heard = 0;
  #watch;
  #pause = 1000;
  #channel = null;
  #leading = null;
  #sending = false;
  #login = "";

  /** Messages on their way: [{id, reference, kind, text}], kept for this tab over a reload. */
  outbox = [];

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    const search = given.length ? `?${new URLSearchParams(given)}` : "";
    return this.#request(`/desk/api/${path}${search}`, {});
  }

  post(path, body = {}) {
    return this.#request(`/desk/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Desk-Token": this.#token },
      body: JSON.stringify(body),
    });
  }

  /** A step of a request. */
  step(reference, step, body) {
    return this.post(`tickets/${encodeURIComponent(reference)}/${step}`, body);
  }

  async #request(path, options) {
    let reply;
    try {
      reply = await fetch(path, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT) });
    } catch {
      throw new Refusal(0, "offline", "The desk cannot be reached just now.");
    }
    const data = await reply.json().catch(() => ({}));
    if (reply.ok) return data;
    const { code, message } = data.error ?? {};
    if (code === "signed_out") this.#emit("signed_out");
    throw new Refusal(reply.status, code, message, Number(reply.headers.get("Retry-After")));
  }

  /** Begin for somebody who is signed in. */
  begin({ token, login }) {
    this.#token = token;
    this.#login = login;
    this.outbox = tabKept.get(`outbox:${login}`, []);
    this.#follow();
    this.#flush();
  }

  /** End: nothing is heard any more. */
  end() {
    this.#token = "";
    this.#leading?.abort();
    this.#leading = null;
    this.#channel?.close();
    this.#channel = null;
    this.#hangUp();
  }

  /** Send a message; it is tried until the guide has it, under one id, so that it arrives once. */
  send(reference, kind, text) {
    const message = { id: randomId(), reference, kind, text };
    this.outbox.push(message);
    this.#keep();
    this.#flush();
    return message;
  }

  #keep() {
    tabKept.set(`outbox:${this.#login}`, this.outbox);
  }

  async #flush() {
    if (this.#sending) return;
    this.#sending = true;
    let pause = 1000;
    for (let next; this.#token && (next = this.outbox[0]); ) {
      try {
        const stored = await this.step(next.reference, next.kind, { id: next.id, text: next.text });
        this.#settle(next);
        this.#emit("sent", { ...next, stored });
        pause = 1000;
      } catch (error) {
        if (error.code === "signed_out") break;
        if (error.passing) {
          this.#emit("state", navigator.onLine ? "connecting" : "offline");
          await new Promise((goOn) => setTimeout(goOn, error.retryAfter ? error.retryAfter * 1000 : pause));
          pause = Math.min(2 * pause, RETRY_MAX);
        } else {
          this.#settle(next);
          this.#emit("refused", { ...next, error });
        }
      }
    }
    this.#sending = false;
  }

  #settle(message) {
    this.outbox = this.outbox.filter(({ id }) => id !== message.id);
    this.#keep();
  }

  /** Follow the changes: as the tab that holds the stream, or through the tab that does. */
  #follow() {
    const name = `desk:${this.#login}`;
    this.#leading = new AbortController();
    const { signal } = this.#leading;
    const lead = () => new Promise((over) => {
      signal.addEventListener("abort", over);
      this.#open();
    });
    try {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }) => this.#emit(...data);
      navigator.locks.request(name, { signal }, lead).catch(() => {});
    } catch {
      lead(); // without locks every tab has a stream of its own
    }
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    on(window, "online", () => this.#wake());
    on(window, "offline", () => this.#emit("state", "offline"));
    on(window, "pageshow", ({ persisted }) => persisted && this.#wake());
    on(document, "visibilitychange", () => document.hidden || this.#wake());
  }

  /** The machine may have slept: look at everything again, by a new stream where the old one may be dead. */
  #wake() {
    if (this.#source && Date.now() - this.#heard > SILENT / 2) this.#open();
    this.#emit("changed", { references: [], all: true });
    this.#flush();
  }

  #open() {
    this.#hangUp();
    this.#heard = Date.now();
    const source = new EventSource(`/desk/api/stream?after=${this.#last}`);
    this.#source = source;
    source.onopen = () => {
      this.#heard = Date.now();
      this.#pause = 1000;
      this.#pass("state", "online");
      this.#flush();
    };
    source.onerror = () => {
      this.#pass("state", navigator.onLine ? "connecting" : "offline");
      if (source.readyState === EventSource.CLOSED) this.#reopen(source);
    };
    for (const type of ["changed", "alive", "signed_out"]) {
      source.addEventListener(type, ({ data, lastEventId }) => {
        this.#heard = Date.now();
        this.#last = lastEventId;
        if (type !== "alive") this.#pass(type, JSON.parse(data));
      });
    }
    this.#watch = setInterval(() => Date.now() - this.#heard > SILENT && this.#open(), SILENT / 4);
  }

  /** A stream that was refused is opened again later; whether one is signed out, the next request says. */
  #reopen(source) {
    setTimeout(() => {
      if (this.#source !== source) return;
      this.get("me").then(() => this.#open(), (error) => error.code !== "signed_out" && this.#reopen(source));
    }, this.#pause);
    this.#pause = Math.min(2 * this.#pause, RETRY_MAX);
  }

  #hangUp() {
    clearInterval(this.#watch);
    this.#source?.close();
    this.#source = null;
  }

  /** Tell the other tabs what this one has heard, and take it in. */
  #pass(type, detail) {
    this.#channel?.postMessage([type, detail]);
    this.#emit(type, detail);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
