/** Messages as DOM. Text only ever becomes text nodes: nothing a bot or a visitor says is markup. */

export const STRINGS = {
  launcher: "Ask about coverage",
  close: "Close the chat",
  heading: "Insurance guide",
  subtitle: "Automated, with sources",
  log: "Conversation",
  you: "You",
  bot: "Guide",
  agent: "Agent",
  input: "Your question",
  placeholder: "Type your question",
  send: "Send",
  replies: "Suggested replies",
  more: "More about this",
  table: "Side by side",
  source: "Source",
  sources: "Sources",
  sending: "Sending…",
  typing: "The guide is writing",
  newMessages: "New messages",
  save: "Save the conversation as text",
  restart: "Start a new conversation",
  confirmRestart: "Start a new conversation? This one will no longer be shown here.",
  tooLong: (over) => `${over.toLocaleString()} characters too long`,
  unread: (count) => `${count} unread`,
  verdict: { yes: "Yes", no: "No", depends: "It depends", unknown: "Not settled" },
  state: {
    connecting: "Connection lost. Trying again…",
    busy: "A moment please: your message will be sent shortly.",
    offline: "You are offline. Your messages will be sent when you are back.",
  },
};

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
    const safe = ["https:", "mailto:", "tel:"].includes(url.protocol) || url.origin === location.origin;
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
      else blocks.push((block = h("p", {}, ...inline(line))));
    } else {
      if (block?.localName !== kind) blocks.push((block = h(kind)));
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
  return Object.hasOwn(STRINGS.verdict, verdict ?? "") ? verdict : null;
};

function citation({ title, publisher, year, url }) {
  const imprint = [publisher, year].filter(Boolean).join(", ");
  return h("cite", {}, url ? link(url, title) : title, imprint && ` (${imprint})`);
}

function sourceLine(sources) {
  const label = sources.length > 1 ? STRINGS.sources : STRINGS.source;
  const cited = sources.flatMap((source, index) => (index ? ["; ", citation(source)] : [citation(source)]));
  return h("p", { class: "sources" }, `${label}: `, ...cited);
}

/** Things side by side. A row's label spans the columns: on a phone they need the width. */
function tableOf({ columns, rows }) {
  const groups = rows.map(({ label, cells }) =>
    h(
      "tbody",
      {},
      h("tr", {}, h("th", { scope: "rowgroup", colspan: columns.length }, h("span", {}, label))),
      h("tr", {}, ...cells.map((cell) => h("td", {}, ...inline(cell)))),
    ),
  );
  return h(
    "div",
    { class: "table", role: "group", "aria-label": STRINGS.table, tabindex: "0" }, // keys can scroll it
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, columns.join(", ")),
      h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)))),
      ...groups,
    ),
  );
}

/** What "more" opens: a text, or a list of texts and {title, text}. */
function more(content) {
  const parts = [content].flat().flatMap((part) =>
    typeof part === "object" ? [h("h3", {}, part.title ?? ""), ...rich(part.text)] : rich(part),
  );
  return h("details", {}, h("summary", {}, STRINGS.more), ...parts);
}

export function sender(message) {
  return message.from === "visitor" ? STRINGS.you : message.name ?? STRINGS[message.from] ?? STRINGS.bot;
}

/** The message as one line of speech, for the live region and for the saved transcript; of a table only what it is. */
export function spoken(message) {
  const verdict = STRINGS.verdict[verdictOf(message)];
  const { table } = answerOf(message);
  const compared = table && `${STRINGS.table}: ${table.columns.join(", ")}.`;
  return [verdict && `${verdict}.`, plain(textOf(message)), compared].filter(Boolean).join(" ");
}

/** The message as text for keeping. */
export function written(message) {
  const { table, sources = [] } = answerOf(message);
  const compared = (table?.rows ?? []).flatMap(({ label, cells }) => [
    `  ${label}`,
    ...cells.map((cell, n) => `  - ${table.columns[n]}: ${plain(cell)}`),
  ]);
  const cited = sources.map(({ title, publisher, year }) =>
    `  [${[title, publisher, year].filter(Boolean).join(", ")}]`,
  );
  return [`${sender(message)}: ${spoken(message)}`, ...compared, ...cited].join("\n");
}

/** One message; `pending` is one of ours that the server does not have yet. */
export function renderMessage(message, { pending = false } = {}) {
  const { sources = [], more: details, table } = answerOf(message);
  const verdict = verdictOf(message);
  const own = message.from === "visitor";
  const body = own ? [h("p", { class: "verbatim" }, message.text)] : rich(textOf(message));
  const named = message.from === "agent" || message.from === "system";
  return h(
    "div",
    { class: `message ${message.from ?? "bot"}${pending ? " pending" : ""}`, "data-seq": message.seq },
    h("span", { class: named ? "sender" : "sender hidden" }, `${sender(message)}: `),
    h(
      "div",
      { class: "bubble" },
      verdict && h("p", { class: `verdict ${verdict}` }, STRINGS.verdict[verdict]),
      ...body,
      table && tableOf(table),
      sources.length > 0 && sourceLine(sources),
      details?.length > 0 && more(details),
    ),
    pending && h("span", { class: "note" }, STRINGS.sending),
  );
}

/** A message's buttons. Once the conversation has moved on they stay as a record of what was chosen. */
export function renderReplies(message, { chosen, over, choose }) {
  const buttons = (message.buttons ?? []).map((button) => {
    const href = button.url && safeUrl(button.url);
    if (href) return h("a", { class: "reply", href, target: "_blank", rel: "noopener noreferrer" }, button.title);
    const pressed = over && button.title === chosen;
    return h(
      "button",
      {
        type: "button",
        class: "reply",
        disabled: over,
        "aria-pressed": over ? String(pressed) : null,
        onclick: () => choose(button.title),
      },
      button.title,
    );
  });
  return h("div", { class: `replies${over ? " over" : ""}`, role: "group", "aria-label": STRINGS.replies }, ...buttons);
}
