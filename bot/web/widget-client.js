/**
 * The chat's line to the server: session, outbox and event stream.
 *
 * Events: "message" (detail: one message), "reset" (detail: {messages, feedback, title, notice, agency, agreed}), "typing"
 * (detail: boolean), "pending" (the outbox changed), "state" (detail: "online", "connecting", "unreachable", "busy" or
 * "offline"), "refused" (detail: {text, code, message}), "seen" (messages were read in another tab),
 * "people" (detail: who beside the guide has the conversation, or null), "rated" (an answer was, in another tab; detail: {seq, vote, reason}).
 *
 * Browsers allow six connections to a host, so one tab holds the stream and passes events on to the
 * others; where a browser lacks locks or channels, or blocks them, each tab has its own.
 *
 * A stream may be open and bring nothing: proxies hold events back, and after a sleep its other end may be gone. So
 * what it should have brought is asked for as well.
 */

const RETRY_MAX = 15_000;
const SEND_TIMEOUT = 15_000;
const STREAM_RETRY = 3000; // doubled up to
const STREAM_RETRY_MAX = 60_000;
const OVERDUE = 4000; // an answer that has not come by then is asked for,
const ASKED_FOR = 14; // this often; after that nobody may be going to answer
const SILENT = 10_000; // how often the server is asked while the stream brings nothing that it should,
const WRITING = 3000; // between two signs that the visitor writes
const REPORT_AFTER = 500; // for what is read is often read at once
const QUIET = 45_000; // and while there is no sign of that

/** A storage of the browser; what it does not take, being blocked or full, the memory of this page keeps. */
function keeper(area) {
  const memory = new Map();
  const attempt = (action) => {
    try {
      return action(window[area]);
    } catch {
      return null;
    }
  };
  return {
    getItem: (key) => memory.get(key) ?? attempt((kept) => kept.getItem(key)),
    setItem(key, value) {
      memory.set(key, value);
      attempt((kept) => {
        kept.setItem(key, value);
        memory.delete(key); // other tabs change what is kept
      });
    },
    removeItem(key) {
      memory.delete(key);
      attempt((kept) => kept.removeItem(key));
    },
  };
}

const storage = keeper("localStorage");
/** What outlives a reload in this tab and is not shared with others. */
export const tabStorage = keeper("sessionStorage");

/** A random id; crypto.randomUUID exists on HTTPS and loopback only. */
const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

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
  #held = false; // the server has asked to wait with what is to be sent
  #stream = null; // AbortController of the current stream or of the wait for the lock
  #channel = null;
  #heard = false; // the stream has brought something since it was opened
  #silent = false; // something had to be asked for that the stream should have brought
  #awaited = 0; // number of a message that has no answer yet
  #asked = 0; // how often its answer was asked for
  #asking = false;
  #failed = 0; // questions in a row that were not answered
  #openedAt = 0;
  #timer;
  #people = null; // who beside the guide has the conversation
  #reporting;
  #written = 0; // when the agent was last told that the visitor writes
  #life = new AbortController();

  /** Messages not yet seen in the transcript: [{id, text, sent}] in the order they were written. */
  outbox = [];

  constructor(server) {
    super();
    this.#server = server;
    this.#key = `guide-chat:${server}`;
    this.#session = this.#stored();
    const { signal } = this.#life;
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    on(window, "online", () => this.#resume());
    on(window, "offline", () => this.#emit("state", "offline"));
    // A page that comes back from the browser's back/forward cache has lost its stream.
    on(window, "pageshow", (event) => event.persisted && this.#resume());
    on(document, "visibilitychange", () => document.hidden || this.#check()); // it may have slept
    on(window, "storage", ({ key }) => {
      if (key === this.#key && this.#joined && this.#stored()) this.#adopt(this.#stored());
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
    this.#report();
  }
  get #seenKey() {
    return `${this.#key}:seen:${this.#session?.conversation}`;
  }

  /** Join the conversation, once, and try until it works. */
  async start() {
    if (!this.#joined) await this.#join();
  }

  /** End: nothing is heard of it any more, and another client goes on where it was. */
  leave() {
    this.#life.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#reporting);
    this.#hangUp();
  }
  get #left() {
    return this.#life.signal.aborted;
  }

  send(text) {
    this.outbox.push({ id: randomId(), text });
    this.#saveOutbox();
    this.start().then(() => this.#flush());
  }

  /** Store that the visitor agrees to the recording; the transcript then says so. */
  async agree() {
    await this.#post("chat/agreement", {}, this.#session.token);
    this.#check();
  }

  /** Store what the visitor thinks of an answer ("up", "down" or null) and why; promises what is stored. */
  async rate(seq, vote, reason) {
    const stored = await this.#post("chat/feedback", { seq, vote, reason }, this.#session.token);
    this.#channel?.postMessage(["rated", { seq, ...stored }]);
    return stored;
  }

  /** Go back from people to the guide. */
  async backToGuide() {
    await this.#post("chat/leave", {}, this.#session.token);
    this.#check();
  }

  /** Store how well the visitor was helped by a person: 1 to 5. */
  async rateTalk(rating) {
    await this.#post("chat/rating", { rating }, this.#session.token);
  }

  /** Let the agent see that the visitor writes, or has stopped. */
  writes(on) {
    if (!this.#withPeople || (on && Date.now() - this.#written < WRITING) || (!on && !this.#written)) return;
    this.#written = on ? Date.now() : 0;
    this.#post("chat/typing", { on }, this.#session.token).catch(() => {}); // it matters to nobody later
  }

  /** Ask for a copy by mail: a code to an address, or with the code the copy. */
  copy(body) {
    return this.#post("chat/copy", body, this.#session.token);
  }

  get #withPeople() {
    return Boolean(this.#people) && this.#people.state !== "over";
  }

  /** Let the agent see what has arrived and what was read. */
  #report() {
    clearTimeout(this.#reporting);
    if (!this.#withPeople) return;
    const report = () => this.#post("chat/seen", { got: this.#last, read: this.seen }, this.#session?.token).catch(() => {});
    this.#reporting = setTimeout(report, REPORT_AFTER);
  }

  /** Where something of the conversation is at the server, and the token that opens it. */
  at(path) {
    return { url: this.#server + path, token: this.#session.token };
  }

  /** Leave this conversation and begin a new one. */
  async restart() {
    // Whoever waits for an answer here would be waited for in vain.
    if (this.#withPeople) await this.#post("chat/leave", { for_good: true }, this.#session.token).catch(() => {});
    this.#forget();
    this.outbox = [];
    this.#saveOutbox();
    await this.#join();
  }

  #join() {
    return (this.#joining ??= this.#joinUntilDone().finally(() => (this.#joining = null)));
  }

  async #joinUntilDone() {
    for (let pause = 1000; !this.#left; pause = Math.min(pause * 2, RETRY_MAX)) {
      try {
        // The page may have emptied the storage: it is the page's.
        const known = this.#stored() ?? this.#session;
        const session = await this.#post("chat/session", known ? { token: known.token } : {});
        if (!known && this.#stored()) continue; // another tab was faster: its conversation is ours
        if (!this.#left) this.#take(session);
        return;
      } catch (error) {
        if (error.status === 401) {
          this.#forget();
          await this.#pause(250);
        } else {
          this.#emit("state", this.#stateAfter(error));
          await this.#pause(error.retryAfter ? error.retryAfter * 1000 : pause);
        }
      }
    }
  }

  /** The server has told what was said so far. */
  #take(session) {
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
      this.#awaited = 0;
      this.#emit("reset", session);
      for (const message of messages) this.#settle(message);
    }
    this.#joined = true;
    this.#receive("people", session.people ?? null);
    this.#listen();
    this.#flush();
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
    this.#emit("back");
    if (this.#joined && !this.#left) this.#join();
  }

  async #flush() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      let pause = 1000;
      for (let next; !this.#left && (next = this.outbox.find((message) => !message.sent)); ) {
        try {
          const { seq } = await this.#post("chat/message", { id: next.id, text: next.text }, this.#session.token);
          next.sent = true; // stays until the transcript shows it
          this.#accepted(next, seq);
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
            this.#held = Boolean(error.status);
            this.#emit("state", this.#stateAfter(error));
            await this.#pause(error.retryAfter ? error.retryAfter * 1000 : pause);
            pause = Math.min(pause * 2, RETRY_MAX);
          }
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** The server has a message of ours, under this number. */
  #accepted(message, seq) {
    this.#held = false;
    this.#reached();
    this.#emit("pending");
    if (!this.outbox.includes(message)) return; // the stream was faster
    if (seq <= this.#last) this.#resume(); // the server has lost what came after it
    this.#awaited = this.#withPeople ? 0 : seq; // people answer when they can
    this.#asked = 0;
    this.#schedule();
  }

  #post(path, body, token) {
    return this.#request(path, token, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async #request(path, token, { headers, ...options } = {}) {
    const reply = await fetch(this.#server + path, {
      ...options,
      credentials: "omit",
      headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(SEND_TIMEOUT),
    });
    const data = await reply.json().catch(() => ({}));
    if (reply.ok) return data;
    const { code, message } = data.error ?? {};
    throw new Refusal(reply.status, code, message, Number(reply.headers.get("Retry-After")));
  }

  /** Wait, but not once the connection is back. */
  #pause(ms) {
    return new Promise((goOn) => {
      setTimeout(goOn, ms);
      this.addEventListener("back", goOn, { once: true });
    });
  }

  /** What is true of the connection after this failure. */
  #stateAfter({ status }) {
    if (!status) return !navigator.onLine ? "offline" : this.#joined ? "connecting" : "unreachable";
    return status === 429 || status === 503 ? "busy" : "unreachable";
  }

  #reached() {
    if (this.#held) return;
    this.#emit("back");
    this.#pass("state", "online");
  }

  #hangUp() {
    this.#stream?.abort();
    this.#channel?.close();
    this.#channel = null;
  }

  /** Follow the session: as the tab that holds the stream, or through the tab that does. */
  #listen() {
    this.#hangUp();
    this.#stream = new AbortController();
    const { signal } = this.#stream;
    const name = `${this.#key}:${this.#session.conversation}`;
    this.#heard = false;
    this.#openedAt = Date.now();
    this.#reached();
    this.#schedule();
    const alone = () => {
      if (!signal.aborted) this.#open(signal);
    };
    const lead = () =>
      new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
        this.#open(signal);
      });
    try {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }) => this.#receive(...data);
      navigator.locks.request(name, { signal }, lead).catch(alone);
    } catch {
      alone();
    }
  }

  #open(signal, pause = STREAM_RETRY) {
    const query = new URLSearchParams({ token: this.#session.token, after: this.#last });
    const source = new EventSource(`${this.#server}chat/stream?${query}`);
    source.onopen = () => {
      this.#pass("typing", false);
      this.#reached();
    };
    source.onerror = () => {
      this.#check(); // it may be that only the stream is gone
      // EventSource reconnects by itself unless it was refused.
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(() => signal.aborted || this.#open(signal, Math.min(pause * 2, STREAM_RETRY_MAX)), pause);
    };
    for (const type of ["message", "typing", "people"]) {
      source.addEventListener(type, ({ data }) => {
        this.#heard = true;
        this.#silent = false;
        const detail = JSON.parse(data);
        this.#pass(type, type === "typing" ? detail.on : detail);
      });
    }
    signal.addEventListener("abort", () => source.close());
  }

  /** Plan when to ask for what the stream may have failed to bring. */
  #schedule() {
    clearTimeout(this.#timer);
    if (this.#left) return;
    const usual = this.#awaited ? Math.min(OVERDUE * 1.5 ** this.#asked, RETRY_MAX) : this.#silent ? SILENT : QUIET;
    const pause = this.#failed ? Math.min(1000 * 2 ** this.#failed, RETRY_MAX) : usual;
    this.#timer = setTimeout(() => this.#check(!this.#awaited), pause);
  }

  /** Ask for what was said since the last message, and so find out whether the server is reached at all. */
  async #check(idle = false) {
    if (this.#left || !this.#joined || this.#asking) return;
    if (idle && document.hidden) return this.#schedule();
    this.#asking = true;
    try {
      await this.#catchUp();
      this.#failed = 0;
      this.#reached();
    } catch (error) {
      this.#failed += 1;
      if (error.status === 401) this.#join();
      else this.#pass("state", this.#stateAfter(error));
    } finally {
      this.#asking = false;
      if (this.#awaited && ++this.#asked > ASKED_FOR) this.#awaited = 0;
      this.#schedule();
    }
  }

  async #catchUp() {
    const { token } = this.#session;
    const { messages, typing, people } = await this.#request(`chat/messages?after=${this.#last}`, token).catch((error) => {
      if (error.status && error.status !== 404) throw error;
      return this.#post("chat/session", { token }); // servers before that address tell all of it
    });
    if (this.#left || token !== this.#session?.token) return;
    const missed = messages.some(({ seq }) => seq > this.#last);
    for (const message of messages) this.#pass("message", message);
    if (typing !== undefined) this.#pass("typing", typing);
    if (people !== undefined) this.#pass("people", people);
    if (!missed) return;
    this.#silent = true;
    // One that did work may work again; one that never did is held back, and seldom worth a new one.
    if (this.#heard || Date.now() - this.#openedAt > STREAM_RETRY_MAX) this.#listen();
  }

  /** Tell the other tabs what this one has heard, and take it in. */
  #pass(type, detail) {
    this.#channel?.postMessage([type, detail]);
    this.#receive(type, detail);
  }

  #receive(type, detail) {
    if (type !== "message") {
      if (type === "people") this.#people = detail;
      this.#emit(type, detail);
    } else if (detail.seq === this.#last + 1) {
      this.#last = detail.seq;
      this.#settle(detail);
      this.#emit("message", detail);
      if (detail.from !== "visitor" && detail.seq > this.#awaited) this.#awaited = 0;
      this.#report();
      this.#schedule();
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
    if (this.#left) return; // the storage is another client's now
    tabStorage.setItem(this.#key, JSON.stringify(this.outbox));
    this.#emit("pending");
  }

  #storedOutbox() {
    try {
      const stored = JSON.parse(tabStorage.getItem(this.#key)) ?? [];
      const here = new Set(this.outbox.map(({ id }) => id));
      return [...stored.filter(({ id }) => !here.has(id)), ...this.outbox];
    } catch {
      return this.outbox;
    }
  }

  #emit(type, detail) {
    if (!this.#left) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
