/**
 * <insurance-guide-chat>: the chat window of the insurance guide, for any page.
 *
 *   <script type="module" src="https://guide.example/widget.js"></script>
 *   <insurance-guide-chat>Call us: …</insurance-guide-chat>
 *
 * Attributes: server (where the guide is; by default where this script comes from), heading.
 * Methods: open(), close(), ask(text). Elements of the page with data-guide-open open the chat, those with
 * data-guide-ask="a question" ask it. What is inside the element shows where scripts do not run.
 */
import { ChatClient } from "./widget-client.js";
import { stylesheet } from "./widget-style.js";
import { STRINGS, h, icon, renderMessage, renderReplies, sender, spoken, written } from "./widget-view.js";

const MAX_TEXT = 4000;
const TYPING_TIMEOUT = 45_000; // a lost "typing off" must not leave the dots forever
const BANNER_DELAY = 1500; // a blip is no news
const SPOKEN_FOR = 1000;
const OPEN_KEY = "guide-chat-open";

const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  restart: "M4 12a8 8 0 1 0 3-6.2M4 4v5h5",
};

class InsuranceGuideChat extends HTMLElement {
  #client;
  #messages = [];
  #opener = null;
  #timers = {};
  #connection = "online";
  #title = document.title;
  #narrow = matchMedia("(max-width: 480px), (max-height: 480px)");

  #badge = h("span", { class: "badge", hidden: true });
  #launcher = h(
    "button",
    {
      type: "button",
      class: "launcher",
      "aria-expanded": "false",
      "aria-controls": "panel",
      onclick: () => this.#toggle(),
    },
    icon(ICONS.chat),
    h("span", { class: "label" }, STRINGS.launcher),
    this.#badge,
  );
  #heading = h("h2", { id: "heading" });
  #state = h("p", { class: "state", role: "status", hidden: true });
  // A log is live by nature; ours is not, because the live region below says each message once.
  #log = h("div", {
    class: "log",
    role: "log",
    "aria-live": "off",
    "aria-label": STRINGS.log,
    tabindex: "0",
    onscroll: () => {
      if (this.#atEnd()) this.#jump.hidden = true;
    },
  });
  #dots = h("div", { class: "typing", role: "img", "aria-label": STRINGS.typing, hidden: true }, h("i"), h("i"), h("i"));
  #jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.#toEnd() }, STRINGS.newMessages);
  #live = h("div", { class: "hidden", "aria-live": "polite" });
  #error = h("p", { class: "error", id: "error", role: "alert", hidden: true });
  #input = h("textarea", {
    rows: "1",
    id: "input",
    placeholder: STRINGS.placeholder,
    enterkeyhint: "send",
    "aria-describedby": "error",
    oninput: () => this.#typed(),
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    },
  });
  #send = h("button", { class: "send", "aria-label": STRINGS.send, disabled: true }, icon(ICONS.send));
  #panel = h(
    "section",
    { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "heading", hidden: true },
    h(
      "header",
      {},
      h("div", {}, this.#heading, h("p", {}, STRINGS.subtitle)),
      this.#tool("save", STRINGS.save, () => this.#save()),
      this.#tool("restart", STRINGS.restart, () => this.#restart()),
      this.#tool("close", STRINGS.close, () => this.close()),
    ),
    this.#state,
    h("div", { class: "body" }, this.#log, this.#jump),
    h(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      h("div", { class: "field" }, h("label", { class: "hidden", for: "input" }, STRINGS.input), this.#error, this.#input),
      this.#send,
    ),
  );

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [stylesheet];
    root.append(this.#panel, this.#launcher, this.#live);
    root.addEventListener("keydown", (event) => this.#onKey(event));
    this.#heading.textContent = this.getAttribute("heading") ?? STRINGS.heading;

    const server = new URL(this.getAttribute("server") ?? ".", import.meta.url);
    this.#client = new ChatClient(server.href.replace(/\/?$/, "/"));
    const on = (type, handler) => this.#client.addEventListener(type, ({ detail }) => handler(detail));
    on("reset", (session) => this.#onReset(session));
    on("message", (message) => this.#onMessage(message));
    on("typing", (typing) => this.#onTyping(typing));
    on("pending", () => this.#showPending());
    on("state", (state) => this.#onState(state));
    on("refused", ({ text, message }) => this.#onRefused(text, message));

    document.addEventListener("click", ({ target }) => {
      const opener = target.closest?.("[data-guide-open], [data-guide-ask]");
      if (!opener) return;
      this.open(opener);
      if (opener.dataset.guideAsk) this.ask(opener.dataset.guideAsk);
    });
    if (this.#wasOpen()) this.#show();
    else if (this.#client.known) this.#client.start(); // for the unread badge
  }

  /** Open the chat and put the cursor into it; closing returns the focus to `opener`. */
  open(opener = this.#launcher) {
    this.#opener = opener;
    this.#show();
    this.#input.focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.replaceChildren(icon(ICONS.chat), h("span", { class: "label" }, STRINGS.launcher), this.#badge);
    this.#launcher.removeAttribute("aria-label");
    this.#remember(false);
    (this.#opener?.isConnected ? this.#opener : this.#launcher).focus();
  }

  /** Send a question as the visitor's. */
  ask(text) {
    this.#client.send(text);
  }

  #show() {
    this.#panel.hidden = false;
    this.#panel.setAttribute("aria-modal", String(this.#narrow.matches));
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#launcher.setAttribute("aria-label", STRINGS.close);
    this.#launcher.replaceChildren(icon(ICONS.close));
    this.#remember(true);
    this.#client.start();
    this.#countUnread();
    this.#reveal([...this.#log.querySelectorAll(".message")].at(-1), "instant");
  }

  #toggle() {
    if (this.#panel.hidden) this.open();
    else this.close();
  }

  #tool(name, label, onclick) {
    return h("button", { type: "button", "aria-label": label, title: label, onclick }, icon(ICONS[name]));
  }

  #onKey(event) {
    if (this.#panel.hidden || event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.#narrow.matches) {
      // The chat covers the page: the focus must not wander behind it.
      const stops = [...this.#panel.querySelectorAll("button, textarea, a[href], summary, [tabindex]")].filter(
        (stop) => !stop.disabled && stop.getClientRects().length,
      );
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (this.shadowRoot.activeElement === edge) {
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      }
    }
  }

  #typed() {
    const over = this.#input.value.trim().length - MAX_TEXT;
    this.#send.disabled = !this.#input.value.trim() || over > 0;
    this.#complain(over > 0 ? STRINGS.tooLong(over) : "");
    if (!CSS.supports("field-sizing", "content")) {
      this.#input.style.height = "auto";
      this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
    }
  }

  #submit() {
    this.#typed();
    if (this.#send.disabled) return;
    this.ask(this.#input.value.trim());
    this.#input.value = "";
    this.#typed();
    this.#input.focus();
  }

  #complain(message) {
    this.#error.textContent = message;
    this.#error.hidden = !message;
    this.#input.setAttribute("aria-invalid", String(Boolean(message)));
  }

  #onRefused(text, message) {
    if (!this.#input.value) this.#input.value = text;
    this.#typed();
    this.#complain(message);
    this.#showPending();
  }

  #onReset({ messages, title }) {
    if (title && !this.hasAttribute("heading")) this.#heading.textContent = title;
    this.#messages = messages.filter(({ erased }) => !erased);
    this.#log.replaceChildren(this.#dots);
    for (const message of this.#messages) this.#dots.before(this.#element(message));
    this.#onTyping(false);
    this.#showPending();
    this.#countUnread();
    if (!this.#client.outbox.length) this.#reveal([...this.#log.querySelectorAll(".message")].at(-1), "instant");
  }

  #onMessage(message) {
    if (message.erased) return; // its number alone is kept, so that a loss can be told
    // Someone who reads further up stays there, unless this answers what they have just said.
    const expected = [message.from, this.#messages.at(-1)?.from].includes("visitor");
    const stay = !this.#atEnd() && !expected;
    if (message.answer?.erased) this.#forgetMessages();
    this.#messages.push(message);
    this.#showPending();
    this.#updateReplies();
    const element = this.#element(message);
    (this.#log.querySelector(".pending") ?? this.#dots).before(element);
    this.#countUnread();
    if (message.from !== "visitor") this.#announce(`${sender(message)}: ${spoken(message)}`);
    if (stay) this.#jump.hidden = false;
    else this.#reveal(element);
  }

  /** The visitor had everything erased: what is shown goes, too. */
  #forgetMessages() {
    this.#messages.length = 0;
    for (const element of this.#log.querySelectorAll(".message")) element.remove();
  }

  #element(message) {
    const element = renderMessage(message);
    if (message.buttons) element.append(this.#replies(message));
    return element;
  }

  /** A message's buttons work until the visitor says something, by button or in words. */
  #replies(message) {
    const reply =
      this.#messages.find(({ seq, from }) => seq > message.seq && from === "visitor") ?? this.#client.outbox[0];
    return renderReplies(message, {
      over: Boolean(reply),
      chosen: reply?.text,
      choose: (title) => {
        this.ask(title);
        this.#input.focus(); // the chosen button is disabled now and would drop the focus
      },
    });
  }

  #updateReplies() {
    for (const group of this.#log.querySelectorAll(".replies:not(.over)")) {
      const seq = Number(group.parentElement.dataset.seq);
      group.replaceWith(this.#replies(this.#messages.find((message) => message.seq === seq)));
    }
  }

  /** Show what the server has not confirmed yet, after what it has. */
  #showPending() {
    for (const element of this.#log.querySelectorAll(".pending")) element.remove();
    for (const { text } of this.#client.outbox) {
      this.#dots.before(renderMessage({ from: "visitor", text }, { pending: true }));
    }
    this.#updateReplies();
    if (this.#client.outbox.length) this.#toEnd();
  }

  #onTyping(typing) {
    const follow = this.#atEnd();
    this.#dots.hidden = !typing;
    clearTimeout(this.#timers.typing);
    if (typing) this.#timers.typing = setTimeout(() => this.#onTyping(false), TYPING_TIMEOUT);
    if (typing && follow) this.#toEnd();
  }

  #onState(state) {
    if (state === this.#connection) return; // each failed attempt says so again
    this.#connection = state;
    clearTimeout(this.#timers.state);
    const text = STRINGS.state[state] ?? "";
    const show = () => {
      this.#state.textContent = text;
      this.#state.hidden = !text;
    };
    if (state === "connecting") this.#timers.state = setTimeout(show, BANNER_DELAY);
    else show();
    if (text) this.#onTyping(false);
  }

  /** Say a new message once: the live region is emptied, so that nobody meets it again as content. */
  #announce(text) {
    if (this.#panel.hidden) return;
    this.#live.append(h("p", {}, text));
    clearTimeout(this.#timers.live);
    this.#timers.live = setTimeout(() => this.#live.replaceChildren(), SPOKEN_FOR);
  }

  #countUnread() {
    const last = this.#messages.at(-1)?.seq ?? 0;
    if (!this.#panel.hidden && last) this.#client.seen = last;
    const unread = this.#messages.filter(({ seq, from }) => seq > this.#client.seen && from !== "visitor").length;
    this.#badge.replaceChildren(String(unread), h("span", { class: "hidden" }, ` ${STRINGS.unread("")}`));
    this.#badge.hidden = !unread;
    document.title = unread ? `(${unread}) ${this.#title}` : this.#title;
  }

  #atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
  }

  /** Scroll to the end, or to the beginning of a last message that is longer than the window. */
  #reveal(element, behavior = "auto") {
    if (element?.offsetHeight > this.#log.clientHeight) this.#log.scrollTo({ top: element.offsetTop - 12, behavior });
    else this.#toEnd(behavior);
  }

  #toEnd(behavior = "auto") {
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior });
    this.#jump.hidden = true;
  }

  #save() {
    const text = this.#messages.map(written).join("\n\n");
    const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    h("a", { href, download: "conversation.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  #restart() {
    if (confirm(STRINGS.confirmRestart)) this.#client.restart();
    this.#input.focus();
  }

  // The chat stays open from page to page, in the same tab.
  #remember(open) {
    try {
      sessionStorage.setItem(OPEN_KEY, open ? "1" : "");
    } catch {
      // storage is blocked: then it closes with the page
    }
  }

  #wasOpen() {
    try {
      return Boolean(sessionStorage.getItem(OPEN_KEY));
    } catch {
      return false;
    }
  }
}

customElements.define("insurance-guide-chat", InsuranceGuideChat);
