/** The agent desk: who is signed in, the list, one conversation, and what comes in while nobody looks. */
import { Api } from "./desk-api.js";
import { alertTo, chooseAlerts, showCount, unlock } from "./desk-alert.js";
import { Keys } from "./desk-keys.js";
import { List } from "./desk-list.js";
import { VIEWS, announce, ask, button, h, reasonOf, select } from "./desk-parts.js";
import { Report } from "./desk-report.js";
import { signIn } from "./desk-sign-in.js";
import { Talk } from "./desk-talk.js";

const QUIET = 30_000; // the list is asked anew as often, whatever the stream brings
const CLOSE_TOGETHER = 250; // changes within so many milliseconds are looked at once
const STATES = {
  connecting: "The line is down. Trying again; what you write is kept.",
  offline: "You are offline. What you write is sent when you are back.",
};
const AVAILABILITY = [["available", "Available"], ["away", "Away"], ["off", "Off duty"]];
const NO_COOKIE = "Your browser did not keep the sign-in. Away from this machine itself the desk needs https.";

const api = new Api();
const keys = new Keys();
let me = null;
let list;
let talk;
let report;
let banner;
let availability;
let known = null; // what asked for attention when it was looked at last: waiting references, unread by reference
let duty;
let lookingSoon;
let quiet;

async function enter(afterSignIn = false) {
  try {
    me = await api.get("me");
  } catch (error) {
    if (error.code === "signed_out") return showSignIn(afterSignIn ? NO_COOKIE : "");
    return showSignIn(error.message);
  }
  build();
  api.begin(me);
  route();
  await Promise.allSettled([look(), talk.side.loadCanned()]);
}

function showSignIn(why) {
  api.end();
  clearInterval(quiet);
  me = null;
  known = null;
  showCount(0);
  document.querySelector("dialog[open]")?.close();
  document.body.replaceChildren(signIn(api, () => enter(true), why));
  document.querySelector("input").focus();
}

function build() {
  list = new List(api);
  talk = new Talk(api, () => me, people);
  report = me.supervises ? new Report(api) : null;
  banner = h("p", { class: "banner", role: "status", hidden: true });
  duty = h("div", { class: "duty", hidden: true }, h("span", {}, "You are off duty: visitors are not told that you are here."), button("I am available", () => present("available")));
  list.addEventListener("open", ({ detail }) => (location.hash = `#/${detail}`));
  talk.addEventListener("shown", ({ detail }) => list.mark(detail && talk.reference));
  talk.addEventListener("claimed", people);
  talk.addEventListener("news", ({ detail: { text, ...of } }) => alertTo(wrote(of.reference), { ...of, aloud: `Visitor: ${text}`, seen: false }));
  document.body.replaceChildren(
    h("header", {}, h("a", { class: "skip", href: "#/", onclick: skip }, "To the conversation"), head(), banner, duty),
    h("main", { class: "desk", id: "desk" }, h("h1", { class: "hidden" }, "Agent desk"), list.element, talk.element, report?.element ?? ""),
  );
  clearInterval(quiet);
  quiet = setInterval(() => document.hidden || look().catch(() => {}), QUIET);
  bindKeys();
}

function head() {
  const own = me.people.find(({ login }) => login === me.login)?.availability ?? "off";
  availability = select(AVAILABILITY, own);
  availability.setAttribute("aria-label", "You are");
  availability.title = "You are (P)";
  availability.onchange = () => present(availability.value);
  showDuty(own);
  return h(
    "div",
    { class: "top" },
    h("p", { class: "brand" }, h("b", {}, "Agent desk"), h("span", { class: "soft" }, me.agency)),
    availability,
    report && button("Figures", () => (location.hash = "#/figures"), { name: "chart", key: "F" }),
    button("Sound and notifications", chooseAlerts, { name: "bell", key: "M" }),
    button("Keys", () => keys.help(), { name: "keys", key: "?" }),
    h("span", { class: "me" }, me.name),
    button("Sign out", leave, { name: "leave" }),
  );
}

function skip(event) {
  event.preventDefault();
  talk.element.querySelector("h2")?.focus();
}

async function present(chosen) {
  const own = list.counts.mine ?? 0;
  if (chosen === "off" && own && !(await leaveThem(own))) return showDuty(availability.dataset.is);
  try {
    me.people = (await api.post("presence", { availability: chosen })).people;
    showDuty(chosen);
    announce(`You are ${AVAILABILITY.find(([value]) => value === chosen)[1].toLowerCase()} now.`);
  } catch (error) {
    availability.value = availability.dataset.is;
    announce(error.message);
  }
}

/** Whoever goes off duty gives back what they have: they are asked first. */
const leaveThem = (own) =>
  ask("Go off duty?", [h("p", {}, `${own === 1 ? "Your conversation goes" : `Your ${own} conversations go`} back to the queue.`)], { submit: "Go off duty" });

function showDuty(chosen) {
  availability.value = availability.dataset.is = chosen;
  duty.hidden = chosen !== "off";
}

/** Who is there, as of now, oneself included: who claims something is not off duty any more. */
async function people() {
  me.people = (await api.get("me")).people;
  showDuty(me.people.find(({ login }) => login === me.login)?.availability ?? "off");
  return me.people;
}

async function leave() {
  await api.post("sign-out").catch(() => {});
  showSignIn("");
}

const wrote = (reference) => `The visitor of ${reference} has written.`;

/** Look at the list again, and tell of whoever waits since, and of visitors who have written since. */
async function look() {
  const [, { waiting, unread }] = await Promise.all([list.refresh(), api.get("attention")]);
  showCount(waiting.length + Object.keys(unread).length);
  const before = known;
  known = { waiting: new Set(waiting.map(({ reference }) => reference)), unread };
  if (!before) return;
  const fresh = waiting.find(({ reference }) => !before.waiting.has(reference));
  if (fresh) alertTo(`Somebody waits: ${reasonOf(fresh.reason)}.`, { urgent: fresh.priority === "urgent", reference: fresh.reference });
  const written = Object.keys(unread).find((reference) => reference !== talk.reference && unread[reference] > (before.unread[reference] ?? 0));
  if (written) alertTo(wrote(written), { reference: written });
}

function onChanged({ references, all }) {
  if (!me) return;
  if (all || references.includes(talk.reference)) talk.refresh();
  lookingSoon ??= setTimeout(() => {
    lookingSoon = null;
    if (me) look().catch(() => {});
  }, CLOSE_TOGETHER);
}

/** What the address says is shown: the list, a request, or the figures. */
function route() {
  if (!me) return;
  const place = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
  const figures = place === "figures" && report;
  document.body.dataset.place = figures ? "figures" : place ? "talk" : "list";
  if (report) report.element.hidden = !figures;
  if (figures) report.load();
  else talk.open(place || null);
}

function bindKeys() {
  const view = ([name, label], n) => keys.on(String(n + 1), label, () => list.turnTo(name).catch(() => {}));
  keys.on("j", "Next request", () => list.step(1));
  keys.on("k", "Request before", () => list.step(-1));
  for (const { key, label } of talk.actions) keys.on(key, label, () => talk.act(key));
  keys.on("r", "Reply", () => talk.write(false));
  keys.on("n", "Note", () => talk.write(true));
  keys.on("i", "Insert from the knowledge base", () => talk.showSide(true, "knowledge"));
  keys.on("a", "Ready answers", () => talk.showSide(true, "canned"));
  keys.on("/", "Search", () => list.focusSearch());
  Object.entries(VIEWS).forEach(view);
  keys.on("p", "What you are: available, away, off duty", () => availability.focus());
  keys.on("m", "Sound and notifications", chooseAlerts);
  if (report) keys.on("f", "Figures", () => (location.hash = "#/figures"));
  keys.on("?", "These keys", () => keys.help());
}

api.addEventListener("changed", ({ detail }) => onChanged(detail));
api.addEventListener("signed_out", () => me && showSignIn("You were signed out. Please sign in again."));
api.addEventListener("state", ({ detail }) => {
  if (!banner) return;
  banner.hidden = detail === "online";
  banner.textContent = STATES[detail] ?? "";
});
window.addEventListener("hashchange", route);
document.addEventListener("pointerdown", unlock, { once: true });
document.addEventListener("keydown", unlock, { once: true });
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.reference) location.hash = `#/${data.reference}`;
});
enter();
