/** What supervisors see: waiting times, load, outcomes, and where the guide fell short. */
import { announce, button, duration, h, outcomeOf, reasonOf, readable, select } from "./desk-parts.js";

const SPANS = [["1", "Today and yesterday"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];

export class Report {
  #api;
  #days;
  #body;
  element;

  constructor(api) {
    this.#api = api;
    this.#days = select(SPANS, "7");
    this.#days.setAttribute("aria-label", "Time");
    this.#days.onchange = () => this.load();
    this.#body = h("div", { class: "figures" });
    this.element = h(
      "section",
      { class: "report", "aria-labelledby": "report-title", hidden: true },
      h(
        "header",
        { class: "talk-head" },
        button("Back to the list", () => (location.hash = "#/"), { name: "back" }),
        h("h2", { id: "report-title", tabindex: "-1" }, "Figures"),
        this.#days,
        button("Save as CSV", () => this.#save()),
      ),
      this.#body,
    );
  }

  async load() {
    try {
      this.#show(await this.#api.get("report", { days: this.#days.value }));
    } catch (error) {
      this.#body.replaceChildren(h("p", { class: "empty" }, error.message));
    }
  }

  #save() {
    h("a", { href: `/desk/api/report.csv?days=${this.#days.value}`, download: "requests.csv" }).click();
    announce("The file is on its way.");
  }

  #show(report) {
    const { people, undelivered, down, missed } = report;
    const tile = (label, value, hint) => h("div", { class: "tile" }, h("dt", {}, label), h("dd", {}, value, hint && h("span", { class: "hint" }, hint)));
    this.#body.replaceChildren(
      h(
        "dl",
        { class: "tiles" },
        tile("Requests", String(report.requests ?? 0)),
        tile("Answered", String(report.answered ?? 0)),
        tile("Median wait", report.median_wait == null ? "–" : duration(report.median_wait), "of opening hours"),
        tile("Longest wait", report.longest_wait == null ? "–" : duration(report.longest_wait), "of opening hours"),
        tile("Rating", ...rating(report.ratings)),
      ),
      ...(undelivered?.length ? [failures(undelivered)] : []),
      h(
        "div",
        { class: "tables" },
        table("Agents", ["Agent", "Open", "Is"], people.map(({ name, load, here, availability }) => [name, load, here ? AVAILABILITY[availability] : "not here"])),
        table("How it ended", ["Outcome", "Requests"], counted(report.outcomes, outcomeOf)),
        table("Why they asked", ["Reason", "Requests"], counted(report.reasons, reasonOf)),
        table("What they asked about", ["Topic", "Requests"], counted(report.topics, readable)),
        table("Rated down", ["Topic", "Times"], down.map(({ topic, count }) => [readable(topic), count])),
        table("Guide had no answer", ["Topic", "Times"], missed.map(({ topic, count }) => [readable(topic), count])),
      ),
    );
  }
}

/** The mean of ratings, counted by their value, and how many they are. */
function rating(ratings) {
  const all = Object.entries(ratings ?? {});
  const count = all.reduce((sum, [, times]) => sum + times, 0);
  if (!count) return ["–", "none yet"];
  const mean = all.reduce((sum, [value, times]) => sum + value * times, 0) / count;
  return [`${mean.toFixed(1)} of 5`, `${count} rating${count === 1 ? "" : "s"}`];
}

const AVAILABILITY = { available: "available", away: "away", off: "off duty" };

const counted = (counts, named) =>
  Object.entries(counts ?? {})
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => [named(name), count]);

function table(title, head, rows) {
  const cells = (row) => h("tr", {}, ...row.map((cell, n) => (n ? h("td", {}, String(cell)) : h("th", { scope: "row", dir: "auto" }, String(cell)))));
  const body = rows.length ? rows.map(cells) : [h("tr", {}, h("td", { colspan: head.length, class: "soft" }, "Nothing in this time."))];
  return h(
    "table",
    {},
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, ...head.map((label) => h("th", { scope: "col" }, label)))),
    h("tbody", {}, ...body),
  );
}

/** What the agency was to be told, and was not: this must be seen. */
function failures(undelivered) {
  const line = ({ reference, way, error, attempts }) => h("li", {}, `${reference} by ${way}, tried ${attempts} times: ${error}`);
  return h("section", { class: "failed", role: "group", "aria-label": "Not delivered" }, h("h3", {}, "These notices were not delivered"), h("ul", {}, ...undelivered.map(line)));
}
