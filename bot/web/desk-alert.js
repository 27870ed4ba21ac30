/** Telling the agent that somebody waits: a sound, a notification of the system, a number in the page's title. */
import { announce, ask, button, h, kept } from "./desk-parts.js";

const TITLE = "Agent desk";
const WORKER = "/desk/desk-worker.js";

let audio = null;
let registration = null;

/** Browsers play nothing before the page was touched once. */
export function unlock() {
  audio ??= window.AudioContext ? new AudioContext() : null;
  audio?.resume();
}

const settings = () => ({ sound: true, notify: false, ...kept.get("alerts", {}) });
const choose = (chosen) => kept.set("alerts", { ...settings(), ...chosen });

/** Two soft notes; urgent ones are higher. Tells whether it could be heard. */
function play(urgent) {
  if (!audio || audio.state !== "running") return false;
  [0, 0.16].forEach((wait, n) => {
    const tone = new OscillatorNode(audio, { frequency: (urgent ? 740 : 520) * (n ? 1.26 : 1) });
    const level = new GainNode(audio, { gain: 0 });
    const at = audio.currentTime + wait;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.18, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.connect(level).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  });
  return true;
}

/** A notification names the reason alone: what a visitor wrote does not belong on a locked screen. */
async function notify(text, reference) {
  if (!("Notification" in window) || Notification.permission !== "granted") return false;
  try {
    registration ??= await navigator.serviceWorker.register(WORKER, { scope: "/desk" });
    await navigator.serviceWorker.ready;
    await registration.showNotification(TITLE, { body: text, tag: reference ?? "test", data: { reference }, renotify: true });
    return true;
  } catch {
    return false;
  }
}

/** Tell of something by the ways the agent has chosen; `aloud` is what screen readers say where that is not the text. */
export function alertTo(text, { urgent = false, reference, aloud, seen = true } = {}) {
  const { sound, notify: notified } = settings();
  if (sound) play(urgent);
  if (notified && document.hidden) notify(text, reference);
  announce(aloud ?? text, { seen });
}

/** How many wait or have written, in the page's title. */
export function showCount(count) {
  document.title = count ? `(${count}) ${TITLE}` : TITLE;
}

/** The dialog in which both ways are chosen and tried. */
export function chooseAlerts() {
  unlock();
  const chosen = settings();
  const heard = h("p", { class: "hint", role: "status" });
  const tick = (name, label, checked) => {
    const id = `alert-${name}`;
    const box = h("input", { type: "checkbox", id, checked, onchange: () => choose({ [name]: box.checked }) });
    return h("div", { class: "choice" }, box, h("label", { for: id }, label));
  };
  const test = async () => {
    unlock();
    await audio?.resume();
    const sound = play(false) ? "The sound was played." : "This browser blocks sound: allow it for this site.";
    heard.textContent = `${sound} ${await tryNotification()}`;
  };
  return ask(
    "Sound and notifications",
    [
      tick("sound", "Play a sound when somebody waits or writes", chosen.sound),
      tick("notify", "Show a notification while the desk is in the background", chosen.notify),
      button("Test both", test),
      heard,
    ],
    { submit: null },
  );
}

async function tryNotification() {
  if (!("Notification" in window)) return "This browser has no notifications.";
  if (Notification.permission === "default") await Notification.requestPermission();
  if (Notification.permission !== "granted") return "Notifications are blocked: allow them for this site.";
  return (await notify("This is how a notification looks.")) ? "A notification was shown." : "The notification could not be shown.";
}
