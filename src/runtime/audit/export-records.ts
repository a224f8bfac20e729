import { appendFileSync } from "node:fs";
import { execa } from "execa";
import { EngineError } from "../../core/errors.ts";
import type { HostPath } from "../../core/paths.ts";
import type { Site } from "../../core/engine.ts";
import { loadPart } from "../load-part.ts";
import type { JoinedRecord } from "./read-records.ts";

/** Where records go, beside the machine that they were made on. */
export type ExportTarget =
  | { readonly kind: "file"; readonly file: HostPath }
  | { readonly kind: "syslog" }
  | { readonly kind: "otlp"; readonly endpoint: string };

/** What `hooks/export-otlp.ts` gives. */
interface OtlpPart {
  readonly exportOtlp: (records: readonly JoinedRecord[], endpoint: string) => Promise<void>;
}

/** One record a line, as in the record itself. */
export function renderLines(records: readonly JoinedRecord[]): string {
  return records.map(({ record }) => `${JSON.stringify(record)}\n`).join("");
}

function failed(where: string, cause: unknown, hint: string): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError({
    code: "audit.export-failed",
    message: `the records could not be sent to ${where} (${reason})`,
    hint,
    cause,
  });
}

/** `logger` of the system; the one of Linux cuts lines at 1 KiB unless it is told a size. */
async function toSyslog(lines: string): Promise<void> {
  const size = process.platform === "linux" ? ["--size", "64KiB"] : [];
  await execa("logger", ["-t", "sandhook", "-p", "user.notice", ...size], { input: lines });
}

/**
 * Sends records away.
 * @throws EngineError `audit.export-failed`
 */
export async function exportRecords(
  records: readonly JoinedRecord[],
  target: ExportTarget,
  site: Pick<Site, "libexec">,
): Promise<void> {
  const lines = renderLines(records);
  switch (target.kind) {
    case "file":
      try {
        appendFileSync(target.file, lines, { mode: 0o600 });
        return;
      } catch (cause) {
        throw failed(target.file, cause, "Check that its folder exists and can be written.");
      }
    case "syslog":
      try {
        await toSyslog(lines);
        return;
      } catch (cause) {
        throw failed("syslog", cause, "It takes the program logger; see that it works: logger test");
      }
    case "otlp":
      try {
        await (loadPart(site, "export-otlp") as OtlpPart).exportOtlp(records, target.endpoint);
        return;
      } catch (cause) {
        throw failed(
          target.endpoint,
          cause,
          "It must take OTLP logs over HTTP, for example http://127.0.0.1:4318/v1/logs",
        );
      }
  }
}
