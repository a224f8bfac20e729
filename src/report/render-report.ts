import type { Call, HostCount, Outcome, Report, SessionReport } from "./collect-report.ts";
import { renderChanged, renderWritten } from "./render-files.ts";
import { type Html, html } from "./safe-text.ts";
import { STYLE } from "./style.ts";

const WORDS: Readonly<Record<Outcome, string>> = {
  sandboxed: "sandboxed",
  refused: "refused",
  asked: "asked",
  outside: "without a sandbox",
  passed: "allowed",
};

/** Nothing is loaded and nothing runs, whatever the page holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function renderHosts(hosts: readonly HostCount[]): Html {
  return html`<ul class="hosts">
    ${hosts.map(
      ({ host, allowed, refused }) =>
        html`<li>
          <code>${host}</code>${allowed > 0 ? html` <b class="ok">${allowed} allowed</b>` : undefined}${
            refused > 0 ? html` <b class="bad">${refused} refused</b>` : undefined
          }
        </li>`,
    )}
  </ul>`;
}

function clock(time: string): string {
  return time.replace("T", " ").slice(0, 19);
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function facts({ engine, exit, milliseconds, cwd, isSubAgent }: Call): string {
  return [
    engine,
    exit === undefined ? undefined : `exit ${exit}`,
    milliseconds === undefined ? undefined : seconds(milliseconds),
    isSubAgent ? "sub-agent" : undefined,
    cwd,
  ]
    .filter((fact) => fact !== undefined)
    .join(" · ");
}

function renderCall(call: Call): Html {
  const why = call.outcome === "sandboxed" ? undefined : call.reason;
  return html`<li class="call ${call.outcome}">
    <p class="head">
      <time>${clock(call.time)}</time> <b>${call.tool}</b>
      <span class="badge">${WORDS[call.outcome]}</span>
    </p>
    <pre>${call.text}</pre>
    <p class="facts">${facts(call)}</p>
    ${why === undefined ? undefined : html`<p class="why">${why}${call.code === undefined ? "" : ` (${call.code})`}</p>`}
    ${call.refusals.map((refusal) => html`<p class="why">${refusal}</p>`)}
    ${call.hosts.length === 0 ? undefined : renderHosts(call.hosts)}
  </li>`;
}

function renderSession({ id, calls }: SessionReport): Html {
  const refused = calls.filter(({ outcome }) => outcome === "refused").length;
  const first = calls[0]?.time.replace("T", " ").slice(0, 16) ?? "";
  return html`<details open>
    <summary>
      ${first} · ${calls.length}
      ${calls.length === 1 ? "call" : "calls"}${refused === 0 ? "" : `, ${refused} refused`}
      <small>${id ?? "session not known"}</small>
    </summary>
    <ol>
      ${calls.map(renderCall)}
    </ol>
  </details>`;
}

function renderCounts({ counts, engines }: Report): Html {
  const shown = (Object.keys(WORDS) as Outcome[]).filter((outcome) => counts[outcome] > 0);
  return html`<ul class="counts">
    ${shown.map((outcome) => html`<li class="${outcome}"><b>${counts[outcome]}</b> ${WORDS[outcome]}</li>`)}
    ${engines.map(([engine, calls]) => html`<li><b>${calls}</b> in ${engine}</li>`)}
  </ul>`;
}

/** One page that needs nothing else: no script, no picture, no font, no network. Everything in it is escaped. */
export function renderReport(report: Report, { made }: { readonly made: string }): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>What ran: sandhook report</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <header>
          <h1>What ran</h1>
          <p>From sandhook's log, ${made}. Times are UTC.</p>
          ${renderCounts(report)}
          ${report.bare.map(
            ({ time, cwd }) =>
              html`<p class="why bad">
                ${clock(time)}: a session was started without a sandbox in
                <code>${cwd ?? "an unknown folder"}</code>
              </p>`,
          )}
        </header>
        <main>
          <section id="hosts">
            <h2>Hosts contacted</h2>
            ${report.hosts.length === 0 ? html`<p>None through sandhook's proxy.</p>` : renderHosts(report.hosts)}
          </section>
          <section id="written">
            <h2>Files written by Claude Code's own tools</h2>
            ${renderWritten(report.written)}
          </section>
          <section id="changed">
            <h2>Files changed while commands ran</h2>
            ${renderChanged(report.changed)}
            <p class="note">
              By the time of each file's last change in the folders of the calls, so that later changes, and
              those of others at that moment, count too.
            </p>
          </section>
          <section id="timeline">
            <h2>Timeline</h2>
            ${
              report.sessions.length === 0
                ? html`<p>Nothing is in the log.</p>`
                : report.sessions.map(renderSession)
            }
          </section>
        </main>
      </body>
    </html>`;
  return `${page.html}\n`;
}
