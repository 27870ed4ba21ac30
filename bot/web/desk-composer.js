/** Where the agent writes: to the visitor, or a note. A draft stays with its request, here and in any browser. */
import { ICONS, announce, button, h, icon, tabKept } from "./desk-parts.js";

const DRAFT_PAUSE = 600;
const TYPING_AGAIN = 3000;

/** Emits nothing; `send(kind, text)` is called with what is to go out. */
export class Composer {
  #api;
  #send;
  #reference = null;
  #note = false;
  #drafts = {}; // reference -> {say, note}
  #timer;
  #typed = 0;
  #input;
  #label;
  #modes;
  #form;
  element;

  constructor(api, send, tools) {
    this.#api = api;
    this.#send = send;
    this.#input = h("textarea", {
      id: "reply",
      rows: "2",
      dir: "auto",
      maxlength: "4000",
      "aria-describedby": "reply-hint",
      oninput: () => this.#write(),
      onkeydown: (event) => this.#key(event),
    });
    this.#label = h("label", { for: "reply", class: "hidden" });
    this.#modes = ["say", "note"].map((kind) =>
      h("button", { type: "button", class: "mode", "aria-pressed": "false", title: kind === "note" ? "Note (N)" : "Reply (R)", onclick: () => this.turnTo(kind === "note") }, kind === "note" ? "Note" : "Reply"),
    );
    this.#form = h(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      h("div", { class: "modes", role: "group", "aria-label": "What you write" }, ...this.#modes, h("span", { class: "space" }), ...tools),
      h("div", { class: "writing" }, this.#label, this.#input, h("button", { class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon(ICONS.send))),
      h("p", { class: "hint", id: "reply-hint" }, "Enter sends. Words in braces, like {visitor}, are filled in then."),
    );
    this.element = this.#form;
    this.turnTo(false, false);
  }

  /** Write in another request from now on, where its draft was left. */
  open(reference, draft) {
    if (reference === this.#reference) return;
    this.#leave();
    this.#reference = reference;
    this.#drafts[reference] ??= { say: draft ?? "", note: tabKept.get(`note:${reference}`, "") };
    this.turnTo(false, false);
  }

  /** What is written here belongs to the request that is open; it is stored before another is. */
  #leave() {
    if (!this.#reference) return;
    clearTimeout(this.#timer);
    this.#store(this.#reference);
  }

  turnTo(note, focus = true) {
    this.#note = note;
    const [say, noteButton] = this.#modes;
    say.setAttribute("aria-pressed", String(!note));
    noteButton.setAttribute("aria-pressed", String(note));
    this.#form.classList.toggle("noting", note);
    this.#label.textContent = note ? "Your note: agents alone see it" : "Your reply to the visitor";
    this.#input.placeholder = note ? "A note that agents alone see" : "Your reply to the visitor";
    this.#input.value = this.#drafts[this.#reference]?.[this.#kind] ?? "";
    if (focus) this.focus();
  }

  get #kind() {
    return this.#note ? "note" : "say";
  }

  focus() {
    this.#input.focus();
  }

  /** Put a text where the cursor is. */
  insert(text) {
    const { selectionStart: start, selectionEnd: end, value } = this.#input;
    const before = value.slice(0, start);
    const glue = before && !/\s$/.test(before) ? "\n\n" : "";
    this.#input.value = before + glue + text + value.slice(end);
    this.#write(false);
    this.focus();
    const at = start + glue.length + text.length;
    this.#input.setSelectionRange(at, at);
  }

  /** A message that was refused comes back, unless something else is written already. */
  takeBack({ reference, kind, text }) {
    const draft = (this.#drafts[reference] ??= { say: "", note: "" });
    draft[kind] = draft[kind] ? `${text}\n\n${draft[kind]}` : text;
    if (reference === this.#reference && kind === this.#kind) this.#input.value = draft[kind];
    this.#store(reference);
  }

  #write(typed = true) {
    this.#drafts[this.#reference][this.#kind] = this.#input.value;
    clearTimeout(this.#timer);
    const reference = this.#reference;
    this.#timer = setTimeout(() => this.#store(reference), DRAFT_PAUSE);
    if (typed && !this.#note) this.#tellTyping(this.#input.value !== "");
  }

  #store(reference) {
    const { say, note } = this.#drafts[reference];
    tabKept.set(`note:${reference}`, note);
    this.#api.step(reference, "draft", { text: say }).catch(() => {}); // the next keystroke tries again
  }

  /** Only keystrokes tell the visitor that somebody writes, and never those of a note. */
  #tellTyping(on) {
    if (on && Date.now() - this.#typed < TYPING_AGAIN) return;
    this.#typed = on ? Date.now() : 0;
    this.#api.step(this.#reference, "typing", { on }).catch(() => {});
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape") {
      this.#input.blur();
      document.querySelector(".log .scroll")?.focus();
    }
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return announce("There is nothing to send yet.");
    this.#send(this.#reference, this.#kind, text);
    this.#drafts[this.#reference][this.#kind] = this.#input.value = "";
    this.#typed = 0;
    clearTimeout(this.#timer);
    this.#store(this.#reference);
    if (this.#note) this.turnTo(false);
  }
}

/** The button beside the modes that opens one of the composer's helpers. */
export const tool = (label, key, onclick) => button(label, onclick, { key });
