import { InstallError } from "../../core/errors.ts";

const HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
  '<plist version="1.0">',
];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Characters that XML 1.0 cannot hold, escaped or not. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

function escape(text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new InstallError({
      code: "managed.not-xml",
      message: `${JSON.stringify(text)} holds a character that a property list cannot`,
      hint: "Remove control characters from the policy, or export it as json.",
    });
  }
  // A carriage return would be read as a line feed.
  return text.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char).replaceAll("\r", "&#13;");
}

function scalar(value: unknown): string | undefined {
  if (typeof value === "string") return `<string>${escape(value)}</string>`;
  if (typeof value === "boolean") return `<${String(value)}/>`;
  if (typeof value !== "number") return undefined;
  return Number.isInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`;
}

function lines(value: unknown, indent: string): string[] {
  const simple = scalar(value);
  if (simple !== undefined) return [indent + simple];
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => lines(item, deeper));
    return items.length === 0 ? [`${indent}<array/>`] : [`${indent}<array>`, ...items, `${indent}</array>`];
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>).filter(
    ([, member]) => member !== undefined && member !== null,
  );
  if (entries.length === 0) return [`${indent}<dict/>`];
  const members = entries.flatMap(([key, member]) => [
    `${deeper}<key>${escape(key)}</key>`,
    ...lines(member, deeper),
  ]);
  return [`${indent}<dict>`, ...members, `${indent}</dict>`];
}

/**
 * A value as an XML property list. Members that are null or undefined are left out: property lists have neither.
 * @throws InstallError `managed.not-xml`
 */
export function renderPlist(value: unknown): string {
  return [...HEAD, ...lines(value, ""), "</plist>", ""].join("\n");
}
