import type { Change } from "./match-changes.ts";
import { type Html, html } from "./safe-text.ts";

/** Files of a list that are shown. */
const MOST_FILES = 500;

/** Paths that the client's own tools wrote. */
export function renderWritten(written: readonly string[]): Html {
  if (written.length === 0) return html`<p>None that is recorded.</p>`;
  return html`<ul>
    ${written.map((path) => html`<li><code>${path}</code></li>`)}
  </ul>`;
}

/** Files that were changed while commands ran, with the first command that comes into question. */
export function renderChanged(changed: readonly Change[]): Html {
  if (changed.length === 0) return html`<p>None that is still there.</p>`;
  const more = changed.length - MOST_FILES;
  return html`<ul>
      ${changed.slice(0, MOST_FILES).map(
        ({ path, during: [first = "", ...others] }) =>
          html`<li>
            <code>${path}</code>
            <small
              >${first.split("\n")[0] ?? ""}${others.length === 0 ? "" : ` (or ${others.length} more)`}</small
            >
          </li>`,
      )}
    </ul>
    ${more > 0 ? html`<p>And ${more} more.</p>` : undefined}`;
}
