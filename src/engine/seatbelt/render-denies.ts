import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { foldersBetween, hostPath, isInside } from "../../core/paths.ts";
import type { ProtectedPath } from "../../core/plan.ts";
import { RENAME_OPERATIONS, WRITE_OPERATIONS } from "./operations.ts";
import type { ParameterTable } from "./parameters.ts";
import { physicalPaths } from "./physical-paths.ts";
import { renderExcept, renderRule, treeFilters } from "./rules.ts";
import { caseFoldingRegex, DATA_VOLUME, privateSpellings } from "./spellings.ts";

export interface DenyContext {
  readonly host: Host;
  readonly table: ParameterTable;
  /** Everything that can be written, the temporary folder included. */
  readonly roots: readonly HostPath[];
}

/** References to every name under which the kernel may report a path: /private, and the data volume behind firmlinks. */
export function everySpelling(table: ParameterTable, prefix: string, path: HostPath): readonly string[] {
  return privateSpellings(path).flatMap((spelling) => {
    const reference = table.reference(prefix, spelling);
    return [reference, `(string-append "${DATA_VOLUME}" ${reference})`];
  });
}

/** The outermost writable root around a path; a writable folder can lie inside another behind a protected one. */
function rootOf(path: HostPath, roots: readonly HostPath[]): HostPath | undefined {
  return roots.filter((root) => isInside(path, root)).sort((a, b) => a.length - b.length)[0];
}

/**
 * Keeps every folder from a writable root down to `path` in its place. Without this, `mv .git x`, a change in `x` and
 * `mv x .git` would get around a rule that goes by path. A folder that is missing must not be made either: it could
 * arrive by rename with the protected file already in it, or as a link to another place.
 */
export function renderPins(context: DenyContext, prefix: string, path: HostPath): readonly string[] {
  const { host, table } = context;
  const root = rootOf(path, context.roots);
  if (root === undefined || root === path) return [];
  return foldersBetween(root, path).flatMap((folder) => {
    const names = everySpelling(table, `${prefix}_PARENT`, folder).map((name) => `(literal ${name})`);
    if (host.inspect(folder) !== undefined) return names;
    const regex = table.reference(`${prefix}_PARENT_CASE`, caseFoldingRegex(root, folder, "itself"));
    return [...names, `(regex ${regex})`];
  });
}

function protectedFilters(context: DenyContext, item: ProtectedPath): readonly string[] {
  const { table, roots } = context;
  const opened = roots.filter((root) => root !== item.path && isInside(root, item.path));
  const exceptions = opened.flatMap((root) => everySpelling(table, "WRITE", root)).flatMap(treeFilters);
  const names = everySpelling(table, "PROTECTED", item.path)
    .flatMap(treeFilters)
    .map((filter) => renderExcept(filter, exceptions));
  if (item.kind !== "missing") return names;
  const root = rootOf(item.path, roots) ?? hostPath("/");
  const regex = caseFoldingRegex(root, item.path, "below");
  return [...names, `(regex ${table.reference("PROTECTED_CASE", regex)})`];
}

/**
 * Protected paths stay as they are.
 * 1. No write, new name or clone at the path or below it, but for a writable root that was opened inside it.
 * 2. No rename of a folder above it, up to the writable root.
 * 3. No rename of a writable root: moved into another root, its rules would no longer match.
 */
export function renderProtected(
  context: DenyContext,
  protectedPaths: readonly ProtectedPath[],
): readonly string[] {
  const items = protectedPaths.flatMap((item) =>
    physicalPaths(context.host, item.path).map((path) => ({ ...item, path })),
  );
  const folders = context.roots.filter((root) => context.host.inspect(root)?.kind !== "file");
  const rootNames = folders.flatMap((root) =>
    everySpelling(context.table, "WRITE", root).map((name) => `(literal ${name})`),
  );
  const pins = items.flatMap((item) => renderPins(context, "PROTECTED", item.path));
  return [
    ...renderRule(
      "deny",
      WRITE_OPERATIONS,
      items.flatMap((item) => protectedFilters(context, item)),
    ),
    ...renderRule("deny", RENAME_OPERATIONS, [...pins, ...rootNames]),
  ];
}
