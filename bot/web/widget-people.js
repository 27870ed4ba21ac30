/** The chat while people have it, and just after: who they are, the place in the queue, the way back, and a rating. */
import { h } from "./widget-view.js";

/** The words of it, in each language of the frame. */
export const PEOPLE = {
  en: {
    place: (position) => (position === 1 ? "You are next in the queue." : `You are number ${position} in the queue.`),
    joined: ({ name, licence }) => `${named(name, licence, "license")} has your conversation.`,
    talking: ({ name, licence }) => `You are talking with ${named(name, licence, "license")}.`,
    from: (name) => `With ${name}, a person`,
    writes: (name) => `${name} is writing`,
    write: (name) => `Write to ${name}`,
    back: "Back to the guide",
    notBack: "That did not work. Please try again.",
    rate: "How well were you helped?",
    rated: "Thank you for telling us.",
    notRated: "Your rating could not be stored.",
    stars: ["Badly", "Not well", "So-so", "Well", "Very well"],
    later: "Not now",
    copy: "E-mail the conversation",
    email: "Your e-mail address",
    sendCode: "Send me a code",
    code: "The code from the mail",
    sendCopy: "Send the copy",
    copied: "The copy is on its way.",
    cancel: "Cancel",
  },
  es: {
    place: (position) => (position === 1 ? "Es la siguiente persona en la cola." : `Es el número ${position} de la cola.`),
    joined: ({ name, licence }) => `Su conversación la tiene ${named(name, licence, "licencia")}.`,
    talking: ({ name, licence }) => `Está hablando con ${named(name, licence, "licencia")}.`,
    from: (name) => `Con ${name}, una persona`,
    writes: (name) => `${name} está escribiendo`,
    write: (name) => `Escriba a ${name}`,
    back: "Volver a la guía",
    notBack: "No funcionó. Inténtelo de nuevo.",
    rate: "¿Qué tal le atendieron?",
    rated: "Gracias por decírnoslo.",
    notRated: "No se pudo guardar su valoración.",
    stars: ["Mal", "No muy bien", "Regular", "Bien", "Muy bien"],
    later: "Ahora no",
    copy: "Enviar la conversación por correo",
    email: "Su correo electrónico",
    sendCode: "Envíenme un código",
    code: "El código del correo",
    sendCopy: "Enviar la copia",
    copied: "La copia va en camino.",
    cancel: "Cancelar",
  },
};

const named = (name, licence, word) => (licence ? `${name}, ${word} ${licence}` : name);

/** Whether people have the conversation, so that what is written goes to them. */
export const withPeople = (people) => Boolean(people) && people.state !== "over";

/** The strip above the field; its line is said aloud when it changes. */
export class PeopleStrip {
  #t;
  #actions;
  #line = h("p", { role: "status" });
  #rest = h("div", { class: "replies" });
  #shown = "";
  #refused = null; // reference of the conversation that the visitor does not want to rate

  /** `actions`: back() and rate(stars), which promise; tell(text) says how it went. */
  constructor(language, actions) {
    this.#t = PEOPLE[language];
    this.#actions = actions;
    this.element = h("div", { class: "people", hidden: true }, this.#line, this.#rest);
  }

  /** Show what the server says of people; true if the way back or the rating had the focus and is gone. */
  show(people) {
    const line = this.#text(people);
    this.element.hidden = !line;
    if (this.#line.textContent !== line) this.#line.textContent = line;
    const key = line && `${people.state === "over" ? "rate" : "back"}:${people.reference}`;
    if (key === this.#shown) return false;
    this.#shown = key;
    const had = this.#rest.contains(this.element.getRootNode().activeElement);
    this.#rest.replaceChildren(...(!line ? [] : people.state === "over" ? this.#rating(people) : [this.#back()]));
    return had;
  }

  #text(people) {
    if (!people || (people.state === "over" && people.reference === this.#refused)) return "";
    if (people.state === "over") return this.#t.rate;
    if (people.state === "waiting") return `${this.#t.place(people.position)} ${people.expect}`;
    return this.#t[people.state](people.agent);
  }

  #back() {
    return this.#button(this.#t.back, () => this.#actions.back().catch(() => this.#actions.tell(this.#t.notBack)));
  }

  #rating(people) {
    const done = () => {
      this.#refused = people.reference;
      this.#actions.done();
      this.show(people);
    };
    const give = (stars) =>
      this.#actions.rate(stars).then(
        () => {
          this.#actions.tell(this.#t.rated);
          done();
        },
        () => this.#actions.tell(this.#t.notRated),
      );
    return [...this.#t.stars.map((word, n) => this.#button(word, () => give(n + 1))), this.#button(this.#t.later, done)];
  }

  #button(label, onclick) {
    return h("button", { type: "button", class: "reply", onclick }, label);
  }
}

/** Two steps in one form: the address gets a code, and with the code the copy. `ask(body)` promises; `done(text)` ends. */
export function copyForm(language, ask, done) {
  const t = PEOPLE[language];
  const field = h("input", { type: "email", autocomplete: "email", "aria-label": t.email, placeholder: t.email, required: true });
  const go = h("button", { class: "reply" }, t.sendCode);
  const told = h("p", { role: "status", id: "asked" }, t.copy);
  let asked = null;
  const submit = async (event) => {
    event.preventDefault();
    try {
      const reply = await ask(asked ? { asked, code: field.value.trim() } : { email: field.value.trim() });
      if (asked) return done(t.copied);
      asked = reply.asked;
      told.textContent = reply.message;
      Object.assign(field, { type: "text", inputMode: "numeric", autocomplete: "one-time-code", placeholder: t.code, value: "" });
      field.setAttribute("aria-label", t.code);
      go.textContent = t.sendCopy;
    } catch (error) {
      told.textContent = error.message;
    }
    field.focus();
  };
  const cancel = h("button", { type: "button", class: "reply", onclick: () => done("") }, t.cancel);
  const row = h("div", { class: "reason" }, field);
  return h("form", { novalidate: true, onsubmit: submit }, told, row, h("div", { class: "replies" }, go, cancel));
}
