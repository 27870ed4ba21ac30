/** The list: who waits, how long and why; one's own; callbacks by their time; what was; and search. */
import { VIEWS, duration, h, moment, outcomeOf, reasonOf, stateOf } from "./desk-parts.js";

const SEARCH_PAUSE = 200;

/** Emits "open" (a reference). */
export class List extends EventTarget {
  #api;
  #view = "waiting";
  #rows = [];
  #counts = {};
  #words = "";
  #current = null;
  #asked = 0;
  #timer;
  #tabs;
  #items;
  #panel;
  #search;
  #empty;
  element;

  constructor(api) {
    super();
    this.#api = api;
    this.#tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Lists" });
    this.#search = h("input", {
      type: "search",
      placeholder: "Search all requests",
      "aria-label": "Search all requests",
      maxlength: "200",
      oninput: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#find(), SEARCH_PAUSE);
      },
    });
    this.#items = h("ul", { class: "rows" });
    this.#empty = h("p", { class: "empty", hidden: true });
    this.#panel = h("div", { class: "scroll", id: "rows", role: "tabpanel", tabindex: "-1" }, this.#empty, this.#items);
    this.element = h(
      "section",
      { class: "list", "aria-label": "Requests" },
      h("h2", { class: "hidden" }, "Requests"),
      h("div", { class: "find" }, this.#search),
      this.#tabs,
      this.#panel,
    );
    this.#showTabs();
  }

  get view() {
    return this.#view;
  }
  get rows() {
    return this.#rows;
  }
  get counts() {
    return this.#counts;
  }

  /** Show another view. */
  async turnTo(view) {
    this.#view = view;
    this.#words = this.#search.value = "";
    this.#showTabs();
    await this.refresh();
  }

  focusSearch() {
    this.#search.focus();
  }

  /** Mark the request that is open. */
  mark(reference) {
    this.#current = reference;
    for (const link of this.#items.querySelectorAll("a")) {
      if (link.dataset.reference === reference) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /** The request so many rows after the one that is open. */
  step(by) {
    const at = this.#rows.findIndex(({ reference }) => reference === this.#current);
    const next = this.#rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), this.#rows.length - 1)];
    if (next) this.dispatchEvent(new CustomEvent("open", { detail: next.reference }));
  }

  /** Ask anew; an answer that a later one has overtaken is dropped. */
  async refresh() {
    const asked = ++this.#asked;
    const found = this.#words ? await this.#api.get("search", { q: this.#words }) : await this.#api.get("tickets", { view: this.#view });
    if (asked !== this.#asked) return;
    this.#rows = found.rows;
    this.#counts = found.counts;
    this.#show();
  }

  #find() {
    this.#words = this.#search.value.trim();
    this.refresh().catch(() => {});
  }

  #showTabs() {
    const tab = ([view, label], n) => {
      const count = this.#counts[view];
      const shown = view === "closed" || !count ? "" : String(count);
      return h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${view}`,
          "aria-selected": String(!this.#words && view === this.#view),
          "aria-controls": "rows",
          "aria-keyshortcuts": String(n + 1),
          title: `${label} (${n + 1})`,
          tabindex: view === this.#view ? "0" : "-1",
          onclick: () => this.turnTo(view).catch(() => {}),
          onkeydown: (event) => this.#turn(event),
        },
        label,
        shown && h("span", { class: "count" }, shown),
      );
    };
    const had = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(...Object.entries(VIEWS).map(tab));
    if (had) this.#tabs.querySelector(`#tab-${this.#view}`).focus();
    this.#panel.setAttribute("aria-labelledby", `tab-${this.#view}`);
  }

  #turn(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const views = Object.keys(VIEWS);
    const next = views[(views.indexOf(this.#view) + by + views.length) % views.length];
    this.turnTo(next).catch(() => {});
  }

  #show() {
    this.#showTabs();
    const focused = document.activeElement?.dataset?.reference;
    this.#items.replaceChildren(...this.#rows.map((row) => this.#row(row)));
    this.mark(this.#current);
    if (focused) this.#items.querySelector(`a[data-reference="${CSS.escape(focused)}"]`)?.focus();
    this.#empty.hidden = this.#rows.length > 0;
    this.#items.hidden = this.#rows.length === 0;
    this.#empty.textContent = this.#words ? "Nothing has these words." : EMPTY[this.#view];
  }

  #row(row) {
    const { reference, priority, reason, summary, unread } = row;
    const marks = [
      priority === "urgent" && h("span", { class: "mark urgent" }, "Urgent"),
      h("span", { class: "mark" }, reasonOf(reason)),
      row.topic && h("span", { class: "mark soft" }, row.topic),
      unread > 0 && h("span", { class: "count" }, String(unread), h("span", { class: "hidden" }, " not read")),
    ];
    return h(
      "li",
      {},
      h(
        "a",
        {
          href: `#/${reference}`,
          class: `row ${priority === "urgent" ? "is-urgent" : ""}`,
          "data-reference": reference,
          onclick: (event) => {
            event.preventDefault();
            this.dispatchEvent(new CustomEvent("open", { detail: reference }));
          },
        },
        h("span", { class: "line" }, h("b", {}, reference), h("span", { class: "wait" }, this.#when(row))),
        h("span", { class: "summary" }, summary || "No words yet"),
        h("span", { class: "marks" }, ...marks),
      ),
    );
  }

  /** What matters of the time: how long somebody waits, when to call, until when it sleeps, how it ended. */
  #when({ state, waited, callback_due: due, snoozed_until: until, owner_name: owner, outcome, changed }) {
    const who = owner ? `${owner} · ` : "";
    if (state === "queued" || state === "requested") return `waits ${duration(waited)}`;
    if (state === "callback") return `${who}${due ? `call ${moment(due)}` : "call back"}`;
    if (state === "snoozed") return `${who}until ${moment(until)}`;
    if (["resolved", "returned", "abandoned"].includes(state)) return `${outcome ? outcomeOf(outcome) : stateOf(state)} · ${moment(changed)}`;
    return `${who}${stateOf(state)}`;
  }
}

const EMPTY = {
  waiting: "Nobody waits.",
  mine: "You have no conversation.",
  callbacks: "Nobody is to be called back.",
  snoozed: "Nothing is snoozed.",
  open: "Nothing is open.",
  closed: "Nothing is closed yet.",
};
