/**
 * The widget's looks. A page themes it by custom properties on the element:
 * --guide-accent, --guide-on-accent, --guide-font, --guide-radius, --guide-z, --guide-inset.
 */
const css = `
:host {
  --accent: var(--guide-accent, #17594a);
  --on-accent: var(--guide-on-accent, #fff);
  --radius: var(--guide-radius, 16px);
  --inset: var(--guide-inset, 20px);
  --paper: #fff; --ground: #f6f5f1; --ink: #1d2522; --soft: #56605c; --line: #dcdad2; --edge: #7d8782;
  --yes: #17623a; --yes-bg: #dff2e4; --no: #9a2218; --no-bg: #fbe4e0;
  --depends: #7a4a00; --depends-bg: #fdeecb; --unknown: #45505a; --unknown-bg: #e6eaee;
  --lift: 0 2px 6px rgb(20 30 26 / .16), 0 12px 40px rgb(20 30 26 / .2);
  color-scheme: light dark;
  font: 16px/1.5 var(--guide-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif);
  color: var(--ink);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--guide-accent, #6cc3a8);
    --on-accent: var(--guide-on-accent, #0c1f19);
    --paper: #1b211f; --ground: #121715; --ink: #e9eeeb; --soft: #a5b0ab; --line: #343d39; --edge: #7b8782;
    --yes: #8fe0ae; --yes-bg: #163a26; --no: #ffb4a9; --no-bg: #4a1c17;
    --depends: #f7cf85; --depends-bg: #43310c; --unknown: #c3ced8; --unknown-bg: #2c363e;
    --lift: 0 2px 6px rgb(0 0 0 / .5), 0 12px 40px rgb(0 0 0 / .6);
  }
}
:host([hidden]) { display: none; }
*, *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; flex: none; }

.launcher {
  position: fixed; right: var(--inset); bottom: var(--inset); z-index: var(--guide-z, 2147483000);
  display: flex; align-items: center; gap: 10px; min-height: 56px; padding: 0 22px 0 18px; border: 0;
  border-radius: 28px; background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: var(--lift);
}
.launcher:hover { filter: brightness(1.08); }
.launcher[aria-expanded=true] { padding: 0; width: 56px; justify-content: center; }
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

header {
  display: flex; align-items: center; gap: 4px; padding: 10px 8px 10px 18px;
  background: var(--paper); border-bottom: 1px solid var(--line);
}
header div { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 17px; line-height: 1.3; overflow-wrap: anywhere; }
header p { margin: 0; font-size: 13px; color: var(--soft); }
header button {
  display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 12px;
  background: none; color: var(--soft);
}
header button:hover { background: var(--ground); color: var(--ink); }
header svg { width: 20px; height: 20px; }

.state { margin: 0; padding: 8px 18px; font-size: 14px; background: var(--depends-bg); color: var(--depends); }
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
.bubble ul, .bubble ol { padding-left: 22px; }
.bubble li + li { margin-top: 4px; }
.bubble h3 { font-size: 15px; }
.verbatim { white-space: pre-wrap; }
.visitor { align-items: flex-end; }
.visitor .bubble {
  max-width: 85%; padding: 9px 16px; background: var(--accent); border-color: transparent; color: var(--on-accent);
  border-radius: var(--radius) var(--radius) 4px var(--radius);
}
.pending .bubble { opacity: .75; }
.note, .sender { font-size: 13px; color: var(--soft); margin: 2px 4px; }
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
th, td { min-width: 124px; padding: 8px 10px 12px; text-align: left; vertical-align: top; }
th:first-child, td:first-child { padding-left: 16px; }
th + th, td + td { border-left: 1px solid var(--line); }
thead th { padding-bottom: 8px; line-height: 1.3; vertical-align: bottom; }
tbody th { padding-block: 5px; background: var(--ground); color: var(--soft); font-size: 13px; font-weight: 600; }
tbody th span { position: sticky; left: 16px; display: inline-block; }

.bubble .sources { padding-top: 10px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft); }
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

form { display: flex; align-items: flex-end; gap: 8px; padding: 12px; background: var(--paper);
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
.error { margin: 0 4px 6px; font-size: 14px; color: var(--no); }

@media (max-width: 480px), (max-height: 480px) {
  .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
  .launcher[aria-expanded=true] { display: none; }
  .launcher { width: 56px; padding: 0; justify-content: center; }
  .launcher .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  h2 { font-size: 16px; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}
@media (forced-colors: active) {
  .verdict, .launcher, .send, .visitor .bubble { border: 1px solid; }
}
@media print { :host { display: none; } }
`;

/** One stylesheet, shared by all instances; unlike a <style> element it needs no exception in a CSP. */
export const stylesheet = new CSSStyleSheet();
stylesheet.replaceSync(css);
