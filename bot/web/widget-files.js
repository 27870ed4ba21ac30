/**
 * Files for an agent: a button beside the composer, how far a file is on its way, and files in the conversation.
 * Loaded only where the guide takes files.
 */
import { h, icon } from "./widget-view.js";

const CLIP = "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4L14.5 7";
const ENDINGS = ".png,.jpg,.jpeg,.webp,.pdf"; // some systems know files by these alone

const WORDS = {
  en: {
    attach: "Send a picture or PDF to an agent",
    sending: (name) => `Sending ${name}…`,
    sent: (name) => `${name} was sent.`,
    cancel: "Cancel",
    canceled: "The file was not sent.",
    again: "Try again",
    lost: (name) => `${name} could not be sent. Please check your connection.`,
    wrong_kind: "Only pictures (PNG, JPEG, WebP) and PDF files can be sent here.",
    too_large: (most) => `This file is too large: please keep it under ${most} MB.`,
    damaged_file: "This file may be damaged. Please save it again and send that.",
    too_many_files: "There are as many files here as there may be. Please send the others another way.",
    open: (name, size) => `Save ${name}, ${size}`,
    gone: "This file cannot be opened any more.",
  },
  es: {
    attach: "Enviar una imagen o un PDF a un agente",
    sending: (name) => `Enviando ${name}…`,
    sent: (name) => `${name} se ha enviado.`,
    cancel: "Cancelar",
    canceled: "El archivo no se envió.",
    again: "Intentar de nuevo",
    lost: (name) => `${name} no se pudo enviar. Compruebe su conexión.`,
    wrong_kind: "Aquí solo se pueden enviar imágenes (PNG, JPEG, WebP) y archivos PDF.",
    too_large: (most) => `El archivo es demasiado grande: debe tener menos de ${most} MB.`,
    damaged_file: "El archivo puede estar dañado. Guárdelo de nuevo y envíe ese.",
    too_many_files: "Ya no caben más archivos aquí. Envíe los demás de otra manera.",
    open: (name, size) => `Guardar ${name}, ${size}`,
    gone: "Este archivo ya no se puede abrir.",
  },
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
.attach { width: 44px; height: 48px; }
.upload { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; padding: 8px 12px 0 18px; font-size: 14px;
  background: var(--paper); border-top: 1px solid var(--line); }
.upload:not([hidden]) + .composer { border-top: 0; }
.upload p { flex: 1 1 160px; min-width: 0; margin: 0; overflow-wrap: anywhere; }
.upload.failed p { color: var(--no); }
.upload .reply { padding: 8px 14px; }
.file { display: flex; align-items: center; gap: 8px; min-height: 44px; margin: -4px 0; padding: 0; border: 0;
  background: none; color: inherit; text-align: start; text-decoration: underline; text-underline-offset: 2px;
  overflow-wrap: anywhere; }
.file svg { width: 18px; height: 18px; }
.file:focus-visible { outline-color: currentColor; }
`);

const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");

export class Files {
  #at; // (path) => {url, token}
  #t;
  #language;
  #most;
  #kinds;
  #tell;
  #sending = null; // {file, id, request}

  /**
   * `composer` is the form of the chat in its shadow root, `at(path)` tells where the guide is and who asks,
   * `tell(text)` says something for a moment.
   */
  constructor({ composer, language, most, kinds, at, tell }) {
    Object.assign(this, { composer });
    this.#at = at;
    this.#t = WORDS[language];
    this.#language = language;
    this.#most = most;
    this.#kinds = kinds;
    this.#tell = tell;
    const root = composer.getRootNode();
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    this.input = h("input", {
      type: "file",
      hidden: true,
      accept: [...kinds, ENDINGS].join(),
      onchange: () => this.#chosen(),
    });
    const label = this.#t.attach;
    const choose = () => this.input.click();
    this.button = h("button", { type: "button", class: "tool attach", "aria-label": label, title: label, onclick: choose }, icon(CLIP));
    this.said = h("p", { role: "status" });
    this.bar = h("progress", { max: 100, value: 0, "aria-label": label });
    this.stop = h("button", { type: "button", class: "reply", onclick: () => this.#stopped() }, this.#t.cancel);
    this.retry = h("button", { type: "button", class: "reply", onclick: () => this.#send() }, this.#t.again);
    this.row = h("div", { class: "upload", hidden: true }, this.said, this.bar, this.retry, this.stop);
    composer.prepend(this.input, this.button);
    composer.before(this.row);
  }

  /** Make the bubble of a message with a file a button that saves it. */
  show(element, { file }) {
    if (!file) return;
    const size = new Intl.NumberFormat(this.#language, {
      style: "unit",
      unit: file.size < 1e6 ? "kilobyte" : "megabyte",
      maximumFractionDigits: file.size < 1e6 ? 0 : 1,
    }).format(Math.max(1, file.size / 1e3) / (file.size < 1e6 ? 1 : 1e3));
    const save = () => this.#save(file);
    const label = this.#t.open(file.name, size);
    const name = h("bdi", {}, file.name);
    const button = h("button", { type: "button", class: "file", "aria-label": label, onclick: save }, icon(CLIP), name, ` ${size}`);
    element.querySelector(".bubble").replaceChildren(button);
  }

  #chosen() {
    const [file] = this.input.files;
    this.input.value = ""; // so that the same one can be chosen again
    if (!file) return;
    this.#sending?.request?.abort();
    this.#sending = { file, id: randomId() };
    if (file.type && !this.#kinds.includes(file.type)) this.#failed(this.#t.wrong_kind);
    else if (file.size > this.#most) this.#failed(this.#t.too_large(Math.floor(this.#most / 2 ** 20)));
    else this.#send();
  }

  #send() {
    const { file, id } = this.#sending;
    const { url, token } = this.#at(`chat/file?${new URLSearchParams({ id, name: file.name })}`);
    const had = this.row.contains(this.row.getRootNode().activeElement);
    const request = (this.#sending.request = new XMLHttpRequest()); // fetch tells nothing of what is on its way
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => (this.bar.value = (100 * loaded) / total);
    request.onload = () => {
      if (request.status === 201) return this.#done(this.#t.sent(file.name));
      const { code, message } = request.response?.error ?? {};
      const word = this.#t[code];
      const told = typeof word === "function" ? word(Math.floor(this.#most / 2 ** 20)) : (word ?? message);
      this.#failed(told ?? this.#t.lost(file.name), request.status >= 500 || request.status === 429);
    };
    request.onerror = () => this.#failed(this.#t.lost(file.name), true);
    this.#showRow(this.#t.sending(file.name), { bar: true });
    if (had) this.stop.focus();
    request.send(file);
  }

  #failed(text, again = false) {
    this.#showRow(text, { again });
    this.row.classList.add("failed");
  }

  #stopped() {
    const unsent = this.#sending?.request?.readyState < XMLHttpRequest.DONE;
    this.#sending?.request?.abort();
    this.#done(unsent ? this.#t.canceled : "");
  }

  #done(text) {
    const had = this.row.contains(this.row.getRootNode().activeElement);
    this.#sending = null;
    this.row.hidden = true;
    if (text) this.#tell(text);
    if (had) this.button.focus(); // the row is gone, and would drop the focus
  }

  #showRow(text, { bar = false, again = false }) {
    this.row.hidden = false;
    this.row.classList.remove("failed");
    this.bar.hidden = !bar;
    this.bar.value = 0;
    this.retry.hidden = !again;
    this.said.textContent = text;
  }

  async #save({ key, name }) {
    const { url, token } = this.#at(`chat/file/${key}`);
    try {
      const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit" });
      if (!reply.ok) throw new Error(reply.statusText);
      const href = URL.createObjectURL(await reply.blob());
      h("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    } catch {
      this.#tell(this.#t.gone);
    }
  }
}
