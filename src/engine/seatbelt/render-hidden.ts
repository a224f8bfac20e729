import type { HostPath } from "../../core/paths.ts";
import { foldersBetween, isInside } from "../../core/paths.ts";
import type { HiddenPath } from "../../core/plan.ts";
import { CONTENT_OPERATIONS, RENAME_OPERATIONS, WRITE_OPERATIONS } from "./operations.ts";
import { physicalPaths } from "./physical-paths.ts";
import { type DenyContext, everySpelling, renderPins } from "./render-denies.ts";
import { renderExcept, renderRule, treeFilters } from "./rules.ts";

interface HiddenFilters {
  readonly content: readonly string[];
  readonly metadata: readonly string[];
  readonly writes: readonly string[];
}

function strictlyInside(child: HostPath, parent: HostPath): boolean {
  return child !== parent && isInside(child, parent);
}

/** What is denied at one hidden path. A readable or writable path inside it is carved out instead of allowed again. */
function hiddenFilters(context: DenyContext, readable: readonly HostPath[], hidden: HostPath): HiddenFilters {
  const { table, roots } = context;
  const trees = (paths: readonly HostPath[]) =>
    paths
      .filter((path) => strictlyInside(path, hidden))
      .flatMap((path) => everySpelling(table, "SHOWN", path))
      .flatMap(treeFilters);
  const shown = trees([...readable, ...roots]);
  const written = trees(roots);
  const onTheWay = [...readable, ...roots]
    .filter((path) => strictlyInside(path, hidden))
    .flatMap((path) => foldersBetween(hidden, path));
  const passable = [hidden, ...onTheWay]
    .flatMap((path) => everySpelling(table, "HIDDEN", path))
    .map((name) => `(literal ${name})`);
  const names = everySpelling(table, "HIDDEN", hidden);
  const except = (exceptions: readonly string[]) =>
    names.flatMap(treeFilters).map((filter) => renderExcept(filter, exceptions));
  return {
    content: except(shown),
    metadata: names.map((name) => renderExcept(`(subpath ${name})`, [...shown, ...passable])),
    writes: except(written),
  };
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
  const paths = hidden.flatMap((item) => physicalPaths(context.host, item.path));
  const filters = paths.map((path) => hiddenFilters(context, readable, path));
  const pins = paths.flatMap((path) => renderPins(context, "HIDDEN", path));
  return [
    ...renderRule(
      "deny",
      CONTENT_OPERATIONS,
      filters.flatMap(({ content }) => content),
    ),
    ...renderRule(
      "deny",
      ["file-read-metadata"],
      filters.flatMap(({ metadata }) => metadata),
    ),
    ...renderRule(
      "deny",
      WRITE_OPERATIONS,
      filters.flatMap(({ writes }) => writes),
    ),
    ...renderRule("deny", RENAME_OPERATIONS, pins),
  ];
}
