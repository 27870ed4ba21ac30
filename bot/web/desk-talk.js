/** One request: its head with what can be done, the conversation, and the composer. */
import { announce, button, duration, h, stateOf } from "./desk-parts.js";
import { actions } from "./desk-actions.js";
import { Composer, tool } from "./desk-composer.js";
import { typedIn } from "./desk-keys.js";
import { Log } from "./desk-log.js";
import { Side } from "./desk-side.js";

const TYPING_FOR = 7000; // a lost "typing off" must not leave the dots forever

/** Emits "shown" (what is open, or null), "claimed", and "news" ({reference, urgent, text}): the visitor has written. */
export class Talk extends EventTarget {
  #api;
  #me;
  #reference = null;
  #shown = null;
  #again = false;
  #looking = null;
  #read = 0;
  #typing;
  #log = new Log();
  #composer;
  #title;
  #line;
  #buttons;
  #claim;
  #gone;
  #body;
  side;
  actions;
  element;

  constructor(api, me, people) {
    super();
    this.#api = api;
    this.#me = me;
    this.actions = actions(api, me, people);
    this.side = new Side(api, (text) => this.#insert(text), () => this.showSide(false));
    this.#composer = new Composer(api, (reference, kind, text) => this.#send(reference, kind, text), [
      tool("Knowledge", "I", () => this.showSide(true, "knowledge")),
      tool("Ready answers", "A", () => this.showSide(true, "canned")),
    ]);
    this.#title = h("h2", { tabindex: "-1" });
    this.#line = h("p", { class: "soft" });
    this.#buttons = h("div", { class: "actions", role: "group", "aria-label": "What can be done" });
    this.#claim = h("p", { class: "unclaimed" });
    this.#gone = h("p", { class: "empty" }, "Choose a request from the list.");
    const sideButton = button("About this request", () => this.showSide(this.#body.classList.toggle("with-side")), { name: "side" });
    this.#body = h(
      "div",
      { class: "talk-body", hidden: true },
      h(
        "div",
        { class: "talk-main" },
        h(
          "header",
          { class: "talk-head" },
          button("Back to the list", () => (location.hash = "#/"), { name: "back", class: "tool back" }),
          h("div", { class: "who" }, this.#title, this.#line),
          sideButton,
          this.#buttons,
        ),
        this.#log.element,
        this.#claim,
        this.#composer.element,
      ),
      this.side.element,
    );
    this.element = h("section", { class: "talk", "aria-label": "Conversation" }, this.#gone, this.#body);
    document.addEventListener("visibilitychange", () => this.#markRead());
    api.addEventListener("sent", ({ detail }) => detail.reference === this.#reference && this.refresh());
    api.addEventListener("refused", ({ detail }) => this.#onRefused(detail));
  }

  get reference() {
    return this.#reference;
  }
  get shown() {
    return this.#shown;
  }

  /** Open a request; null closes. */
  async open(reference) {
    if (reference === this.#reference) return this.refresh();
    this.#reference = reference;
    this.#shown = null;
    this.#read = 0;
    this.#body.classList.remove("with-side");
    if (!reference) return this.#nothing("Choose a request from the list.");
    await this.refresh();
  }

  /** Look again, for what came since; promises that it is shown. Asked while an answer is on its way, it looks once more. */
  refresh() {
    if (!this.#reference) return Promise.resolve();
    this.#again = true;
    return (this.#looking ??= this.#look());
  }

  async #look() {
    while (this.#again) {
      this.#again = false;
      const reference = this.#reference;
      const after = this.#shown?.messages.at(-1)?.seq ?? 0;
      try {
        const found = await this.#api.get(`tickets/${encodeURIComponent(reference)}`, { after });
        if (reference === this.#reference) this.#take(found);
      } catch (error) {
        if (reference === this.#reference && !error.passing) this.#nothing(error.message);
      }
    }
    this.#looking = null;
  }

  #nothing(text) {
    this.#shown = null;
    this.#gone.textContent = text;
    this.#gone.hidden = false;
    this.#body.hidden = true;
    this.#emit("shown", null);
  }

  #take(found) {
    const before = this.#shown;
    const known = before?.messages ?? [];
    const added = found.messages.filter(({ seq }) => seq > (known.at(-1)?.seq ?? 0));
    this.#shown = { ...found, messages: [...known, ...added], draft: before?.draft ?? found.draft };
    if (before) this.#tellNews(added);
    this.#gone.hidden = true;
    this.#body.hidden = false;
    this.#show();
    // Whoever searches by now goes on; what is typed in here is another's from now on.
    const elsewhere = typedIn(document.activeElement) && !this.element.contains(document.activeElement);
    if (!before && !elsewhere) this.#title.focus({ preventScroll: true });
    this.#markRead();
    this.#emit("shown", this.#shown);
  }

  #tellNews(added) {
    const words = added.filter(({ from }) => from === "visitor").at(-1);
    if (!words) return;
    this.#emit("news", { reference: this.#reference, urgent: this.#shown.ticket.priority === "urgent", text: words.text });
  }

  #show() {
    const { ticket, mine, owner_name: owner, typing, visitor } = this.#shown;
    this.#title.replaceChildren(h("bdi", {}, visitor || "Visitor"), ` · ${ticket.reference}`);
    const waits = ["queued", "requested"].includes(ticket.status) && ticket.waiting_since;
    const state = waits ? `waits ${duration(Date.now() / 1000 - ticket.waiting_since)}` : stateOf(ticket.status);
    this.#line.replaceChildren(
      ...(ticket.priority === "urgent" ? [h("span", { class: "mark urgent" }, "Urgent"), " "] : []),
      [state, owner && !mine && `with ${owner}`].filter(Boolean).join(" "),
    );
    this.#showActions();
    const sending = this.#api.outbox.filter(({ reference }) => reference === this.#reference);
    this.#log.show(this.#shown, sending);
    this.#expireTyping(typing);
    const writable = mine && !["returned", "resolved", "abandoned"].includes(ticket.status);
    this.#composer.element.hidden = !writable;
    this.#claim.hidden = writable;
    this.#claim.textContent = mine || owner ? (owner && !mine ? `${owner} has this conversation.` : "This is closed.") : WITHOUT[ticket.status] ?? "Claim it to answer.";
    if (writable) this.#composer.open(this.#reference, this.#shown.draft);
    this.side.show(this.#shown);
  }

  #showActions() {
    const had = document.activeElement?.dataset?.action;
    const possible = this.actions.filter(({ can }) => can(this.#shown));
    const there = [...this.#buttons.children].map((each) => each.dataset.action);
    if (there.join() === possible.map(({ key }) => key).join()) return; // a click may be half done on one of them
    this.#buttons.replaceChildren(
      ...possible.map(({ key, label, main }) =>
        button(label, () => this.act(key), { key: key.toUpperCase(), class: main ? "main" : "plain", "data-action": key }),
      ),
    );
    if (had) (this.#buttons.querySelector(`[data-action="${had}"]`) ?? this.#title).focus();
  }

  #expireTyping(on) {
    clearTimeout(this.#typing);
    if (on) this.#typing = setTimeout(() => this.#log.showTyping(false), TYPING_FOR);
  }

  /** Do what a key stands for, if it can be done now. */
  async act(key) {
    const action = this.actions.find((each) => each.key === key);
    if (!this.#shown) return announce("Choose a request first.");
    if (!action.can(this.#shown)) return announce(`“${action.label}” cannot be done now.`);
    const reference = this.#reference;
    try {
      await action.act(this.#shown);
    } catch (error) {
      announce(error.message);
    }
    await this.refresh();
    if (key !== "c" || !this.#shown?.mine) return;
    if (reference === this.#reference && !typedIn(document.activeElement)) this.#composer.focus();
    this.#emit("claimed");
  }

  /** Write to the visitor, or a note; in what is still on its way, once it is there. */
  async write(note) {
    if (!this.#shown) await this.#looking;
    if (!this.#shown || this.#composer.element.hidden) return announce("Claim a conversation first.");
    this.#composer.turnTo(note);
  }

  showSide(on, part) {
    if (!this.#shown) return announce("Choose a request first.");
    this.#body.classList.toggle("with-side", on);
    if (!on || !part) return;
    if (!this.#shown.mine) return announce("Claim a conversation first.");
    if (part === "knowledge") this.side.focusKnowledge();
    else this.side.focusCanned();
  }

  /** On a small screen what was inserted would be behind the list that it came from. */
  #insert(text) {
    this.showSide(false);
    this.#composer.insert(text);
  }

  #send(reference, kind, text) {
    this.#api.send(reference, kind, text);
    this.#log.show(this.#shown, this.#api.outbox.filter((each) => each.reference === this.#reference));
    this.#log.toEnd();
  }

  #onRefused({ error, ...message }) {
    this.#composer.takeBack(message);
    announce(error.message);
    if (message.reference === this.#reference) this.refresh();
  }

  /** What is on the screen of whoever has it, is read. */
  #markRead() {
    const last = this.#shown?.messages.at(-1)?.seq ?? 0;
    if (!this.#shown?.mine || document.hidden || last <= Math.max(this.#read, this.#shown.ticket.agent_read ?? 0)) return;
    this.#read = last;
    this.#api.step(this.#reference, "read", { seq: last }).catch(() => (this.#read = 0));
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const WITHOUT = { returned: "The guide has this conversation.", resolved: "This is resolved.", abandoned: "The visitor has left." };
