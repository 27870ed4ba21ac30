/** Every action by a key, none while something is typed, and all of them can be switched off. */
import { ask, h, kept } from "./desk-parts.js";

const TYPED_IN = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/** Whether an element is typed in: keys do nothing there, and nothing that comes late takes the focus from it. */
export const typedIn = (element) => Boolean(element?.matches?.(TYPED_IN));

export class Keys {
  #actions = new Map();

  constructor() {
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  /** Let a key do something. */
  on(key, label, act) {
    this.#actions.set(key, { label, act });
  }

  get #off() {
    return kept.get("keys-off", false);
  }

  #press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typedIn(event.target) || document.querySelector("dialog[open]")) return;
    const action = this.#actions.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!action || (this.#off && event.key !== "?")) return;
    event.preventDefault();
    action.act();
  }

  /** The dialog that names all keys. */
  help() {
    const rows = [...this.#actions].map(([key, { label }]) => h("tr", {}, h("td", {}, h("kbd", {}, key)), h("td", {}, label)));
    const id = "keys-off";
    const box = h("input", { type: "checkbox", id, checked: !this.#off, onchange: () => kept.set("keys-off", !box.checked) });
    return ask(
      "Keys",
      [
        h("table", { class: "keys" }, h("caption", { class: "hidden" }, "Keys and what they do"), h("tbody", {}, ...rows)),
        h("p", { class: "hint" }, "In the composer Enter sends, Shift and Enter begins a line, Escape leaves it."),
        h("div", { class: "choice" }, box, h("label", { for: id }, "Single keys do something")),
      ],
      { submit: null },
    );
  }
}
