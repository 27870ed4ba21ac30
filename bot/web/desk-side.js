/** Beside a conversation: what is known of it, passages of the knowledge base to insert, and answers kept ready. */
import { announce, ask, button, h, labelled, moment, outcomeOf, reasonOf, readable, stateOf } from "./desk-parts.js";

const SEARCH_PAUSE = 200;
const CITED = 2; // sources named with a passage

export class Side {
  #api;
  #insert;
  #about;
  #field;
  #found;
  #canned;
  #timer;
  #asked = 0;
  #answers;
  element;

  /** `insert(text)` puts a text into the composer; `close()` is for screens on which this covers the conversation. */
  constructor(api, insert, close) {
    this.#api = api;
    this.#insert = insert;
    this.#about = h("div", { class: "about" });
    this.#field = h("input", {
      type: "search",
      maxlength: "200",
      oninput: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#search(), SEARCH_PAUSE);
      },
    });
    this.#found = h("div", { class: "found", role: "status" });
    this.#canned = h("ul", { class: "canned" });
    this.#answers = h(
      "section",
      { class: "answers", "aria-label": "Answers to insert" },
      h("h3", {}, "Knowledge base"),
      labelled("Search what the guide knows", this.#field),
      this.#found,
      h("div", { class: "head" }, h("h3", {}, "Ready answers"), button("New ready answer", () => this.#edit(), { name: "plus" })),
      this.#canned,
    );
    this.element = h("aside", { class: "side", id: "side", "aria-label": "About this request" }, button("Close", close, { name: "close" }), this.#about, this.#answers);
  }

  /** Look for what was asked last: it is what an agent most often wants to answer. */
  focusKnowledge() {
    this.#answers.scrollIntoView({ block: "start" });
    this.#field.focus({ preventScroll: true });
  }

  focusCanned() {
    this.#canned.querySelector("button")?.focus();
  }

  async loadCanned() {
    this.#showCanned((await this.#api.get("canned")).canned);
  }

  /** What is known of a request. */
  show({ ticket, mine, owner_name: owner }) {
    this.#answers.hidden = !mine;
    const { consent = {}, facts = {}, brief = {} } = ticket;
    const rows = [
      ["State", [stateOf(ticket.status), owner && `with ${owner}`].filter(Boolean).join(", ")],
      ["Reason", reasonOf(ticket.reason)],
      ["Topic", ticket.topic],
      ["Policies", (ticket.policies ?? []).map(readable).join(", ")],
      ["Channel", readable(ticket.channel)],
      ["Asked at", moment(Date.parse(ticket.created_at) / 1000)],
      ["Call", ticket.callback_due && moment(ticket.callback_due)],
      ["Callback note", ticket.callback_note],
      ["Outcome", ticket.outcome && outcomeOf(ticket.outcome)],
      ["Rating", ticket.rating && `${ticket.rating} of 5${ticket.rating_note ? `: ${ticket.rating_note}` : ""}`],
    ];
    this.#about.replaceChildren(
      h("h3", {}, `Request ${ticket.reference}`),
      table(rows),
      ...contact(consent),
      ...list("What the visitor told", Object.entries(facts).map(([label, value]) => `${label}: ${value}`)),
      ...Object.entries(brief).flatMap(([title, lines]) => list(BRIEF[title] ?? readable(title), lines)),
      ...(ticket.summary && !Object.keys(brief).length ? list("Summary", ticket.summary.split("\n")) : []),
    );
  }

  async #search() {
    const words = this.#field.value.trim();
    const asked = ++this.#asked;
    if (!words) return this.#found.replaceChildren();
    try {
      const { passages } = await this.#api.get("knowledge", { q: words });
      if (asked !== this.#asked) return;
      const shown = passages.map((passage) => this.#passage(passage));
      this.#found.replaceChildren(...(shown.length ? shown : [h("p", { class: "empty" }, "The guide knows nothing of that.")]));
    } catch (error) {
      this.#found.replaceChildren(h("p", { class: "empty" }, error.message));
    }
  }

  #passage({ name, text, cited }) {
    const sources = cited.slice(0, CITED).join("; ");
    const insert = () => {
      this.#insert(sources ? `${text}\n\nSource: ${sources}` : text);
      announce(`“${name}” is in your reply.`);
    };
    return h(
      "article",
      { class: "passage" },
      h("h4", {}, name),
      h("p", { class: "text" }, text),
      sources && h("p", { class: "hint" }, sources),
      button("Insert", insert, { "aria-label": `Insert “${name}”` }),
    );
  }

  #showCanned(canned) {
    const item = ({ name, text }) => h(
      "li",
      {},
      h("button", { type: "button", class: "ready", onclick: () => this.#insert(text) }, h("b", {}, name), h("span", {}, text)),
      button(`Change “${name}”`, () => this.#edit({ name, text }), { name: "keys" }),
    );
    this.#canned.replaceChildren(...canned.map(item));
    if (!canned.length) this.#canned.append(h("li", { class: "empty" }, "None yet. What one agent keeps, all have."));
  }

  #edit({ name = "", text = "" } = {}) {
    const title = h("input", { name: "name", maxlength: "60", required: true, value: name, readonly: Boolean(name) });
    const words = h("textarea", { name: "text", rows: "5", maxlength: "2000", required: true }, text);
    const forget = name && button("Delete", async () => {
      this.#showCanned((await this.#api.post("canned/forget", { name })).canned);
      forget.closest("dialog").close();
    }, { class: "plain danger" });
    return ask(
      name ? "Change a ready answer" : "New ready answer",
      [
        labelled("Name", title),
        labelled("Text", words, "{agent}, {licence}, {agency}, {phone}, {email}, {visitor} and {reference} are filled in when it is sent; {visitor|there} says “there” where the name is not known."),
        forget || null,
      ].filter(Boolean),
      { submit: "Keep", act: async (values) => this.#showCanned((await this.#api.post("canned", values)).canned) },
    );
  }
}

const BRIEF = { told: "Told in the conversation", given: "Answers the guide gave", open: "Still open" };

function table(rows) {
  const shown = rows.filter(([, value]) => value);
  return h("dl", {}, ...shown.flatMap(([label, value]) => [h("dt", {}, label), h("dd", { dir: "auto" }, value)]));
}

function list(title, lines) {
  if (!lines?.length) return [];
  return [h("h4", {}, title), h("ul", {}, ...lines.map((line) => h("li", { dir: "auto" }, line)))];
}

/** How to reach the visitor, and what was agreed to; without consent there is no link to call by. */
function contact({ number, text, at, name, email }) {
  if (!number && !email) return [];
  return [
    h("h4", {}, "Reach the visitor"),
    table([["Name", name], ["E-mail", email], ["Agreed", text && `${text}${at ? ` (${moment(Date.parse(at) / 1000)})` : ""}`]]),
    number && h("p", {}, h("a", { class: "call", href: `tel:${number.replace(/[^+\d]/g, "")}` }, `Call ${number}`)),
  ].filter(Boolean);
}
