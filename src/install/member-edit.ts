import type { Node } from "jsonc-parser";
import type { Splice } from "./splice.ts";
import {
  type SettingsText,
  commaBetween,
  endOfLineComments,
  endsInLineComment,
  holdsComment,
  indentAt,
  indentUnitOf,
  lineBreakOf,
} from "./settings-text.ts";

/** A member to add: a property when it has a key, else an array element. */
export interface NewMember {
  readonly key?: string;
  readonly value: unknown;
}

const endOf = (node: Node): number => node.offset + node.length;
const insertAt = (offset: number, inserted: string): Splice => ({ offset, removed: "", inserted });
const hasBreak = (text: string): boolean => /[\r\n]/.test(text);

/** A text that keeps everything on one line is continued on that line. */
function isFlat({ text, root }: SettingsText): boolean {
  return root?.children?.[0] !== undefined && !hasBreak(text.slice(root.offset, endOf(root)));
}

/** What keeps text that goes to an offset out of a line comment before it. */
function lineBreakNeeded(text: string, tokenStart: number, offset: number): string {
  return endsInLineComment(text, tokenStart, offset) ? lineBreakOf(text) : "";
}

/** JSON of a member in the style of the text: on one line when the text is, else indented with its own unit. */
function renderMember(settings: SettingsText, member: NewMember, indent: string): string {
  const { text } = settings;
  const flat = isFlat(settings);
  const key = member.key === undefined ? "" : `${JSON.stringify(member.key)}:${flat ? "" : " "}`;
  if (flat) return key + JSON.stringify(member.value);
  const lines = JSON.stringify(member.value, undefined, indentUnitOf(settings)).split("\n");
  return key + lines.join(lineBreakOf(text) + indent);
}

/** Splices that add a member at the end of an object or array, after the comments of the member before it. */
export function addMember(settings: SettingsText, container: Node, member: NewMember): readonly Splice[] {
  const last = container.children?.at(-1);
  return last === undefined
    ? [addFirst(settings, container, member)]
    : addAfter(settings, container, { last, member });
}

/** Splices that add a property to the settings, or write the first object into a text that has none. */
export function addToRoot(settings: SettingsText, member: Required<NewMember>): readonly Splice[] {
  const { text, root } = settings;
  if (root !== undefined) return addMember(settings, root, member);
  const eol = lineBreakOf(text);
  const json = JSON.stringify({ [member.key]: member.value }, undefined, 2).replaceAll("\n", eol);
  const start = text === "" || text.endsWith("\n") ? "" : eol;
  return [insertAt(text.length, start + json + eol)];
}

function addFirst(settings: SettingsText, container: Node, member: NewMember): Splice {
  const { text } = settings;
  const outer = indentAt(text, container.offset);
  const indent = outer + indentUnitOf(settings);
  const inner = text.slice(container.offset + 1, endOf(container) - 1);
  const kept = inner.trimEnd();
  const eol = lineBreakOf(text);
  const rest = inner.slice(kept.length);
  const rendered = renderMember(settings, member, indent);
  const at = container.offset + 1 + kept.length;
  if (!isFlat(settings)) {
    const inserted = eol + indent + rendered;
    if (hasBreak(rest)) return insertAt(at, inserted);
    return { offset: at, removed: rest, inserted: inserted + eol + outer };
  }
  return insertAt(at, lineBreakNeeded(text, container.offset, at) + rendered);
}

function addAfter(
  settings: SettingsText,
  container: Node,
  { last, member }: { readonly last: Node; readonly member: NewMember },
): readonly Splice[] {
  const { text } = settings;
  const first = container.children?.[0] ?? last;
  const spread = hasBreak(text.slice(container.offset, first.offset));
  const indent = spread ? indentAt(text, first.offset) : indentAt(text, container.offset);
  const gap = spread ? lineBreakOf(text) + indent : /^\s/.test(text.slice(endOf(last))) ? " " : "";
  const comma = commaBetween(text, endOf(last), endOf(container) - 1);
  const at = endOfLineComments(text, comma === undefined ? endOf(last) : comma + 1);
  const apart = spread ? gap : lineBreakNeeded(text, endOf(last), at) || gap;
  const rendered = apart + renderMember(settings, member, indent);
  if (comma !== undefined) return [insertAt(at, `${rendered},`)];
  if (at === endOf(last)) return [insertAt(at, `,${rendered}`)];
  return [insertAt(endOf(last), ","), insertAt(at + 1, rendered)];
}

/** Start of the white space before an offset. */
function spaceBefore(text: string, offset: number): number {
  return text.slice(0, offset).trimEnd().length;
}

/** A splice that takes a member out, with the white space before it and one comma. Comments of others stay. */
export function removeMember(settings: SettingsText, container: Node, index: number): readonly Splice[] {
  const { text } = settings;
  const children = container.children ?? [];
  const [node, previous, next] = [children[index], children[index - 1], children[index + 1]];
  if (node === undefined) return [];
  const cut = (start: number, end: number): Splice => {
    const bare = !/^[ \t]*[\r\n]/.test(text.slice(end));
    const inserted = bare ? lineBreakNeeded(text, container.offset, start) : "";
    return { offset: start, removed: text.slice(start, end), inserted };
  };
  const limit = next?.offset ?? endOf(container) - 1;
  const commaAfter = commaBetween(text, endOf(node), limit);
  const from = spaceBefore(text, node.offset);
  if (commaAfter !== undefined) {
    if (!holdsComment(text, endOf(node), commaAfter)) return [cut(from, commaAfter + 1)];
    return [cut(commaAfter, commaAfter + 1), cut(from, endOf(node))];
  }
  if (previous === undefined) {
    const rest = text.slice(endOf(node), limit);
    const alone = from === container.offset + 1 && rest.trim() === "";
    return [cut(from, alone ? limit : endOf(node))];
  }
  const commaBefore = commaBetween(text, endOf(previous), node.offset) ?? endOf(previous);
  if (commaBefore + 1 >= from) return [cut(commaBefore, endOf(node))];
  return [cut(from, endOf(node)), cut(commaBefore, commaBefore + 1)];
}
