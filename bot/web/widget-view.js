/**
 * What the chat shows: the frame's words in each language, its looks, and messages as DOM.
 * Text only ever becomes text nodes: nothing a bot or a visitor says is markup.
 */

/** The words of the frame. What the guide says comes from the guide, in the language it answers in. */
export const TEXTS = {
  en: {
    launcher: "Ask about coverage",
    close: "Close the chat",
    heading: "Insurance guide",
    subtitle: "Automated, with sources",
    consent: "This is an automated assistant, not a person, and the chat is recorded.",
    recording:
      "This chat is recorded and stored, including what you type. If you would rather not be recorded, please close " +
      "it and contact the agency another way.",
    agree: "Agree and chat",
    notAgreed: "That could not be stored. Please try again.",
    privacy: "Privacy",
    log: "Conversation",
    you: "You",
    bot: "Guide",
    agent: "Agent",
    licence: "license",
    system: "Note",
    input: "Your question",
    placeholder: "Type your question",
    send: "Send",
    person: "Agent",
    talk: "Talk to an agent",
    replies: "Suggested replies",
    more: "More about this",
    table: "Side by side",
    source: "Source",
    sources: "Sources",
    others: (count) => `and ${count} more`,
    reviewed: ({ by, licence }, on) => `Reviewed by ${by}, ${licence}, ${on}.`,
    sending: "Sending…",
    sent: "Sent",
    waiting: "Not sent yet",
    typing: "The guide is writing",
    newMessages: "New messages",
    menu: "Save, print and more",
    copy: "Copy the conversation",
    mail: "E-mail the conversation",
    copied: "The conversation is copied.",
    notCopied: "Your browser did not allow it. You can save the conversation instead.",
    save: "Save the conversation as text",
    print: "Print the conversation",
    restart: "Start a new conversation",
    confirmRestart: "Start a new conversation? This one will no longer be shown here.",
    confirm: "Start anew",
    keep: "Keep this one",
    rating: "Was this helpful?",
    up: "Helpful",
    down: "Not helpful",
    reason: "What was missing? (optional)",
    giveReason: "Submit what was missing",
    thanks: "Thank you.",
    notKept: "Your rating could not be stored.",
    progress: (at, of) => `${at} of ${of}`,
    question: (at, of) => `Question ${at} of ${of}`,
    tooLong: (over) => `${over.toLocaleString("en")} characters too long`,
    unread: "unread",
    verdict: { yes: "Yes", no: "No", depends: "It depends", unknown: "Not settled" },
    state: {
      connecting: "Connection lost. Trying again…",
      unreachable: "The chat cannot be reached just now. Trying again…",
      busy: "The chat is busy. Trying again…",
      offline: "You are offline. Your messages will be sent when you are back.",
    },
    refused: {
      empty: "There is nothing in this message. Please type your question.",
      too_long: "This message is too long. Please shorten it.",
      too_large: "This message is too long. Please shorten it.",
      foreign_origin: "The chat is not available on this page.",
      not_agreed: "Please agree first that this chat is recorded.",
    },
  },
  es: {
    launcher: "Pregunte por su cobertura",
    close: "Cerrar el chat",
    heading: "Guía de seguros",
    subtitle: "Automática, con fuentes",
    consent: "Le atiende un asistente automático, no una persona. Responde en inglés, y el chat queda grabado.",
    recording:
      "Este chat se graba y se guarda, incluido lo que usted escribe. Si prefiere que no se le grabe, ciérrelo y " +
      "comuníquese con la agencia de otra manera.",
    agree: "Aceptar y chatear",
    notAgreed: "No se pudo guardar. Inténtelo de nuevo.",
    privacy: "Privacidad",
    log: "Conversación",
    you: "Usted",
    bot: "Guía",
    agent: "Agente",
    licence: "licencia",
    system: "Nota",
    input: "Su pregunta",
    placeholder: "Escriba su pregunta en inglés",
    send: "Enviar",
    person: "Agente",
    talk: "Hablar con un agente",
    replies: "Respuestas sugeridas",
    more: "Más sobre este tema",
    table: "Comparación",
    source: "Fuente",
    sources: "Fuentes",
    others: (count) => `y ${count} más`,
    reviewed: ({ by, licence }, on) => `Revisado por ${by}, ${licence}, ${on}.`,
    sending: "Enviando…",
    sent: "Enviado",
    waiting: "Sin enviar todavía",
    typing: "La guía está escribiendo",
    newMessages: "Mensajes nuevos",
    menu: "Guardar, imprimir y más",
    copy: "Copiar la conversación",
    mail: "Enviar la conversación por correo",
    copied: "La conversación se ha copiado.",
    notCopied: "Su navegador no lo permitió. Puede guardar la conversación como texto.",
    save: "Guardar la conversación como texto",
    print: "Imprimir la conversación",
    restart: "Empezar una conversación nueva",
    confirmRestart: "¿Desea empezar una conversación nueva? Esta dejará de mostrarse aquí.",
    confirm: "Empezar de nuevo",
    keep: "Seguir con esta",
    rating: "¿Le resultó útil?",
    up: "Útil",
    down: "No útil",
    reason: "¿Qué faltó? (opcional)",
    giveReason: "Enviar lo que faltó",
    thanks: "Muchas gracias.",
    notKept: "No se pudo guardar su valoración.",
    progress: (at, of) => `${at} de ${of}`,
    question: (at, of) => `Pregunta ${at} de ${of}`,
    tooLong: (over) => `Al mensaje le sobran caracteres: ${over.toLocaleString("es")}`,
    unread: "sin leer",
    verdict: { yes: "Sí", no: "No", depends: "Depende", unknown: "Sin determinar" },
    state: {
      connecting: "Se perdió la conexión. Intentando de nuevo…",
      unreachable: "No se puede acceder al chat en este momento. Intentando de nuevo…",
      busy: "El chat está ocupado. Intentando de nuevo…",
      offline: "No tiene conexión a internet. Sus mensajes se enviarán cuando la recupere.",
    },
    refused: {
      empty: "El mensaje está vacío. Por favor, escriba su pregunta.",
      too_long: "El mensaje es demasiado largo. Por favor, acórtelo.",
      too_large: "El mensaje es demasiado largo. Por favor, acórtelo.",
      foreign_origin: "El chat no está disponible en esta página.",
      not_agreed: "Acepte primero que este chat se grabe.",
    },
  },
};

/** The language of the frame for a tag such as "es-MX": one there are words for. */
export const languageOf = (tag) => {
  const language = String(tag ?? "").toLowerCase().split("-")[0];
  return Object.hasOwn(TEXTS, language) ? language : "en";
};

/** The language of a message where it is known: the guide's own; null for people's. */
export const spokenIn = (message) => (message.from === "bot" ? "en" : null);

const DARK = `
  --accent: var(--guide-accent, var(--brand-dark, #6cc3a8)); --on-accent: var(--guide-on-accent, #0c1f19);
  --paper: #1b211f; --ground: #121715; --ink: #e9eeeb; --soft: #a5b0ab; --line: #343d39; --edge: #7b8782;
  --yes: #8fe0ae; --yes-bg: #163a26; --no: #ffb4a9; --no-bg: #4a1c17;
  --depends: #f7cf85; --depends-bg: #43310c; --unknown: #c3ced8; --unknown-bg: #2c363e;
  --lift: 0 2px 6px rgb(0 0 0 / .5), 0 12px 40px rgb(0 0 0 / .6);
  --scheme: dark;
`;

/**
 * A page themes the chat by custom properties on the element: --guide-accent, --guide-on-accent, --guide-font,
 * --guide-radius, --guide-z, --guide-inset.
 */
const css = `
:host {
  --accent: var(--guide-accent, var(--brand-light, #17594a));
  --on-accent: var(--guide-on-accent, #fff);
  --radius: var(--guide-radius, 16px);
  --inset: var(--guide-inset, 20px);
  --paper: #fff; --ground: #f6f5f1; --ink: #1d2522; --soft: #56605c; --line: #dcdad2; --edge: #7d8782;
  --yes: #17623a; --yes-bg: #dff2e4; --no: #9a2218; --no-bg: #fbe4e0;
  --depends: #7a4a00; --depends-bg: #fdeecb; --unknown: #45505a; --unknown-bg: #e6eaee;
  --lift: 0 2px 6px rgb(20 30 26 / .16), 0 12px 40px rgb(20 30 26 / .2);
  --scheme: light dark;
}
@media (prefers-color-scheme: dark) { :host(:not([theme=light])) { ${DARK} } }
:host([theme=dark]) { ${DARK} }
:host([theme=light]) { --scheme: light; }
:host([hidden]) { display: none; }
*, *::before { box-sizing: border-box; }
/* Not on the host: a page's rule for all elements would win there, and be inherited by everything. */
.frame {
  all: initial; box-sizing: border-box; color-scheme: var(--scheme); color: var(--ink);
  font: 16px/1.5 var(--guide-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif);
}
[hidden] { display: none !important; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; flex: none; }

.launcher {
  position: fixed; right: var(--inset); bottom: var(--inset); z-index: var(--guide-z, 2147483000);
  display: flex; align-items: center; gap: 10px; min-height: 56px; padding: 0 22px 0 18px; border: 0;
  border-radius: 28px; background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: var(--lift);
  cursor: pointer;
}
.launcher:hover { filter: brightness(1.08); }
.launcher[aria-expanded=true] { padding: 0; width: 56px; justify-content: center; }
:host([position=left]) :is(.launcher, .panel) { right: auto; left: var(--inset); }
.badge {
  position: absolute; top: -6px; right: -2px; min-width: 24px; padding: 0 6px; border-radius: 12px;
  background: #b3261e; color: #fff; font-size: 14px; line-height: 24px; text-align: center;
}

.panel {
  position: fixed; right: var(--inset); bottom: calc(var(--inset) + 72px); z-index: var(--guide-z, 2147483000);
  display: flex; flex-direction: column; width: min(410px, calc(100vw - 2 * var(--inset)));
  height: min(680px, calc(100dvh - 2 * var(--inset) - 72px)); overflow: hidden;
  background: var(--ground); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--lift);
  animation: rise .18s ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }

.head {
  position: relative; z-index: 1; display: flex; align-items: center; gap: 2px; padding: 10px 8px 10px 18px;
  background: var(--paper); border-bottom: 1px solid var(--line);
}
.logo { max-width: 96px; height: 36px; margin-right: 10px; object-fit: contain; }
.title { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 17px; line-height: 1.3; overflow-wrap: anywhere; }
.head p { margin: 0; font-size: 13px; color: var(--soft); }
.tool {
  display: flex; align-items: center; justify-content: center; gap: 6px; min-width: 44px; height: 44px; padding: 0;
  border: 0; border-radius: 12px; background: none; color: var(--soft);
}
.tool:hover, .items > :hover { background: var(--ground); color: var(--ink); }
.tool svg, .items svg { width: 20px; height: 20px; }
.tool[aria-controls=items] svg { stroke-width: 3.5; }
.talk { padding: 0 14px 0 11px; border: 1.5px solid var(--accent); border-radius: 22px; color: var(--accent);
  font-size: 15px; font-weight: 600; }
.talk:hover { background: var(--accent); color: var(--on-accent); }
.items {
  position: absolute; top: calc(100% - 4px); right: 8px; width: max-content; max-width: calc(100% - 16px); padding: 6px;
  background: var(--paper); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--lift);
}
.items > * {
  display: flex; align-items: center; gap: 12px; width: 100%; min-height: 44px; padding: 6px 14px 6px 10px; border: 0;
  border-radius: 9px; background: none; color: inherit; font-size: 15px; line-height: 1.3; text-align: left;
  text-decoration: none;
}
.items svg { color: var(--soft); }

.state, .asking { padding: 8px 18px; font-size: 14px; background: var(--depends-bg); color: var(--depends); }
.state p, .asking p { margin: 0; }
.state ::slotted(*) { margin: 4px 0 0 !important; color: inherit !important; font-size: 14px !important; }
.asking { padding-bottom: 12px; background: var(--paper); color: var(--ink); border-bottom: 1px solid var(--line); }
.consent { margin: 0; padding: 9px 18px 1px; font-size: 13px; line-height: 1.4; color: var(--soft); background: var(--paper);
  border-top: 1px solid var(--line); }
.consent:not([hidden]) + .composer { border-top: 0; }
.told { margin: 0; padding: 8px 18px; font-size: 14px; background: var(--ink); color: var(--paper); }
.told:empty { display: none; }
.people { padding: 10px 18px 12px; font-size: 14px; line-height: 1.4; background: var(--paper); border-top: 1px solid var(--line); }
.asking .reason { margin: 8px 0 2px; }
.people p { margin: 0; }
.people:not([hidden]) ~ .composer { border-top: 0; }
.greeting { margin: 0 0 14px; padding: 0 4px; font-size: 19px; line-height: 1.35; font-weight: 600; text-wrap: balance; }
.body { position: relative; flex: 1; min-height: 0; display: flex; }
.log {
  flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 18px 16px; scroll-behavior: smooth;
}
.log:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-top: 14px; }
.message:first-child { margin-top: 0; }
.bubble {
  max-width: 92%; padding: 12px 16px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 4px var(--radius) var(--radius) var(--radius); overflow-wrap: anywhere;
}
.bubble > * { margin: 10px 0 0; }
.bubble > :first-child { margin-top: 0; }
.bubble ul, .bubble ol { padding-inline-start: 22px; }
.bubble li { unicode-bidi: plaintext; }
.bubble li + li { margin-top: 4px; }
.bubble h3 { font-size: 15px; }
.verbatim { white-space: pre-wrap; }
.visitor { align-items: flex-end; }
.visitor .bubble {
  max-width: 85%; padding: 9px 16px; background: var(--accent); border-color: transparent; color: var(--on-accent);
  border-radius: var(--radius) var(--radius) 4px var(--radius);
}
.pending .bubble { opacity: .75; }
.day { margin: 22px 0 8px; font-size: 13px; text-align: center; color: var(--soft); }
.day:first-child { margin-top: 0; }
.note, .sender, time { font-size: 13px; color: var(--soft); margin: 2px 4px; }
time { font-size: 12px; }
.meta { display: flex; flex-wrap: wrap; align-items: center; max-width: 100%; }
.rating { display: flex; align-items: center; }
.thumb { display: grid; place-items: center; width: 44px; height: 44px; padding: 0; border: 0; border-radius: 12px;
  background: none; color: var(--soft); }
.thumb:hover { background: var(--paper); color: var(--ink); }
.thumb svg { width: 18px; height: 18px; }
.thumb.down svg { rotate: 180deg; }
.thumb[aria-pressed=true] { color: var(--accent); }
.thumb[aria-pressed=true] svg { fill: currentColor; }
.reason { flex-basis: 100%; display: flex; gap: 6px; padding: 0; margin-bottom: 4px; background: none; border: 0; }
.reason input { flex: 1; min-width: 0; min-height: 44px; padding: 8px 14px; background: var(--paper);
  border: 1px solid var(--edge); border-radius: 22px; font-size: 16px; }
.reason input::placeholder { color: var(--soft); opacity: 1; }
.progress { display: flex; align-items: center; gap: 10px; font-size: 13px; color: var(--soft); }
progress { appearance: none; width: 120px; height: 6px; border: 0; border-radius: 3px; overflow: hidden;
  background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); }
progress::-moz-progress-bar { background: var(--accent); }
.system { align-items: center; }
.system .bubble { background: none; border: 0; padding: 0; font-size: 14px; color: var(--soft); text-align: center; }
a { color: var(--accent); text-underline-offset: 2px; }

.verdict {
  display: inline-flex; align-items: center; gap: 7px; padding: 3px 13px 3px 10px; border-radius: 999px;
  font-weight: 700; font-size: 15px; color: var(--chip); background: var(--chip-bg);
}
.verdict::before {
  display: grid; place-items: center; width: 18px; height: 18px; border-radius: 50%; font-size: 12px; line-height: 1;
  background: var(--chip); color: var(--chip-bg);
}
.yes { --chip: var(--yes); --chip-bg: var(--yes-bg); } .yes::before { content: "✓"; content: "✓" / ""; }
.no { --chip: var(--no); --chip-bg: var(--no-bg); } .no::before { content: "✕"; content: "✕" / ""; }
.depends { --chip: var(--depends); --chip-bg: var(--depends-bg); } .depends::before { content: "±"; content: "±" / ""; }
.unknown { --chip: var(--unknown); --chip-bg: var(--unknown-bg); } .unknown::before { content: "?"; content: "?" / ""; }

.bubble:has(table) { max-width: 100%; }
.bubble > .table { position: relative; margin: 14px -16px 0; overflow-x: auto; }
.table:focus-visible { outline-offset: -3px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; line-height: 1.4; overflow-wrap: break-word; }
th, td { min-width: 124px; padding: 8px 10px 12px; text-align: start; vertical-align: top; }
th:first-child, td:first-child { padding-left: 16px; }
th + th, td + td { border-left: 1px solid var(--line); }
thead th { padding-bottom: 8px; line-height: 1.3; vertical-align: bottom; }
tbody th { padding-block: 5px; background: var(--ground); color: var(--soft); font-size: 13px; font-weight: 600; }
tbody th span { position: sticky; left: 16px; display: inline-block; }

.bubble > .sources { padding-top: 6px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft); }
.sources summary { margin: 0 0 -6px; font-size: 13px; font-weight: 400; color: inherit; line-height: 1.35; }
.sources summary::before { flex: none; }
cite { font-style: normal; }
details summary {
  display: flex; align-items: center; gap: 8px; min-height: 44px; margin: -6px 0 -8px; font-weight: 600;
  font-size: 15px; color: var(--accent); cursor: pointer; list-style: none;
}
summary::-webkit-details-marker { display: none; }
summary::before {
  content: ""; width: 7px; height: 7px; margin: 0 3px; border: solid currentColor; border-width: 0 2px 2px 0;
  transform: rotate(-45deg); transition: transform .15s;
}
details[open] summary::before { transform: rotate(45deg) translate(-2px, -2px); }
details > :not(summary) { margin: 8px 0 0; }

.replies { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
.reply {
  display: inline-flex; align-items: center; min-height: 44px; padding: 8px 16px; text-align: left; line-height: 1.3;
  font-size: 15px; font-weight: 500; background: var(--paper); color: var(--accent); text-decoration: none;
  border: 1.5px solid var(--accent); border-radius: 22px;
}
.reply:not(:disabled):hover { background: var(--accent); color: var(--on-accent); }
.over .reply:disabled { background: none; border-color: var(--line); color: var(--soft); }
.over .reply[aria-pressed=true] { border-color: var(--accent); color: var(--accent); font-weight: 700; }
.over .reply[aria-pressed=true]::before { content: "✓"; content: "✓" / ""; margin-right: 7px; }

.typing { display: flex; gap: 5px; width: max-content; margin-top: 14px; padding: 15px 17px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 4px var(--radius) var(--radius) var(--radius); }
.typing i { width: 8px; height: 8px; border-radius: 50%; background: var(--soft); animation: breathe 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: .15s; }
.typing i:nth-child(3) { animation-delay: .3s; }
@keyframes breathe { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
.jump {
  position: absolute; bottom: 10px; left: 50%; translate: -50%; min-height: 44px; padding: 0 18px; border: 0;
  border-radius: 22px; background: var(--ink); color: var(--paper); font-size: 15px; box-shadow: var(--lift);
}

.composer { display: flex; align-items: flex-end; gap: 8px; padding: 12px; background: var(--paper);
  border-top: 1px solid var(--line); }
.field { flex: 1; min-width: 0; }
textarea {
  display: block; width: 100%; min-height: 48px; max-height: 144px; padding: 11px 16px; resize: none;
  field-sizing: content; line-height: 24px; background: var(--ground); border: 1px solid var(--edge); border-radius: 24px;
}
textarea::placeholder { color: var(--soft); opacity: 1; }
textarea:focus-visible { outline-offset: 0; border-color: transparent; }
.send {
  display: grid; place-items: center; width: 48px; height: 48px; flex: none; border: 0; border-radius: 50%;
  background: var(--accent); color: var(--on-accent);
}
.send:disabled { background: var(--line); color: var(--soft); }
.composer:has(+ .foot:not([hidden])) { padding-bottom: 4px; }
/* All of it in one size, as California's Insurance Code 1726 asks. */
.foot { display: flex; align-items: flex-start; gap: 12px; padding: 0 18px 0 14px; background: var(--paper);
  font-size: 13px; line-height: 1.35; color: var(--soft); }
.agency { flex: 1; min-width: 0; }
.agency summary { margin: 0; font-size: inherit; font-weight: 400; color: inherit; overflow-wrap: anywhere;
  text-wrap: balance; }
.agency summary::before { flex: none; }
.agency > :not(summary) { margin: 0 0 8px 21px; }
.foot > a { display: inline-flex; align-items: center; min-height: 44px; }
.error { margin: 0 4px 6px; font-size: 14px; color: var(--no); }

@media (max-width: 480px), (max-height: 480px) {
  .panel, :host([position=left]) .panel { inset: 0 0 auto; width: auto; height: 100dvh; border: 0; border-radius: 0; }
  .launcher[aria-expanded=true] { display: none; }
  .talk span { display: none; }
  .talk { padding: 0; border-color: transparent; }
  .launcher { width: 56px; padding: 0; justify-content: center; }
  .launcher .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  h2 { font-size: 16px; }
  .head { padding-left: 14px; }
  .composer:has(textarea:focus) + .foot { display: none; } /* the keyboard leaves little room */
}
@media (prefers-reduced-motion: reduce) {
  *, *::before { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}
@media (forced-colors: active) {
  .verdict, .launcher, .send, .visitor .bubble { border: 1px solid; }
  .thumb[aria-pressed=true] { outline: 2px solid; outline-offset: -6px; }
}
@media print { :host { display: none; } }
`;

/** One stylesheet, shared by all instances; unlike a <style> element it needs no exception in a CSP. */
export const stylesheet = new CSSStyleSheet();
stylesheet.replaceSync(css);

const luminance = (color) => {
  const linear = color.map((part) => (part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};

/** Contrast of two colours as WCAG defines it, 1 to 21. */
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** The colour, mixed with ink until it can be read on the ground and the ground on it. */
function legible(color, ground, ink) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((part, n) => Math.round(part + (ink[n] - part) * share));
    if (contrast(mixed, ground) >= 4.6) return `rgb(${mixed})`;
  }
  return `rgb(${ink})`;
}

/** The agency's colour as a stylesheet, legible by day and by night; null for what is no colour. */
export function brand(color) {
  if (!CSS.supports("color", color)) return null;
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = color;
  const hex = canvas.fillStyle; // the canvas writes names, rgb() and hsl() as #rrggbb
  if (!/^#[0-9a-f]{6}$/.test(hex)) return null;
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const sheet = new CSSStyleSheet();
  const light = legible(parts, [246, 245, 241], [29, 37, 34]);
  const dark = legible(parts, [27, 33, 31], [233, 238, 235]);
  sheet.replaceSync(`:host { --brand-light: ${light}; --brand-dark: ${dark}; }`);
  return sheet;
}

/** Create an element: attributes, listeners ("onclick") and children; strings become text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

export const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0",
  menu: "M12 5v.01M12 12v.01M12 19v.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  restart: "M4 12a8 8 0 1 0 3-6.2M4 4v5h5",
  privacy: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
};

/** An icon from path data on a 24 × 24 grid. */
export function icon(path) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(ns, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** The address if it is safe to link to, else null: no javascript:, no data:, no plain http elsewhere. */
export function safeUrl(address) {
  try {
    const url = new URL(address, document.baseURI);
    const own = url.protocol === "http:" && url.origin === location.origin; // blob: and "null" have origins, too
    const safe = own || ["https:", "mailto:", "tel:"].includes(url.protocol);
    return safe ? url.href : null;
  } catch {
    return null;
  }
}

function link(address, label) {
  const href = safeUrl(address);
  if (!href) return label;
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

const INLINE = /\*\*(?<bold>[^*\n]+)\*\*|\[(?<label>[^\]\n]+)\]\((?<target>[^\s)]+)\)|(?<bare>https:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const { bold, label, target, bare } = match.groups;
    nodes.push(text.slice(end, match.index));
    if (bold) nodes.push(h("strong", {}, bold));
    else if (bare) nodes.push(link(bare, bare));
    else nodes.push(safeUrl(target) ? link(target, label) : match[0]);
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

const BULLET = /^\s*[-*•]\s+/;
const NUMBER = /^\s*\d{1,2}[.)]\s+/;

/** Each text runs the way its own first letters do. */
const AUTO = { dir: "auto" };

/** Paragraphs, lists, bold and links: as much Markdown as an answer needs. */
export function rich(text) {
  const blocks = [];
  let block = null;
  for (const line of String(text ?? "").split("\n")) {
    const kind = !line.trim() ? null : BULLET.test(line) ? "ul" : NUMBER.test(line) ? "ol" : "p";
    if (!kind) {
      block = null;
    } else if (kind === "p") {
      if (block?.localName === "p") block.append(h("br"), ...inline(line));
      else blocks.push((block = h("p", AUTO, ...inline(line))));
    } else {
      if (block?.localName !== kind) blocks.push((block = h(kind, AUTO)));
      block.append(h("li", {}, ...inline(line.replace(kind === "ul" ? BULLET : NUMBER, ""))));
    }
  }
  return blocks;
}

const plain = (text) =>
  String(text ?? "").replace(INLINE, (match, bold, label) => bold ?? label ?? match);

const answerOf = (message) => message.answer ?? message.custom?.answer ?? {};

/** The text without the verdict and the sources, where they are shown as parts of their own. */
const textOf = (message) => answerOf(message).body ?? message.text;

const verdictOf = (message) => {
  const { verdict } = answerOf(message);
  return Object.hasOwn(TEXTS.en.verdict, verdict ?? "") ? verdict : null;
};

/** Whether this answers a question, so that the visitor may say how well. */
export const ratable = (message) => message.from === "bot" && answerOf(message).status === "answered";

const when = (message, t, style) =>
  message.at && new Intl.DateTimeFormat(t.language, style).format(new Date(message.at));

const imprint = ({ publisher, year }) => [publisher, year].filter(Boolean).join(", ");

/** The first source by name; opened, all of them with where they appeared, and who signed the answer, if anybody did. */
function sourcesOf({ sources, signature }, t) {
  const [{ title }, ...others] = sources;
  const label = others.length ? `${t.sources}: ${title} ${t.others(others.length)}` : `${t.source}: ${title}`;
  const cited = sources.map((source) =>
    h("li", {}, h("cite", {}, source.url ? link(source.url, source.title) : source.title), imprint(source) && ` (${imprint(source)})`),
  );
  const date = new Intl.DateTimeFormat(t.language, { dateStyle: "long", timeZone: "UTC" });
  return h(
    "details",
    { class: "sources" },
    h("summary", {}, label),
    h("ul", {}, ...cited),
    signature && h("p", {}, t.reviewed(signature, date.format(new Date(signature.signed_on)))),
  );
}

/** Things side by side. A row's label spans the columns: on a phone they need the width. */
function tableOf({ columns, rows }, t) {
  const groups = rows.map(({ label, cells }) =>
    h(
      "tbody",
      {},
      h("tr", {}, h("th", { scope: "rowgroup", colspan: columns.length }, h("span", AUTO, label))),
      h("tr", {}, ...cells.map((cell) => h("td", AUTO, ...inline(cell)))),
    ),
  );
  return h(
    "div",
    { class: "table", role: "group", "aria-label": t.table, tabindex: "0" }, // keys can scroll it
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, columns.join(", ")),
      h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col", ...AUTO }, column)))),
      ...groups,
    ),
  );
}

/** Which question of a form this is; the bar says it to the eye, its label aloud. */
function progressOf([at, of], t) {
  return h(
    "div",
    { class: "progress" },
    h("progress", { value: at, max: of, "aria-label": t.question(at, of) }),
    h("span", { "aria-hidden": "true" }, t.progress(at, of)),
  );
}

/** What "more" opens: a text, or a list of texts and {title, text}. */
function more(content, t) {
  const parts = [content].flat().flatMap((part) =>
    typeof part === "object" ? [h("h3", AUTO, part.title ?? ""), ...rich(part.text)] : rich(part),
  );
  return h("details", {}, h("summary", {}, t.more), ...parts);
}

export function sender({ from, name, licence }, t) {
  if (from === "visitor") return t.you;
  return name && licence ? `${name}, ${t.licence} ${licence}` : name ?? t[from] ?? t.bot;
}

/** The message as one line of speech, for the live region and for the saved transcript; of a table only what it is. */
export function spoken(message, t) {
  const verdict = t.verdict[verdictOf(message)];
  const { table, progress } = answerOf(message);
  const compared = table && `${t.table}: ${table.columns.join(", ")}.`;
  const step = progress && `(${t.question(...progress)})`;
  return [verdict && `${verdict}.`, plain(textOf(message)), compared, step].filter(Boolean).join(" ");
}

/** The message as text for keeping. */
export function written(message, t) {
  const { table, sources = [] } = answerOf(message);
  const compared = (table?.rows ?? []).flatMap(({ label, cells }) => [
    `  ${label}`,
    ...cells.map((cell, n) => `  - ${table.columns[n]}: ${plain(cell)}`),
  ]);
  const cited = sources.map((source) => `  [${[source.title, imprint(source)].filter(Boolean).join(", ")}]`);
  const at = when(message, t, { dateStyle: "medium", timeStyle: "short" });
  return [at, `${sender(message, t)}: ${spoken(message, t)}`, ...compared, ...cited].filter(Boolean).join("\n");
}

const dayOf = ({ at }) => new Date(at).toDateString();

/** The day of a message where it is not that of the one before it; of the first, where it is not today. */
export function renderDay(message, before, t) {
  if (!message.at || dayOf(message) === dayOf(before ?? { at: Date.now() })) return null;
  const style = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
  return h("p", { class: "day" }, when(message, t, style));
}

/** One message; `pending` is one of ours that the server does not have yet; `rating` stands beside the time. */
export function renderMessage(message, t, { pending = false, rating = [] } = {}) {
  const { sources = [], more: details, table, progress } = answerOf(message);
  const verdict = verdictOf(message);
  const own = message.from === "visitor";
  const body = own ? [h("p", { class: "verbatim", ...AUTO }, message.text)] : rich(textOf(message));
  if (spokenIn(message)) for (const block of body) block.lang = spokenIn(message);
  const named = message.from === "agent" || message.from === "system";
  const said = when(message, t, { timeStyle: "short" });
  return h(
    "div",
    { class: `message ${message.from ?? "bot"}${pending ? " pending" : ""}`, "data-seq": message.seq },
    h("span", { class: named ? "sender" : "sender hidden" }, h("bdi", {}, sender(message, t)), ": "),
    h(
      "div",
      { class: "bubble" },
      progress && progressOf(progress, t),
      verdict && h("p", { class: `verdict ${verdict}` }, t.verdict[verdict]),
      ...body,
      table && tableOf(table, t),
      sources.length > 0 && sourcesOf(answerOf(message), t),
      details?.length > 0 && more(details, t),
    ),
    pending && h("span", { class: "note" }),
    said && h("div", { class: "meta" }, h("time", { datetime: message.at }, said), ...rating),
  );
}

const THUMB = "M7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9h5a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7M7 11v9H4v-9z";

/**
 * What the visitor thinks of an answer, with room for what was missing from it. Pressed again, a thumb takes its vote
 * back. `rate(vote, reason)` stores it and promises what is stored.
 */
export function renderRating(t, { vote, reason } = {}, rate) {
  const thumbs = ["up", "down"].map((name) =>
    h(
      "button",
      {
        type: "button",
        class: `thumb ${name}`,
        "aria-label": t[name],
        title: t[name],
        onclick: () => {
          give(vote === name ? null : name, "", vote === name ? "" : t.thanks);
          form.scrollIntoView({ block: "nearest" }); // it may have opened below what is in view
        },
      },
      icon(THUMB),
    ),
  );
  const field = h("input", {
    type: "text",
    maxlength: "500",
    ...AUTO,
    autocomplete: "off",
    enterkeyhint: "send",
    placeholder: t.reason,
    "aria-label": t.reason,
  });
  const form = h(
    "form",
    {
      class: "reason",
      onsubmit: (event) => {
        event.preventDefault();
        give(vote, field.value.trim(), t.thanks);
      },
    },
    field,
    h("button", { class: "tool", "aria-label": t.giveReason, title: t.giveReason }, icon(ICONS.send)),
  );
  const note = h("span", { class: "note", role: "status" });
  const show = () => {
    for (const thumb of thumbs) thumb.setAttribute("aria-pressed", String(thumb.classList.contains(vote)));
    form.hidden = vote !== "down";
    field.value = reason ?? "";
  };
  let given = 0;
  const give = async (newVote, newReason, thanks) => {
    const before = [vote, reason];
    const latest = ++given;
    [vote, reason] = [newVote, newReason];
    show();
    try {
      const kept = await rate(newVote, newReason);
      if (latest !== given) return;
      ({ vote, reason } = kept);
      note.textContent = thanks;
    } catch {
      if (latest !== given) return;
      [vote, reason] = before;
      note.textContent = t.notKept;
    }
    show();
  };
  show();
  return [h("div", { class: "rating", role: "group", "aria-label": t.rating }, ...thumbs), note, form];
}

/** Who answers for the chat, in the guide's own language: a line, and behind it what else the law asks to be shown. */
export function renderAgency(line, details) {
  return h(
    "details",
    { class: "agency", lang: "en" },
    h("summary", {}, line.replaceAll(" · ", "\u00a0· ")), // no line begins with a dot
    ...details.map((text) => h("p", {}, text)),
  );
}

/** A message's buttons. Once the conversation has moved on they stay as a record of what was chosen. */
export function renderReplies(message, t, { chosen, over, choose }) {
  const buttons = (message.buttons ?? []).map((button) => {
    const href = button.url && safeUrl(button.url);
    if (href) return h("a", { class: "reply", href, target: "_blank", rel: "noopener noreferrer" }, button.title);
    const pressed = over && button.title === chosen;
    return h(
      "button",
      {
        type: "button",
        class: "reply",
        ...AUTO,
        disabled: over,
        "aria-pressed": over ? String(pressed) : null,
        onclick: () => choose(button.title),
      },
      button.title,
    );
  });
  return h("div", { class: `replies${over ? " over" : ""}`, role: "group", "aria-label": t.replies }, ...buttons);
}
