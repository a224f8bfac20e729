import type { HostPath } from "../../core/paths.ts";
import { foldersBetween, isInside } from "../../core/paths.ts";
import type { HiddenPath } from "../../core/plan.ts";
import { CONTENT_OPERATIONS, RENAME_OPERATIONS, WRITE_OPERATIONS } from "./operations.ts";
import { type DenyContext, everySpelling, renderPins } from "./render-denies.ts";
import { renderExcept, renderRule } from "./rules.ts";

function strictlyInside(child: HostPath, parent: HostPath): boolean {
  return child !== parent && isInside(child, parent);
}

/** Rules for one hidden path. A readable or writable path inside it is carved out instead of being allowed again. */
function renderOne(context: DenyContext, readable: readonly HostPath[], hidden: HostPath): readonly string[] {
  const { table, roots } = context;
  const shown = [...readable, ...roots].filter((path) => strictlyInside(path, hidden));
  const written = roots.filter((path) => strictlyInside(path, hidden));
  const tree = (path: HostPath) =>
    everySpelling(table, "SHOWN", path).flatMap((name) => [`(literal ${name})`, `(subpath ${name})`]);
  const onTheWay = shown.flatMap((path) => foldersBetween(hidden, path));
  const passable = [hidden, ...onTheWay].flatMap((path) =>
    everySpelling(table, "HIDDEN", path).map((name) => `(literal ${name})`),
  );
  const names = everySpelling(table, "HIDDEN", hidden);
  const filters = (exceptions: readonly string[]) =>
    names.flatMap((name) => [
      renderExcept(`(literal ${name})`, exceptions),
      renderExcept(`(subpath ${name})`, exceptions),
    ]);
  return [
    ...renderRule("deny", CONTENT_OPERATIONS, filters(shown.flatMap(tree))),
    ...renderRule("deny", ["file-read-metadata"], filters([...shown.flatMap(tree), ...passable])),
    ...renderRule("deny", WRITE_OPERATIONS, filters(written.flatMap(tree))),
  ];
}

/**
 * Hidden paths give nothing away but that they exist.
 * 1. Content, names in a folder, attributes and executable mapping are denied, and so are links and clones, which would
 *    give the content a name that no rule knows.
 * 2. Metadata is denied below the path; the path itself can be stat'ed, so that `ls -l` and realpath work around it.
 * 3. Writes are denied, and renames of every folder above it within a writable root: `mv .env x` would reveal it.
 */
export function renderHidden(
  context: DenyContext,
  readable: readonly HostPath[],
  hidden: readonly HiddenPath[],
): readonly string[] {
  const pins = hidden.flatMap((item) => renderPins(context, "HIDDEN", item.path));
  return [
    ...hidden.flatMap((item) => renderOne(context, readable, item.path)),
    ...renderRule("deny", RENAME_OPERATIONS, pins),
  ];
}
