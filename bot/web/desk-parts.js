/** What every part of the desk is made of: elements, words, times, dialogs. Text only ever becomes text nodes. */
import { h, icon } from "../widget-view.js";

export { h, icon };

export const ICONS = {
  back: "M15 5l-7 7 7 7",
  bell: "M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 21h4",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  leave: "M14 4h5v16h-5M11 8l-4 4 4 4M7 12h9",
  chart: "M4 20V4M4 20h16M8 16v-5M12.5 16V8M17 16v-7",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  side: "M4 5h16v14H4zM14 5v14",
  send: "M12 19V5M6 11l6-6 6 6",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
};

/** The views of the list, in the order of their keys. */
export const VIEWS = {
  waiting: "Waiting",
  mine: "Mine",
  callbacks: "Callbacks",
  snoozed: "Snoozed",
  open: "All open",
  closed: "Closed",
};

const REASONS = {
  asked: "Asked for an agent",
  misses: "Guide had no answer",
  claim: "Claim",
  complaint: "Complaint",
  authority: "Out of authority",
  out_of_authority: "Out of authority",
  quote: "Quote ready",
  unsigned: "Unsigned answer",
};

const OUTCOMES = {
  answered: "Answered",
  quoted: "Quoted",
  sold: "Sold",
  called_back: "Called back",
  claim_reported: "Claim reported",
  not_reached: "Not reached",
  spam: "Spam",
  other: "Other",
};

const STATES = {
  requested: "Waiting",
  queued: "Waiting",
  assigned: "Claimed",
  active: "In the chat",
  snoozed: "Snoozed",
  callback: "Call back",
  returned: "With the guide",
  resolved: "Resolved",
  abandoned: "Visitor left",
};

const EVENTS = {
  asked: "Asked for an agent",
  "asked again": "Asked again",
  request: "Waits in the chat",
  answer: "Answered",
  schedule: "Made a callback",
  queue: "Waits for an agent",
  claim: "Claimed",
  transfer: "Transferred",
  release: "Put back into the queue",
  snooze: "Snoozed",
  wake: "Woken",
  postpone: "Made a callback",
  "give back": "Given back to the guide",
  resolve: "Resolved",
  abandon: "The visitor left",
  reopen: "Reopened",
  recall: "Reopened as a callback",
  escalate: "Nobody had claimed it: everybody was told again",
};

const said = (words) => (name) => words[name] ?? readable(name);
/** A name of the program's as words: "out_of_hours" is "Out of hours". */
export const readable = (name) => {
  const text = String(name ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};
export const reasonOf = said(REASONS);
export const outcomeOf = said(OUTCOMES);
export const stateOf = said(STATES);
export const eventOf = said(EVENTS);

/** Seconds as people say them: "40 s", "12 min", "3 h 5 min", "2 d". */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds ?? 0));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return [`${Math.floor(s / 3600)} h`, s % 3600 >= 60 && `${Math.floor((s % 3600) / 60)} min`].filter(Boolean).join(" ");
  return `${Math.floor(s / 86_400)} d`;
}

/** A moment in seconds, in the agent's own zone; today's without the day. */
export function moment(seconds) {
  if (!seconds) return "";
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "short" } : { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat("en-US", style).format(date);
}

/** A moment as the value of a field for date and time, in the agent's own zone. */
export function fieldTime(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** A random id; crypto.randomUUID exists on HTTPS and loopback only. */
export const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A button; `key` is the letter that presses it from anywhere. */
export function button(label, onclick, { name, key, ...attributes } = {}) {
  return h(
    "button",
    { type: "button", class: name ? "tool" : "plain", "aria-label": name ? label : null, title: tip(label, key), "aria-keyshortcuts": key, onclick, ...attributes },
    name ? icon(ICONS[name]) : label,
  );
}

const tip = (label, key) => (key ? `${label} (${key})` : label);

let numbered = 0;

/** A labelled field; `field` is the element that is filled in. */
export function labelled(label, field, hint) {
  field.id ||= `field-${++numbered}`;
  const note = hint && h("span", { class: "hint", id: `${field.id}-hint` }, hint);
  if (note) field.setAttribute("aria-describedby", note.id);
  return h("div", { class: "labelled" }, h("label", { for: field.id }, label), field, note);
}

/** Choices of which one is chosen. `options` are [value, label]. */
export function choices(legend, name, options, chosen) {
  const each = ([value, label], n) => {
    const id = `choice-${++numbered}`;
    const radio = h("input", { type: "radio", name, id, value, required: true, checked: value === chosen || (n === 0 && !chosen) });
    return h("div", { class: "choice" }, radio, h("label", { for: id }, label));
  };
  return h("fieldset", {}, h("legend", {}, legend), ...options.map(each));
}

export function select(options, chosen) {
  const each = ([value, label]) => h("option", { value, selected: value === chosen }, label);
  return h("select", {}, ...options.map(each));
}

/**
 * Ask something in a dialog. `act(values)` may refuse by throwing, and its message is shown; promises whether it was
 * done. The browser itself gives the focus back as it closes; the event of that comes later, when the next key may have
 * moved it on.
 */
export function ask(title, content, { submit = "OK", act = async () => {} } = {}) {
  return new Promise((resolve) => {
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const heading = h("h2", { id: "asked" }, title);
    const send = submit && h("button", { class: "main" }, submit);
    const form = h(
      "form",
      {
        novalidate: true,
        onsubmit: async (event) => {
          event.preventDefault();
          const invalid = [...form.elements].find((field) => !field.checkValidity?.());
          if (invalid) return tell(invalid.validationMessage, invalid);
          send.disabled = true;
          try {
            await act(Object.fromEntries(new FormData(form)));
            dialog.close("done");
          } catch (error) {
            tell(error.message);
          }
          send.disabled = false;
        },
      },
      heading,
      ...content,
      wrong,
      h("div", { class: "end" }, button(submit ? "Cancel" : "Close", () => dialog.close()), send),
    );
    const tell = (message, field) => {
      wrong.textContent = message;
      wrong.hidden = false;
      field?.focus();
    };
    const dialog = h("dialog", { "aria-labelledby": "asked", onclose: () => {
      dialog.remove();
      resolve(dialog.returnValue === "done");
    } }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}

const announcer = h("div", { class: "hidden", role: "status", "aria-live": "polite", id: "announcer" });
const notice = h("p", { class: "notice", "aria-hidden": "true", hidden: true });
let noticed;

/** Say something once, to the eye and aloud. */
export function announce(text, { seen = true } = {}) {
  if (!announcer.isConnected) document.body.append(announcer, notice);
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = text), 50);
  if (!seen) return;
  notice.textContent = text;
  notice.hidden = false;
  clearTimeout(noticed);
  noticed = setTimeout(() => (notice.hidden = true), 5000);
}

/** A store of the browser by its name; where it keeps nothing, it lasts as long as the page. */
function keeper(name) {
  const here = {};
  return {
    get(key, otherwise) {
      try {
        return JSON.parse(window[name].getItem(`desk:${key}`) ?? here[key] ?? "null") ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    set(key, value) {
      here[key] = JSON.stringify(value);
      try {
        window[name].setItem(`desk:${key}`, here[key]);
      } catch {
        // it lasts as long as the page
      }
    },
  };
}
/** What this browser remembers, and what this tab does over a reload. */
export const kept = keeper("localStorage");
export const tabKept = keeper("sessionStorage");
