/** A conversation as agents read it: the visitor's words and the guide's as the widget shows them, notes between. */
import { TEXTS, renderDay, renderMessage, stylesheet } from "../widget-view.js";
import { eventOf, h, moment, outcomeOf } from "./desk-parts.js";

const WORDS = { ...TEXTS.en, language: "en", you: "Visitor" };
/** Steps that the chat itself tells of. */
const TOLD = ["asked", "request", "queue", "claim", "answer"];

/** Here the visitor stands left and the agency right; the widget's own rules do the rest. */
const own = new CSSStyleSheet();
own.replaceSync(`
  :host { display: contents; }
  .frame.log { display: block; padding: 18px 20px 8px; }
  .message.visitor { align-items: flex-start; }
  .message.visitor .bubble { background: var(--paper); border-color: var(--line); color: var(--ink);
    border-radius: 4px var(--radius) var(--radius) var(--radius); }
  .message.agent, .message.bot { align-items: flex-end; }
  .message.bot .bubble { border-radius: var(--radius) var(--radius) 4px var(--radius); background: var(--ground); }
  .message.agent .bubble { background: var(--accent); border-color: transparent; color: var(--on-accent);
    border-radius: var(--radius) var(--radius) 4px var(--radius); }
  .message.pending .bubble { opacity: 1; } /* the words below it say so, and it must be legible */
  .message.agent .bubble a { color: inherit; }
  .message .sender.hidden { position: static; width: auto; height: auto; clip-path: none; overflow: visible; }
  .message.system .sender { display: none; }
  .message.note .bubble { background: var(--depends-bg); border: 1px dashed var(--depends); color: var(--ink);
    border-radius: 8px; font-size: 16px; }
  .message.note { align-items: flex-end; }
  .event { margin: 12px 0; font-size: 13px; text-align: center; color: var(--soft); }
  .bubble { max-width: min(92%, 620px); }
  .before { margin: 18px 0 4px; font-size: 13px; text-align: center; color: var(--soft); }
`);

export class Log {
  #root;
  #log;
  #dots;
  #jump;
  #scroll;
  #atEnd = true;
  #count = 0;
  #reference = null;
  element;

  constructor() {
    const host = h("div");
    this.#root = host.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = [stylesheet, own];
    this.#log = h("div", { class: "frame log", lang: "en" });
    const dot = () => h("i");
    this.#dots = h("div", { class: "frame log", hidden: true }, h("div", { class: "typing", role: "img", "aria-label": "The visitor is writing" }, dot(), dot(), dot()));
    this.#root.append(this.#log, this.#dots);
    this.#jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, "New messages");
    this.#scroll = h(
      "div",
      {
        class: "scroll",
        role: "log",
        "aria-live": "off",
        "aria-label": "Conversation",
        tabindex: "0",
        onscroll: () => {
          const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
          this.#atEnd = scrollHeight - scrollTop - clientHeight < 60;
          if (this.#atEnd) this.#jump.hidden = true;
        },
      },
      host,
    );
    this.element = h("div", { class: "log" }, this.#scroll, this.#jump);
  }

  /** Show all of it anew; whoever reads further up stays there. */
  show({ ticket, before, messages, notes, events, typing }, outbox) {
    const fresh = ticket.reference !== this.#reference;
    const added = !fresh && messages.length > this.#count;
    this.#reference = ticket.reference;
    this.#count = messages.length;
    this.#log.replaceChildren(...this.#nodes(ticket, before, messages, notes, events), ...outbox.map(pending));
    this.showTyping(typing);
    if (fresh || this.#atEnd) this.toEnd();
    else if (added) this.#jump.hidden = false;
  }

  showTyping(on) {
    this.#dots.hidden = !on;
    if (on && this.#atEnd) this.toEnd();
  }

  toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#atEnd = true;
    this.#jump.hidden = true;
  }

  /** Messages, notes and what was done, in the order of their time. */
  #nodes(ticket, before, messages, notes, events) {
    const told = before.map((message) => renderMessage({ ...message, from: message.from ?? "visitor" }, WORDS));
    const last = messages.filter(({ from }) => from === "agent").at(-1)?.seq;
    const all = [
      ...messages.map((message, n) => ({ at: Date.parse(message.at), nodes: said(message, messages[n - 1], message.seq === last && ticket) })),
      ...notes.map((note) => ({ at: note.at * 1000, nodes: [noted(note)] })),
      ...events.filter(({ what }) => !TOLD.includes(what)).map((event) => ({ at: event.at * 1000, nodes: [done(event)] })),
    ];
    const second = ({ at }) => Math.floor(at / 1000);
    all.sort((one, other) => second(one) - second(other)); // of what shares a second, messages come first, in their order
    const line = told.length && h("p", { class: "before" }, "From here on in this chat");
    return [...told, ...(line ? [line] : []), ...all.flatMap(({ nodes }) => nodes)];
  }
}

function said(message, before, ticket) {
  if (message.erased) return [h("p", { class: "event" }, "The visitor had this erased.")];
  const node = renderMessage(message, WORDS);
  if (ticket) node.append(h("span", { class: "note" }, reached(message.seq, ticket)));
  return [renderDay(message, before, WORDS), node].filter(Boolean);
}

/** How far the agent's last message has come. */
function reached(seq, { visitor_read: read, visitor_got: got }) {
  return read >= seq ? "Read" : got >= seq ? "Delivered" : "Sent, not yet on the visitor's screen";
}

function noted({ name, text, at }) {
  return h(
    "div",
    { class: "message note" },
    h("span", { class: "sender" }, `Note of ${name}, agents alone see it`),
    h("div", { class: "bubble" }, h("p", { class: "verbatim", dir: "auto" }, text)),
    h("div", { class: "meta" }, h("time", {}, moment(at))),
  );
}

function done({ what, name, detail, at }) {
  const more = detail?.outcome ? `: ${outcomeOf(detail.outcome)}` : detail?.to_name ? ` to ${detail.to_name}` : "";
  return h("p", { class: "event" }, `${eventOf(what)}${more} · ${name} · ${moment(at)}`);
}

function pending({ kind, text }) {
  return h(
    "div",
    { class: `message ${kind === "note" ? "note" : "agent"} pending` },
    h("div", { class: "bubble" }, h("p", { class: "verbatim", dir: "auto" }, text)),
    h("span", { class: "note" }, "Sending…"),
  );
}
