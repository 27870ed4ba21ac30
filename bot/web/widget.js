/**
 * <insurance-guide-chat>: the chat window of the insurance guide, for any page.
 *
 *   <script type="module" src="https://guide.example/widget.js"></script>
 *   <insurance-guide-chat privacy="/privacy">Call us: …</insurance-guide-chat>
 *
 * Attributes, read once: server (where the guide is; by default where this script comes from), privacy (address of the
 * agency's privacy page; by default the one that the guide knows), lang ("en", "es"; by default the page's), heading,
 * label (of the button), greeting, logo (address of a picture), color, theme ("light", "dark"; by default the
 * visitor's), position ("left"; by default right).
 * Methods: open(), close(), ask(text). Elements of the page with data-guide-open open the chat, those with
 * data-guide-ask="a question" ask it. What is inside the element shows where scripts do not run, and in the chat while
 * the guide cannot be reached.
 */
import { ChatClient, tabStorage } from "./widget-client.js";
import {
  ICONS,
  TEXTS,
  brand,
  h,
  icon,
  languageOf,
  ratable,
  renderAgency,
  renderDay,
  renderMessage,
  renderRating,
  renderReplies,
  safeUrl,
  sender,
  spoken,
  spokenIn,
  stylesheet,
  written,
} from "./widget-view.js";

const MAX_TEXT = 4000;
const TYPING_TIMEOUT = 45_000; // a lost "typing off" must not leave the dots forever
const BANNER_DELAY = 1500; // a blip is no news
const SPOKEN_FOR = 1000;
const TOLD_FOR = 4000;
const OPEN_KEY = "guide-chat-open";
const DRAFT_KEY = "guide-chat-draft";
const HISTORY_KEY = "guideChat"; // marks the history entry of the chat over the whole screen
const TALK_TO_AGENT = "Talk to a licensed agent"; // in the language the guide reads
const NAME = "insurance-guide-chat";
/** What pages listen to all over themselves, and what they would do to a text that is typed here. */
const TYPED = ["keydown", "keypress", "keyup", "cut", "copy", "paste"];

/** The chats of the page. The first is shown; another waits, for a router may put the next page in before it takes
 * the last one away. */
const chats = new Set();

class InsuranceGuideChat extends HTMLElement {
  #client;
  #t; // the words of the frame
  #messages = [];
  #ratings = {}; // number of an answer -> {vote, reason}
  #opener = null;
  #timers = {};
  #life = null; // AbortController while the chat is shown
  #titled = ""; // what the chat has put before the page's title
  #entry = null; // address at which the chat has a history entry of its own
  #from = null; // address before the last step in the history, where browsers tell
  #connection = "online";
  #narrow = matchMedia("(max-width: 480px), (max-height: 480px)");
  #touch = matchMedia("(pointer: coarse)");

  #badge;
  #launcher;
  #heading;
  #menuButton;
  #items;
  #state;
  #asking;
  #log;
  #dots;
  #jump;
  #live;
  #told;
  #consent;
  #agreement;
  #agree;
  #error;
  #input;
  #send;
  #foot;
  #panel;
  #copyItem;
  #subtitle;
  #talkButton;
  #people = null; // who beside the guide has the conversation
  #strip = null; // tells of them; brought when the first comes
  #privacy = null; // address of the agency's privacy page
  #files = null; // what takes files, where the guide does
  #composing; // the form in which a question is written

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" });
    chats.add(this);
    this.#enterFirst();
  }

  disconnectedCallback() {
    chats.delete(this);
    if (this.#life) this.#leave();
    this.#enterFirst();
  }

  #enterFirst() {
    const [first] = chats;
    if (first && !first.#life) first.#enter();
  }

  /** Begin, or go on after the element was moved. */
  #enter() {
    this.#life = new AbortController();
    if (!this.#panel) this.#furnish();
    this.#connection = "online";
    this.#connect();
    this.#listen();
    if (tabStorage.getItem(OPEN_KEY)) this.#show();
    else if (this.#client.known) this.#client.start(); // for the unread badge
  }

  /** Leave the page as it was found. */
  #leave() {
    this.#life.abort();
    this.#life = null;
    this.#client.leave();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#showTitle(0);
  }

  #furnish() {
    const language = languageOf(this.closest("[lang]")?.lang);
    this.#t = { ...TEXTS[language], language };
    const root = this.shadowRoot;
    const branded = this.hasAttribute("color") && brand(this.getAttribute("color"));
    root.adoptedStyleSheets = branded ? [stylesheet, branded] : [stylesheet];
    if (this.hasAttribute("privacy")) this.#privacy = safeUrl(this.getAttribute("privacy"));
    this.#build();
    root.append(this.#panel, this.#launcher, this.#live);
    for (const part of root.children) Object.assign(part, { lang: language, dir: "ltr" });
    root.addEventListener("click", (event) => {
      if (!event.composedPath().includes(this.#menuButton)) this.#showMenu(false);
    });
    this.#input.value = tabStorage.getItem(DRAFT_KEY) ?? "";
    this.#typed();
  }

  /** Listen to the page for as long as the chat is shown. */
  #listen() {
    const { signal } = this.#life;
    const on = (target, type, handler) => target?.addEventListener(type, handler, { signal, capture: target === window });
    on(document, "click", ({ target }) => {
      const opener = target.closest?.("[data-guide-open], [data-guide-ask]");
      if (!opener) return;
      this.open(opener);
      if (opener.dataset.guideAsk) this.ask(opener.dataset.guideAsk);
    });
    on(document, "visibilitychange", () => this.#countUnread());
    for (const change of ["resize", "scroll"]) on(window.visualViewport, change, () => this.#fitScreen());
    on(this.#narrow, "change", () => this.#fitScreen());
    for (const type of TYPED) {
      on(window, type, (event) => {
        if (!event.composedPath().includes(this.shadowRoot)) return;
        event.stopImmediatePropagation(); // the page takes the chat for no field, and would act upon single keys
        if (type === "keydown") this.#onKey(event);
      });
    }
    on(window.navigation, "currententrychange", ({ from }) => (this.#from = from.url));
    on(window, "popstate", (event) => this.#onPopState(event));
  }

  #connect() {
    const server = new URL(this.getAttribute("server") ?? ".", import.meta.url);
    this.#client = new ChatClient(server.href.replace(/\/?$/, "/"));
    const on = (type, handler) => this.#client.addEventListener(type, ({ detail }) => handler(detail));
    on("reset", (session) => this.#onReset(session));
    on("message", (message) => this.#onMessage(message));
    on("typing", (typing) => this.#onTyping(typing));
    on("pending", () => this.#showPending());
    on("state", (state) => this.#onState(state));
    on("refused", (refusal) => this.#onRefused(refusal));
    on("seen", () => this.#countUnread());
    on("rated", (rating) => this.#onRated(rating));
    on("people", (people) => this.#onPeople(people));
  }

  #build() {
    const t = this.#t;
    this.#badge = h("span", { class: "badge", hidden: true });
    this.#launcher = h("button", {
      type: "button",
      class: "frame launcher",
      "aria-expanded": "false",
      "aria-controls": "panel",
      onclick: () => this.#toggle(),
    });
    this.#showLauncher(false);
    this.#heading = h("h2", { id: "heading", dir: "auto" }, this.getAttribute("heading") ?? t.heading);
    this.#state = h("p", { role: "status" });
    this.#asking = h("div", { class: "asking", role: "group", "aria-labelledby": "asked", hidden: true });
    // A log is live by nature; ours is not, because the live region below says each message once.
    this.#log = h("div", {
      class: "log",
      role: "log",
      "aria-live": "off",
      "aria-label": t.log,
      tabindex: "0",
      onscroll: () => {
        if (this.#atEnd()) this.#jump.hidden = true;
      },
    });
    const dot = () => h("i");
    this.#dots = h("div", { class: "typing", role: "img", "aria-label": t.typing, hidden: true }, dot(), dot(), dot());
    this.#log.append(...this.#greeting(), this.#dots);
    this.#jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.#toEnd() }, t.newMessages);
    this.#live = h("div", { class: "frame hidden", "aria-live": "polite" });
    this.#told = h("p", { class: "told", role: "status" });
    this.#consent = h("p", { class: "consent", id: "consent" }, `${t.consent} `, this.#privacyLink(t.privacy));
    this.#agree = h("button", { type: "button", class: "reply", onclick: () => this.#agreed() }, t.agree);
    this.#agreement = h(
      "div",
      { class: "asking", role: "group", "aria-labelledby": "recording", hidden: true },
      h("p", { id: "recording" }, t.recording),
      h("div", { class: "replies" }, this.#agree),
    );
    this.#error = h("p", { class: "error", id: "error", role: "alert", hidden: true });
    this.#input = h("textarea", {
      rows: "1",
      id: "input",
      placeholder: t.placeholder,
      enterkeyhint: "send",
      "aria-describedby": "error consent",
      dir: "auto",
      oninput: () => {
        this.#typed();
        this.#client.writes(Boolean(this.#input.value.trim()));
      },
    });
    this.#foot = h("div", { class: "foot", hidden: true });
    this.#send = h("button", { class: "send", "aria-label": t.send, disabled: true }, icon(ICONS.send));
    this.#panel = h(
      "section",
      { class: "frame panel", id: "panel", role: "dialog", "aria-labelledby": "heading", tabindex: "-1", hidden: true },
      this.#header(),
      h("div", { class: "state", hidden: true }, this.#state, h("slot")),
      this.#asking,
      h("div", { class: "body" }, this.#log, this.#jump),
      this.#told,
      this.#consent,
      this.#agreement,
      (this.#composing = this.#composer()),
      this.#foot,
    );
  }

  #header() {
    const t = this.#t;
    const logo = this.getAttribute("logo");
    const item = (name, action) => {
      const onclick = () => {
        this.#menuButton.focus(); // the menu closes, and would drop the focus
        action();
      };
      return h("button", { type: "button", onclick }, icon(ICONS[name]), t[name]);
    };
    this.#menuButton = this.#tool("menu", t.menu, () => this.#showMenu(this.#items.hidden));
    this.#menuButton.setAttribute("aria-expanded", "false");
    this.#menuButton.setAttribute("aria-controls", "items");
    this.#items = h(
      "div",
      { class: "items", id: "items", role: "group", "aria-label": t.menu, hidden: true },
      navigator.clipboard && item("copy", () => this.#copy()), // there on HTTPS and loopback only
      item("save", () => this.#save()),
      item("print", () => this.#print()),
      (this.#copyItem = item("mail", () => this.#askCopy())),
      item("restart", () => this.#askRestart()),
      this.#privacyLink(icon(ICONS.privacy), t.privacy),
    );
    return h(
      "div",
      { class: "head" },
      logo && h("img", { class: "logo", src: logo, alt: "" }),
      h("div", { class: "title" }, this.#heading, (this.#subtitle = h("p", {}, t.subtitle))),
      (this.#talkButton = h(
        "button",
        { type: "button", class: "tool talk", "aria-label": t.talk, title: t.talk, onclick: () => this.#talk() },
        icon(ICONS.person),
        h("span", {}, t.person),
      )),
      this.#menuButton,
      this.#items,
      this.#tool("close", t.close, () => this.close()),
    );
  }

  #composer() {
    return h(
      "form",
      {
        class: "composer",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      h("div", { class: "field" }, h("label", { class: "hidden", for: "input" }, this.#t.input), this.#error, this.#input),
      this.#send,
    );
  }

  #tool(name, label, onclick) {
    return h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick }, icon(ICONS[name]));
  }

  /** The agency's own first words, in the frame and not in the conversation. */
  #greeting() {
    const greeting = this.getAttribute("greeting");
    return greeting ? [h("p", { class: "greeting", dir: "auto" }, greeting)] : [];
  }

  /** A link to the agency's privacy page, if it has named one. */
  #privacyLink(...content) {
    const href = this.#privacy;
    return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...content) : null;
  }

  /** Who the agency is, as the guide tells it: at the foot, with its privacy page where the element names none. */
  #showAgency({ line, details, privacy }) {
    const told = privacy && !this.hasAttribute("privacy") && !this.#privacy ? safeUrl(privacy) : null;
    if (told) {
      this.#privacy = told;
      this.#consent.append(this.#privacyLink(this.#t.privacy));
      this.#items.append(this.#privacyLink(icon(ICONS.privacy), this.#t.privacy));
    }
    this.#foot.hidden = !line;
    this.#foot.replaceChildren(...(line ? [renderAgency(line, details), this.#privacyLink(this.#t.privacy) ?? ""] : []));
  }

  /** Open the chat and put the cursor into it; closing returns the focus to `opener`. */
  open(opener = this.#launcher) {
    this.#opener = opener;
    this.#show();
    // On a phone the keyboard would cover what there is to read first.
    if (this.#awaitsAgreement) this.#agree.focus();
    else (this.#touch.matches ? this.#panel : this.#input).focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#showMenu(false);
    this.#showLauncher(false);
    tabStorage.removeItem(OPEN_KEY);
    if (this.#entry && history.state?.[HISTORY_KEY]) history.back(); // to the page's own entry
    (this.#opener?.isConnected ? this.#opener : this.#launcher).focus();
  }

  /**
   * Send a question as the visitor's. The first one of a visitor who has not seen the chat waits in the composer:
   * nothing is stored before its notice was shown.
   */
  ask(text) {
    if (this.#client.known && !this.#awaitsAgreement) {
      this.#client.send(text);
    } else {
      this.#input.value = text;
      this.#typed();
      if (this.#awaitsAgreement) this.#agree.focus();
    }
  }

  /** Whether the visitor has to agree to the recording before anything can be asked. */
  get #awaitsAgreement() {
    return !this.#agreement.hidden;
  }

  #showAgreement(awaited) {
    const had = [this.#input, this.#send, this.#agree].includes(this.shadowRoot.activeElement);
    this.#agreement.hidden = !awaited;
    this.#composing.hidden = awaited;
    if (had) (awaited ? this.#agree : this.#input).focus();
  }

  async #agreed() {
    try {
      await this.#client.agree(); // the transcript says so to every tab
    } catch {
      this.#tell(this.#t.notAgreed);
    }
  }

  #talk() {
    this.ask(TALK_TO_AGENT);
    this.#input.focus();
  }

  #show() {
    this.#panel.hidden = false;
    this.#panel.setAttribute("aria-modal", String(this.#narrow.matches));
    this.#showLauncher(true);
    tabStorage.setItem(OPEN_KEY, "1");
    this.#client.start();
    this.#countUnread();
    this.#fitScreen();
    if (this.#narrow.matches) this.#addEntry();
    this.#reveal(this.#lastShown(), "instant");
  }

  #showLauncher(open) {
    const label = this.getAttribute("label") ?? this.#t.launcher;
    this.#launcher.setAttribute("aria-expanded", String(open));
    if (open) {
      this.#launcher.setAttribute("aria-label", this.#t.close);
      this.#launcher.replaceChildren(icon(ICONS.close));
    } else {
      this.#launcher.removeAttribute("aria-label");
      this.#launcher.replaceChildren(icon(ICONS.chat), h("span", { class: "label" }, label), this.#badge);
    }
  }

  #toggle() {
    if (this.#panel.hidden) this.open();
    else this.close();
  }

  #showMenu(open) {
    this.#items.hidden = !open;
    this.#menuButton.setAttribute("aria-expanded", String(open));
  }

  /** On a phone the chat fills what its keyboard leaves of the screen; who has zoomed in keeps the whole. */
  #fitScreen() {
    const view = window.visualViewport;
    const fits = view && this.#narrow.matches && !this.#panel.hidden && view.scale < 1.05;
    const end = this.#atEnd();
    this.#panel.style.height = fits ? `${view.height}px` : "";
    this.#panel.style.top = fits ? `${view.offsetTop}px` : "";
    if (end) this.#toEnd("instant");
  }

  /** Over the whole screen the chat looks like a page, so "back" has to close it: it gets an entry in the history. */
  #addEntry() {
    if (!history.state?.[HISTORY_KEY]) {
      // Not by the page's own `history`, which routers and counters of visits may have wrapped.
      History.prototype.pushState.call(history, { ...history.state, [HISTORY_KEY]: true }, "");
    }
    this.#entry = location.href;
  }

  #onPopState(event) {
    if (!this.#entry || event.state?.[HISTORY_KEY]) return;
    const own = [location.href, this.#from ?? location.href].every((address) => address === this.#entry);
    this.#entry = null;
    if (!own) return; // a step of the page's router
    event.stopImmediatePropagation(); // to the page's router nothing has happened
    if (!this.#panel.hidden) this.close();
  }

  #onKey(event) {
    // Enter and Escape of an input method are its own; Safari says so by the number alone.
    if (this.#panel.hidden || event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && this.shadowRoot.activeElement === this.#input) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape") {
      if (this.#items.hidden) {
        this.close();
      } else {
        this.#showMenu(false);
        this.#menuButton.focus();
      }
    } else if (event.key === "Tab" && this.#narrow.matches) {
      // The chat covers the page: the focus must not wander behind it.
      const stops = [...this.#panel.querySelectorAll("button, textarea, input, a[href], summary, [tabindex='0']")].filter(
        (stop) => !stop.disabled && stop.getClientRects().length,
      );
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if ([edge, this.#panel].includes(this.shadowRoot.activeElement)) {
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      }
    }
  }

  #typed() {
    tabStorage.setItem(DRAFT_KEY, this.#input.value);
    const over = [...this.#input.value.trim()].length - MAX_TEXT; // characters, as the guide counts them
    this.#send.disabled = !this.#input.value.trim() || over > 0;
    this.#complain(over > 0 ? this.#t.tooLong(over) : "");
    if (!CSS.supports("field-sizing", "content")) {
      this.#input.style.height = "auto";
      this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
    }
  }

  #submit() {
    this.#typed();
    if (this.#send.disabled) return;
    this.#client.send(this.#input.value.trim());
    this.#client.writes(false);
    this.#input.value = "";
    this.#typed();
    this.#input.focus();
  }

  #complain(message) {
    this.#error.textContent = message;
    this.#error.hidden = !message;
    this.#input.setAttribute("aria-invalid", String(Boolean(message)));
  }

  #onRefused({ text, code, message }) {
    if (!this.#input.value) this.#input.value = text;
    this.#typed();
    this.#complain(this.#t.refused[code] ?? message);
    this.#showPending();
  }

  #onReset({ messages, feedback, title, agency, agreed, mails, files }) {
    this.#copyItem.hidden = !mails;
    if (files && !this.#files) this.#takeFiles(files);
    if (agency) this.#showAgency(agency);
    this.#showAgreement(agreed === false);
    if (title && !this.hasAttribute("heading") && this.#t.language === "en") this.#heading.textContent = title;
    this.#ratings = feedback ?? {};
    this.#messages = messages.filter(({ erased }) => !erased);
    this.#log.replaceChildren(...this.#greeting(), this.#dots);
    this.#messages.forEach((message, n) => this.#dots.before(...this.#dated(message, this.#messages[n - 1])));
    this.#onTyping(false);
    this.#showPending();
    this.#countUnread();
    if (!this.#client.outbox.length) this.#reveal(this.#lastShown(), "instant");
  }

  /** Let files be sent, and show those that were. */
  async #takeFiles(files) {
    const { Files } = await import("./widget-files.js");
    this.#files ??= new Files({
      ...files,
      composer: this.#composing,
      language: this.#t.language,
      at: (path) => this.#client.at(path),
      tell: (text) => this.#tell(text),
    });
    for (const message of this.#messages) {
      if (message.file) this.#files.show(this.#log.querySelector(`[data-seq="${message.seq}"]`), message);
    }
  }

  #onMessage(message) {
    if (message.agreed) this.#showAgreement(false);
    if (message.erased) return; // its number alone is kept, so that a loss can be told
    // Someone who reads further up stays there, unless this answers what they have just said.
    const expected = [message.from, this.#messages.at(-1)?.from].includes("visitor");
    const stay = !this.#atEnd() && !expected;
    if (message.answer?.erased) this.#forgetMessages();
    const before = this.#messages.at(-1);
    this.#messages.push(message);
    this.#showPending();
    const shown = this.#dated(message, before);
    const element = shown.at(-1);
    (this.#log.querySelector(".pending") ?? this.#dots).before(...shown);
    this.#countUnread();
    if (message.from !== "visitor") this.#announce(message);
    if (stay) this.#jump.hidden = false;
    else this.#reveal(element);
  }

  /** The visitor had everything erased: what is shown goes, too. */
  #forgetMessages() {
    this.#messages.length = 0;
    this.#ratings = {};
    for (const element of this.#log.querySelectorAll(".message, .day")) element.remove();
  }

  #lastShown() {
    return [...this.#log.querySelectorAll(".message")].at(-1);
  }

  #element(message) {
    const element = renderMessage(message, this.#t, { rating: ratable(message) ? this.#rating(message.seq) : [] });
    if (message.buttons) element.append(this.#replies(message));
    this.#files?.show(element, message);
    return element;
  }

  /** The message, below its day where that is another than that of the one before it. */
  #dated(message, before) {
    return [renderDay(message, before, this.#t), this.#element(message)].filter(Boolean);
  }

  #rating(seq) {
    const rate = async (vote, reason) => (this.#ratings[seq] = await this.#client.rate(seq, vote, reason));
    return renderRating(this.#t, this.#ratings[seq], rate);
  }

  #onRated({ seq, ...rating }) {
    this.#ratings[seq] = rating;
    const meta = this.#log.querySelector(`[data-seq="${seq}"] .meta`);
    meta?.replaceChildren(meta.firstChild, ...this.#rating(seq)); // the time stays
  }

  /** What the visitor said after a message, by button or in words: until then its buttons work. */
  #replyTo(message) {
    return this.#messages.find(({ seq, from }) => seq > message.seq && from === "visitor") ?? this.#client.outbox[0];
  }

  #replies(message) {
    const reply = this.#replyTo(message);
    return renderReplies(message, this.#t, {
      over: Boolean(reply),
      chosen: reply?.text,
      choose: (title) => {
        this.ask(title);
        this.#input.focus(); // the chosen button is disabled now and would drop the focus
      },
    });
  }

  /** Close the buttons of messages that have their reply; others stay as they are, for one may have the focus. */
  #updateReplies() {
    for (const group of this.#log.querySelectorAll(".replies:not(.over)")) {
      const message = this.#messages.find(({ seq }) => seq === Number(group.parentElement.dataset.seq));
      if (this.#replyTo(message)) group.replaceWith(this.#replies(message));
    }
  }

  /** Show what the server has not confirmed yet, after what it has. */
  #showPending() {
    for (const element of this.#log.querySelectorAll(".pending")) element.remove();
    for (const { text } of this.#client.outbox) {
      this.#dots.before(renderMessage({ from: "visitor", text }, this.#t, { pending: true }));
    }
    this.#notePending();
    this.#updateReplies();
    this.#consent.hidden = this.#awaitsAgreement || this.#client.outbox.length > 0 || this.#messages.some(({ from }) => from === "visitor");
    if (this.#client.outbox.length) this.#toEnd();
  }

  /** Say of what is not in the transcript yet where it is. */
  #notePending() {
    const { sent, sending, waiting } = this.#t;
    this.#log.querySelectorAll(".pending .note").forEach((note, n) => {
      note.textContent = this.#client.outbox[n]?.sent ? sent : this.#connection === "online" ? sending : waiting;
    });
  }

  #onTyping(typing) {
    const follow = this.#atEnd();
    this.#dots.hidden = !typing;
    clearTimeout(this.#timers.typing);
    if (typing) this.#timers.typing = setTimeout(() => this.#onTyping(false), TYPING_TIMEOUT);
    if (typing && follow) this.#toEnd();
  }

  /** Who beside the guide has the conversation has changed, or their place in the queue. */
  async #onPeople(latest) {
    this.#people = latest;
    if (!latest && !this.#strip) return;
    const { PEOPLE, PeopleStrip, withPeople } = await import("./widget-people.js");
    const [people, end] = [this.#people, this.#atEnd()]; // more may have come meanwhile
    const hasThem = withPeople(people);
    if (!this.#strip) {
      this.#strip = new PeopleStrip(this.#t.language, {
        back: () => this.#client.backToGuide(),
        rate: (stars) => this.#client.rateTalk(stars),
        tell: (text) => this.#tell(text),
        done: () => this.#input.focus(), // its button goes, and would drop the focus
      });
      this.#told.after(this.#strip.element);
    }
    if (this.#strip.show(people)) this.#input.focus();
    if (hasThem && this.shadowRoot.activeElement === this.#talkButton) this.#input.focus();
    this.#talkButton.hidden = hasThem;
    const [words, name] = [PEOPLE[this.#t.language], people?.agent?.name];
    this.#subtitle.textContent = name ? words.from(name) : this.#t.subtitle;
    this.#input.placeholder = hasThem && name ? words.write(name) : this.#t.placeholder;
    this.#dots.setAttribute("aria-label", name ? words.writes(name) : this.#t.typing);
    if (end) this.#toEnd("instant"); // the strip takes room from what was in view
  }

  #onState(state) {
    if (state === this.#connection) return; // each failed attempt says so again
    this.#connection = state;
    clearTimeout(this.#timers.state);
    const text = this.#t.state[state] ?? "";
    const show = () => {
      const end = this.#atEnd();
      this.#state.textContent = text;
      this.#state.parentElement.hidden = !text;
      if (end) this.#toEnd("instant"); // the banner takes room from what was in view
    };
    if (state === "connecting") this.#timers.state = setTimeout(show, BANNER_DELAY);
    else show();
    this.#notePending();
    if (text) this.#onTyping(false);
  }

  /** Say a new message once: the live region is emptied, so that nobody meets it again as content. */
  #announce(message) {
    if (this.#panel.hidden) return;
    const text = `${sender(message, this.#t)}: ${spoken(message, this.#t)}`;
    this.#live.append(h("p", { lang: spokenIn(message), dir: "auto" }, text));
    clearTimeout(this.#timers.live);
    this.#timers.live = setTimeout(() => this.#live.replaceChildren(), SPOKEN_FOR);
  }

  /** What came while the chat was closed, or the page behind another, is unread. */
  #countUnread() {
    const last = this.#messages.at(-1)?.seq ?? 0;
    if (!this.#panel.hidden && !document.hidden && last > this.#client.seen) this.#client.seen = last;
    const unread = this.#messages.filter(({ seq, from }) => seq > this.#client.seen && from !== "visitor").length;
    this.#badge.replaceChildren(String(unread), h("span", { class: "hidden" }, ` ${this.#t.unread}`));
    this.#badge.hidden = !unread;
    this.#showTitle(unread);
  }

  #showTitle(unread) {
    const shown = document.title;
    const title = shown.startsWith(this.#titled) ? shown.slice(this.#titled.length) : shown; // the page may have a new one
    this.#titled = unread ? `(${unread}) ` : "";
    if (shown !== this.#titled + title) document.title = this.#titled + title;
  }

  #atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
  }

  /** Scroll to the end, or to the beginning of a last message that is longer than the window, or of everything. */
  #reveal(element, behavior = "auto") {
    if (!this.#consent.hidden) this.#log.scrollTo({ top: 0, behavior });
    else if (element?.offsetHeight > this.#log.clientHeight) this.#log.scrollTo({ top: element.offsetTop - 12, behavior });
    else this.#toEnd(behavior);
  }

  #toEnd(behavior = "auto") {
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior });
    this.#jump.hidden = true;
  }

  #transcript() {
    return [this.#heading.textContent, ...this.#messages.map((message) => written(message, this.#t))].join("\n\n");
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#transcript());
      this.#tell(this.#t.copied);
    } catch {
      this.#tell(this.#t.notCopied);
    }
  }

  /** Say for a moment how something went that the visitor asked the frame to do. */
  #tell(text) {
    this.#told.textContent = text;
    clearTimeout(this.#timers.told);
    this.#timers.told = setTimeout(() => this.#told.replaceChildren(), TOLD_FOR);
  }

  #save() {
    const href = URL.createObjectURL(new Blob([this.#transcript()], { type: "text/plain" }));
    h("a", { href, download: "conversation.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  /** Print the conversation and not the page: from a frame of its own. */
  #print() {
    const print = ({ target: { contentWindow: page } }) => {
      const text = page.document.createElement("pre");
      text.textContent = this.#transcript();
      Object.assign(text.style, { font: "12pt/1.5 sans-serif", whiteSpace: "pre-wrap" });
      page.document.title = this.#heading.textContent;
      page.document.body.append(text);
      page.addEventListener("afterprint", () => frame.remove());
      page.print();
    };
    const frame = h("iframe", { class: "hidden", "aria-hidden": "true", tabindex: "-1", onload: print });
    this.shadowRoot.append(frame);
  }

  /** Where to, and whether the address is theirs. */
  async #askCopy() {
    const { copyForm } = await import("./widget-people.js");
    const done = (text) => {
      this.#asking.hidden = true;
      if (text) this.#tell(text);
      this.#input.focus();
    };
    this.#asking.replaceChildren(copyForm(this.#t.language, (body) => this.#client.copy(body), done));
    this.#asking.hidden = false;
    this.#asking.querySelector("input").focus();
  }

  /** Ask first: what was said will not be found again. */
  #askRestart() {
    const t = this.#t;
    const done = () => {
      this.#asking.hidden = true;
      this.#input.focus();
    };
    const restart = () => {
      this.#client.restart();
      done();
    };
    const button = (label, onclick) => h("button", { type: "button", class: "reply", onclick }, label);
    const keep = button(t.keep, done);
    this.#asking.replaceChildren(
      h("p", { id: "asked" }, t.confirmRestart),
      h("div", { class: "replies" }, button(t.confirm, restart), keep),
    );
    this.#asking.hidden = false;
    keep.focus();
  }
}

// The page may hold the script twice.
if (!customElements.get(NAME)) customElements.define(NAME, InsuranceGuideChat);
