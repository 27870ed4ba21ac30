/**
 * The chat's line to the server: session, outbox and event stream.
 *
 * Events: "message" (detail: one message), "reset" (detail: {messages, feedback, title, notice, agency}), "typing"
 * (detail: boolean), "pending" (the outbox changed), "state" (detail: "online" | "connecting" | "busy" | "offline"),
 * "refused" (detail: {text, code, message}), "seen" (messages were read in another tab), "rated" (an answer was, in
 * another tab; detail: {seq, vote, reason}).
 *
 * Browsers allow six connections to a host, so one tab holds the stream and passes events on to the
 * others; where a browser lacks locks or channels, each tab has its own.
 */

const RETRY_MAX = 15_000;
const SEND_TIMEOUT = 15_000;

/** Local storage where it works, the memory of this page where it is blocked. */
const storage = (() => {
  try {
    localStorage.setItem("guide-chat-probe", "1");
    localStorage.removeItem("guide-chat-probe");
    return localStorage;
  } catch {
    const memory = new Map();
    return {
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => memory.set(key, value),
      removeItem: (key) => memory.delete(key),
    };
  }
})();

/** A random id; crypto.randomUUID exists on HTTPS and loopback only. */
const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Refusal extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

export class ChatClient extends EventTarget {
  #server;
  #key;
  #session = null; // {token, conversation}
  #shown = null; // name of the conversation that is shown
  #last = 0; // number of its last message
  #joining = null;
  #joined = false;
  #sending = false;
  #source = null;
  #stream = null; // AbortController of the current stream or of the wait for the lock
  #channel = null;

  /** Messages not yet seen in the transcript: [{id, text}] in the order they were written. */
  outbox = [];

  constructor(server) {
    super();
    this.#server = server;
    this.#key = `guide-chat:${server}`;
    this.#session = this.#stored();
    addEventListener("online", () => this.#resume());
    addEventListener("offline", () => this.#emit("state", "offline"));
    // A page that comes back from the browser's back/forward cache has lost its stream.
    addEventListener("pageshow", (event) => event.persisted && this.#resume());
    addEventListener("storage", ({ key, newValue }) => {
      if (key === this.#key && newValue && this.#joined) this.#adopt(JSON.parse(newValue));
      else if (key === this.#seenKey) this.#emit("seen");
    });
  }

  /** Whether this browser has been in a conversation before. */
  get known() {
    return this.#session !== null;
  }

  /** The number of the last message the visitor has seen, in whichever tab. */
  get seen() {
    return Number(storage.getItem(this.#seenKey));
  }
  set seen(seq) {
    storage.setItem(this.#seenKey, String(seq));
  }
  get #seenKey() {
    return `${this.#key}:seen:${this.#session?.conversation}`;
  }

  /** Join the conversation, once, and try until it works. */
  async start() {
    if (!this.#joined) await this.#join();
  }

  send(text) {
    this.outbox.push({ id: randomId(), text });
    this.#saveOutbox();
    this.start().then(() => this.#flush());
  }

  /** Store what the visitor thinks of an answer ("up", "down" or null) and why; promises what is stored. */
  async rate(seq, vote, reason) {
    const stored = await this.#post("chat/feedback", { seq, vote, reason }, this.#session.token);
    this.#channel?.postMessage(["rated", { seq, ...stored }]);
    return stored;
  }

  /** Leave this conversation and begin a new one. */
  async restart() {
    this.#forget();
    this.outbox = [];
    this.#saveOutbox();
    await this.#join();
  }

  #join() {
    return (this.#joining ??= this.#joinUntilDone().finally(() => (this.#joining = null)));
  }

  async #joinUntilDone() {
    for (let pause = 1000; ; pause = Math.min(pause * 2, RETRY_MAX)) {
      try {
        const known = this.#stored();
        const session = await this.#post("chat/session", known ? { token: known.token } : {});
        if (!known && this.#stored()) continue; // another tab was faster: its conversation is ours
        const { token, conversation, messages } = session;
        const goesOn = this.#joined && conversation === this.#shown && this.#follows(messages);
        this.#session = { token, conversation };
        storage.setItem(this.#key, JSON.stringify(this.#session));
        this.outbox = this.#storedOutbox();
        if (goesOn) {
          // What is shown stays as it is: somebody may be reading it.
          this.#emit("typing", false);
          for (const message of messages) this.#receive("message", message);
        } else {
          this.#shown = conversation;
          this.#last = messages.at(-1)?.seq ?? 0;
          this.#emit("reset", session);
          for (const message of messages) this.#settle(message);
        }
        this.#joined = true;
        this.#listen();
        this.#flush();
        return;
      } catch (error) {
        if (error.status === 401) {
          this.#forget();
          await wait(250);
        } else {
          this.#emit("state", navigator.onLine ? "connecting" : "offline");
          await wait(error.retryAfter ? error.retryAfter * 1000 : pause);
        }
      }
    }
  }

  /** Whether these messages go on where the last one that was shown ended. */
  #follows(messages) {
    return messages.length > 0 && messages[0].seq <= this.#last + 1 && messages.at(-1).seq >= this.#last;
  }

  /** Another tab has begun a new conversation, or only renewed the token of this one. */
  #adopt(session) {
    const same = session.conversation === this.#session?.conversation;
    this.#session = session;
    if (!same) this.#join();
  }

  #stored() {
    try {
      return JSON.parse(storage.getItem(this.#key));
    } catch {
      return null;
    }
  }

  #forget() {
    this.#session = null;
    storage.removeItem(this.#key);
    for (const message of this.outbox) message.sent = false;
  }

  #resume() {
    if (this.#joined) this.#join();
  }

  async #flush() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      let pause = 1000;
      for (let next; (next = this.outbox.find((message) => !message.sent)); ) {
        try {
          await this.#post("chat/message", { id: next.id, text: next.text }, this.#session.token);
          next.sent = true; // stays until the transcript shows it
          if (pause > 1000) this.#emit("state", "online");
          pause = 1000;
        } catch (error) {
          if (error.status === 401) {
            this.#forget();
            await this.#join();
          } else if (error.status && !error.passing) {
            this.outbox = this.outbox.filter((message) => message !== next);
            this.#saveOutbox();
            this.#emit("refused", { text: next.text, code: error.code, message: error.message });
          } else {
            this.#emit("state", error.status ? "busy" : navigator.onLine ? "connecting" : "offline");
            await wait(error.retryAfter ? error.retryAfter * 1000 : pause);
            pause = Math.min(pause * 2, RETRY_MAX);
          }
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  async #post(path, body, token) {
    const reply = await fetch(this.#server + path, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(SEND_TIMEOUT),
    });
    const data = await reply.json().catch(() => ({}));
    if (reply.ok) return data;
    const { code, message } = data.error ?? {};
    throw new Refusal(reply.status, code, message, Number(reply.headers.get("Retry-After")));
  }

  /** Follow the session: as the tab that holds the stream, or through the tab that does. */
  #listen() {
    this.#stream?.abort();
    this.#source?.close();
    this.#channel?.close();
    this.#channel = null;
    this.#stream = new AbortController();
    const { signal } = this.#stream;
    const name = `${this.#key}:${this.#session.conversation}`;
    if (!navigator.locks || !window.BroadcastChannel) {
      this.#open(signal);
      return;
    }
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(...data);
    this.#emit("state", "online");
    const lead = () =>
      new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
        this.#open(signal);
      });
    navigator.locks.request(name, { signal }, lead).catch(() => {});
  }

  #open(signal) {
    const query = new URLSearchParams({ token: this.#session.token, after: this.#last });
    const source = (this.#source = new EventSource(`${this.#server}chat/stream?${query}`));
    const pass = (type, detail) => {
      this.#channel?.postMessage([type, detail]);
      this.#receive(type, detail);
    };
    source.onopen = () => {
      pass("typing", false);
      pass("state", "online");
    };
    source.onerror = () => {
      pass("state", navigator.onLine ? "connecting" : "offline");
      // EventSource reconnects by itself unless it was refused; then the session is asked for anew.
      if (source.readyState === EventSource.CLOSED && !signal.aborted) {
        setTimeout(() => signal.aborted || this.#resume(), 3000);
      }
    };
    for (const type of ["message", "typing"]) {
      source.addEventListener(type, ({ data }) => {
        const detail = JSON.parse(data);
        pass(type, type === "typing" ? detail.on : detail);
      });
    }
    signal.addEventListener("abort", () => source.close());
  }

  #receive(type, detail) {
    if (type !== "message") {
      this.#emit(type, detail);
    } else if (detail.seq === this.#last + 1) {
      this.#last = detail.seq;
      this.#settle(detail);
      this.#emit("message", detail);
    } else if (detail.seq > this.#last) {
      this.#resume(); // something was missed between joining and listening
    }
  }

  /** The transcript shows a message of ours: it has arrived. */
  #settle({ id }) {
    if (!id || !this.outbox.some((message) => message.id === id)) return;
    this.outbox = this.outbox.filter((message) => message.id !== id);
    this.#saveOutbox();
  }

  // Kept for this tab until the server has them, so that a reload loses nothing.
  #saveOutbox() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.outbox));
    } catch {
      // storage is blocked: the messages live as long as this page
    }
    this.#emit("pending");
  }

  #storedOutbox() {
    try {
      const stored = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
      const here = new Set(this.outbox.map(({ id }) => id));
      return [...stored.filter(({ id }) => !here.has(id)), ...this.outbox];
    } catch {
      return this.outbox;
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
