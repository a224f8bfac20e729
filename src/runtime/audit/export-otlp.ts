import { type LogAttributes, SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, type LogRecordProcessor, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { AuditRecord } from "../../core/audit.ts";
import type { JoinedRecord } from "./read-records.ts";

/** Records of one request; collectors bound its size. */
const BATCH = 256;

/** Attributes by the names that OpenTelemetry has for them, else below `sandhook.`. */
function attributesOf(record: AuditRecord, decision: AuditRecord | undefined): LogAttributes {
  const about = decision ?? record;
  const all: Readonly<Record<string, string | number | string[] | undefined>> = {
    "session.id": about.session,
    "process.command_line": about.command,
    "process.exit.code": record.exit,
    "process.working_directory": about.cwd,
    "gen_ai.tool.name": about.tool,
    "gen_ai.tool.call.id": about.toolUse,
    "gen_ai.agent.id": about.agent,
    "sandhook.seq": record.seq,
    "sandhook.prev": record.prev,
    "sandhook.door": about.door,
    "sandhook.job": record.job,
    "sandhook.command_hash": about.commandHash,
    "sandhook.decision": about.decision,
    "sandhook.code": about.code,
    "sandhook.rule": about.rule,
    "sandhook.reason": about.reason,
    "sandhook.engine": record.engine ?? about.engine,
    "sandhook.profile": about.profile,
    "sandhook.milliseconds": record.milliseconds,
    "sandhook.refusals": record.refusals === undefined ? undefined : [...record.refusals],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function severityOf({ decision, refusals }: AuditRecord): SeverityNumber {
  const notable = decision === "refuse" || decision === "outside" || refusals !== undefined;
  return notable ? SeverityNumber.WARN : SeverityNumber.INFO;
}

/** The SDK's records of our records: its own processors would swallow what goes wrong on the way. */
function convert(records: readonly JoinedRecord[]): ReadableLogRecord[] {
  const made: ReadableLogRecord[] = [];
  const collect: LogRecordProcessor = {
    onEmit: (record) => made.push(record),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "service.name": "sandhook" }),
    processors: [collect],
  });
  const logger = provider.getLogger("sandhook.audit");
  for (const { record, decision } of records)
    logger.emit({
      eventName: `sandhook.${record.event}`,
      timestamp: new Date(record.time),
      severityNumber: severityOf(record),
      body: JSON.stringify(record),
      attributes: attributesOf(record, decision),
    });
  return made;
}

/** Sends records to an OTLP endpoint over HTTP, with the official exporter; throws when one of them was not taken. */
export async function exportOtlp(records: readonly JoinedRecord[], endpoint: string): Promise<void> {
  const exporter = new OTLPLogExporter({ url: endpoint });
  const all = convert(records);
  try {
    for (let from = 0; from < all.length; from += BATCH) {
      await new Promise<void>((resolve, reject) => {
        exporter.export(all.slice(from, from + BATCH), ({ code, error }) => {
          if ((code as number) === 0) resolve();
          else reject(error ?? new Error("the endpoint refused the records"));
        });
      });
    }
  } finally {
    await exporter.shutdown();
  }
}
