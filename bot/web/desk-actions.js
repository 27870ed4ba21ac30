/** Everything an agent does to a request, and when each can be done. */
import { announce, ask, choices, fieldTime, h, labelled, outcomeOf, select } from "./desk-parts.js";

const HOUR = 3600;
const WAITING = ["requested", "queued"];
const HELD = ["assigned", "active", "snoozed"];
const CLOSED = ["returned", "resolved", "abandoned"];

/** The actions in the order of their buttons. `can(shown)` says whether one makes sense for what is shown. */
export function actions(api, me, people) {
  const plain = (step, told) => async ({ ticket: { reference } }) => {
    await api.step(reference, step);
    announce(told);
  };
  return [
    {
      key: "c",
      label: "Claim",
      main: true,
      can: ({ ticket, mine }) => !mine && (WAITING.includes(ticket.status) || (ticket.status === "callback" && !ticket.owner)),
      act: plain("claim", "It is yours."),
    },
    { key: "w", label: "Wake", can: ({ ticket, mine }) => mine && ticket.status === "snoozed", act: plain("wake", "Awake again.") },
    { key: "e", label: "Resolve", can: held, act: resolve },
    { key: "t", label: "Transfer", can: held, act: transfer },
    { key: "s", label: "Snooze", can: ({ ticket, mine }) => mine && HELD.includes(ticket.status), act: snooze },
    { key: "l", label: "Call back", can: held, act: callBack },
    { key: "b", label: "Give to the guide", can: ({ ticket, mine }) => mine && HELD.includes(ticket.status), act: giveBack },
    { key: "g", label: "Put back", can: held, act: plain("release", "It waits in the queue again.") },
    { key: "o", label: "Reopen", can: ({ ticket }) => CLOSED.includes(ticket.status), act: plain("reopen", "It is open again.") },
  ];

  function held({ ticket, mine }) {
    return mine && !CLOSED.includes(ticket.status);
  }

  function resolve({ ticket: { reference } }) {
    const options = me().outcomes.map((outcome) => [outcome, outcomeOf(outcome)]);
    return ask(`Resolve ${reference}`, [choices("How did it end?", "outcome", options)], {
      submit: "Resolve",
      act: async ({ outcome }) => {
        await api.step(reference, "resolve", { outcome });
        announce("Resolved.");
      },
    });
  }

  async function transfer({ ticket: { reference } }) {
    const others = (await people()).filter(({ login }) => login !== me().login);
    if (!others.length) return announce("There is nobody else with an account.");
    const options = others.map(({ login, name, here, load, availability }) => [
      login,
      `${name}: ${here ? (availability === "available" ? "available" : "away") : "not here"}, ${load} open`,
    ]);
    const to = select(options);
    to.name = "to";
    return ask(`Transfer ${reference}`, [labelled("To", to, "The visitor reads who has taken over.")], {
      submit: "Transfer",
      act: async (values) => {
        await api.step(reference, "transfer", { to: values.to });
        announce("Transferred.");
      },
    });
  }

  function snooze({ ticket: { reference } }) {
    const hour = (n) => String(Math.round(Date.now() / 1000 + n * HOUR));
    const options = [[hour(1), "In an hour"], [hour(3), "In three hours"], [String(morning() / 1000), "Tomorrow at 9"], ["own", "At another time"]];
    return ask(
      `Snooze ${reference}`,
      [choices("When does it come back?", "until", options), ownTime("own", "Another time")],
      {
        submit: "Snooze",
        act: async ({ until, own }) => {
          await api.step(reference, "snooze", { until: until === "own" ? seconds(own) : Number(until) });
          announce("Snoozed.");
        },
      },
    );
  }

  function callBack({ ticket: { reference, callback_note: note } }) {
    const words = h("input", { name: "note", maxlength: "500", value: note ?? "" });
    return ask(
      `Call back for ${reference}`,
      [ownTime("due", "When"), labelled("Note", words, "Agents alone see it.")],
      {
        submit: "Set the callback",
        act: async ({ due, note }) => {
          await api.step(reference, "call-back", { due: seconds(due), note });
          announce("The callback is set.");
        },
      },
    );
  }

  function giveBack({ ticket: { reference } }) {
    return ask(`Give ${reference} to the guide`, [h("p", {}, "The guide answers the visitor from now on, and says so.")], {
      submit: "Give it back",
      act: async () => {
        await api.step(reference, "give-back");
        announce("The guide has it again.");
      },
    });
  }
}

function morning() {
  const date = new Date();
  date.setDate(date.getDate() + 1);
  return date.setHours(9, 0, 0, 0);
}

function ownTime(name, label) {
  const least = new Date(Date.now() + 60_000);
  const value = fieldTime(new Date(Math.ceil(Date.now() / 1_800_000) * 1_800_000 + 1_800_000));
  const field = h("input", { type: "datetime-local", name, min: fieldTime(least), value, required: true });
  return labelled(label, field, `Your own time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`);
}

const seconds = (value) => Math.round(new Date(value).getTime() / 1000);
