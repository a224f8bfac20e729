import { CHOICES, LISTS } from "./key-rules.ts";
import { SCOPES } from "./layers.ts";
import { type JsonSchema, sectionSchema } from "./settings-schema.ts";

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from src/config; do not edit. -->

The key \`sandhook\` in the settings.json files that Claude Code reads. Comments and trailing commas are allowed. For help while you type, name the schema
that comes with sandhook in the same file: \`"$schema": "…/sandhook/schema.json"\`.

\`\`\`json
{
  "sandhook": {
    "profile": "strict",
    "network": { "presets": ["npm", "github"] },
    "filesystem": { "allowWrite": ["~/.npm"] }
  }
}
\`\`\`

## Where it is read from

From strongest to weakest:

| place | file | may |
|---|---|---|
| managed | \`managed-settings.json\` and \`managed-settings.d/*.json\` in \`/etc/claude-code\` (Linux) or \`/Library/Application Support/ClaudeCode\` (macOS); a later drop-in wins | set a ceiling for everything below |
| launcher | options of \`sandhook claude\` | set what the user may |
| local | \`.claude/settings.local.json\` | only narrow, until you trust it |
| project | \`.claude/settings.json\` | only narrow, until you trust it |
| user | \`~/.claude/settings.json\` | set |

*Single values*: the strongest place that writes the key decides; below a managed value, and in a project that is not trusted, a value counts only if it is narrower.
*Lists*: every place adds to them; a managed file that writes a list of grants closes it. A file that is there and cannot be used (no JSON, an unknown key, a wrong type,
not readable) refuses every command, with the file, the key, what was expected and the nearest key. No variable of the environment changes anything.

Claude Code's own \`sandbox.filesystem\`, \`sandbox.network\` domains, \`sandbox.excludedCommands\`, \`permissions.additionalDirectories\` and path rules of
Read and Edit are read as input, each at its own place.

## Trust

\`sandhook trust\` shows what a project's files would change beyond narrowing, asks, and records the digest of exactly that content: the sections of
\`.claude/settings.json\` and \`.claude/settings.local.json\` that act on sandhook, and the files that are read only then (\`.claude/sandbox.Dockerfile\`,
\`.claude/sandbox.bashrc\`, a devcontainer.json with its folder, and files that the settings name). Any change of them ends the trust. \`sandhook trust --show\` says where you are,
\`--revoke\` ends it. What managed settings say cannot be widened by trust either.

## Profiles

\`workspace-write\` (the default), \`read-only\`, \`strict\` and \`open-network\` come with sandhook. Your own stand under \`profiles\` in your user settings, or as
\`~/.config/sandhook/profiles/NAME.json\`; one that extends nothing extends the default. In plan mode the workspace is read-only under every profile.
`;

function inline(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll("|", "\\|")}\``;
}

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  integer: "number",
  number: "number",
};

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(inline).join(", ");
  if (schema.const !== undefined) return inline(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(", or ");
  if (schema.type === "array")
    return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  return WORDS[schema.type ?? "object"] ?? "object";
}

/** The rule by which the places of a key are combined, and who may write it. */
function mergingOf(key: string): readonly string[] {
  const rule = Object.hasOwn(CHOICES, key)
    ? CHOICES[key as keyof typeof CHOICES]
    : Object.hasOwn(LISTS, key)
      ? LISTS[key as keyof typeof LISTS]
      : undefined;
  if (rule === undefined) return [];
  const everyone = SCOPES.every((scope) => rule.settableBy.includes(scope));
  return [rule.narrowing, ...(everyone ? [] : [`Only from: ${rule.settableBy.join(", ")}.`])];
}

function renderKey(key: string, schema: JsonSchema): string[] {
  const [example] = schema.examples ?? [];
  return [
    `### \`${key}\``,
    "",
    schema.description ?? "",
    "",
    `* Type: ${typeOf(schema)}`,
    ...(schema.default === undefined ? [] : [`* Default: ${inline(schema.default)}`]),
    ...(example === undefined ? [] : [`* Example: ${inline(example)}`]),
    ...mergingOf(key).map((sentence) => `* ${sentence}`),
    "",
  ];
}

/** The object behind a schema that may be written in a short form too. */
function objectOf(schema: JsonSchema): JsonSchema | undefined {
  return schema.properties === undefined
    ? schema.anyOf?.find(({ properties }) => properties !== undefined)
    : schema;
}

function renderFields(title: string, schema: JsonSchema): string[] {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      `| \`${name}\` | ${typeOf(field)} | ${(field.description ?? "").replaceAll("|", "\\|")} |`,
  );
  return rows.length === 0 ? [] : [`${title}:`, "", "| key | type | meaning |", "|---|---|---|", ...rows, ""];
}

function renderEntries(key: string, schema: JsonSchema): string[] {
  const element =
    schema.items ??
    (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
  return element === undefined ? [] : renderFields(`Each entry of \`${key}\``, element);
}

function renderTopKey([key, schema]: [string, JsonSchema]): string[] {
  const block = objectOf(schema);
  if (block === undefined) return [...renderKey(key, schema), ...renderEntries(key, schema)];
  const inner = Object.entries(block.properties ?? {}).flatMap(([name, field]) => [
    ...renderKey(`${key}.${name}`, field),
    ...renderEntries(`${key}.${name}`, field),
  ]);
  return [`## \`${key}\``, "", schema.description ?? "", "", ...inner];
}

/** docs/CONFIG.md: every key with its type, default, meaning, an example, and how its places are combined. */
export function renderConfigReference(): string {
  const all = Object.entries(sectionSchema().properties ?? {});
  const blocks = all.filter(([, schema]) => objectOf(schema) !== undefined);
  const single = all.filter(([, schema]) => objectOf(schema) === undefined);
  return [
    INTRODUCTION,
    "## Keys of their own",
    "",
    ...single.flatMap(renderTopKey),
    ...blocks.flatMap(renderTopKey),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
