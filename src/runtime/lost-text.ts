import { forEachChild } from "unbash";
import type { SyntaxNode } from "unbash";

/** Nodes between whose children only blanks, line ends, comments and list operators may stand. */
const LISTS: ReadonlySet<string> = new Set(["Script", "CompoundList", "Statement", "AndOr", "Pipeline"]);
const LIST_GAP = /^(?:[ \t\n;&|!]|\\\n)*$/;
const BLANK_GAP = /^(?:[ \t]|\\\n)*$/;
const COMMENT = /(?<=^|[\s;&|()])#[^\n]*/g;
const OPENING = /^(?:\$\(|`|\$\{[ \t\n|]|[<>]\()\s*$/;
const CLOSING = /^[\s;&]*[)`}]$/;

/**
 * Looks for source text that the tree does not account for: the parser recovers from some mistakes by dropping a
 * character without an error (`rm(<<<x`), and a verdict must not rest on a reading that bash does not share. `source`
 * has its here-documents blanked out. Gives the lost text, or undefined.
 */
export function findLostText(node: SyntaxNode, source: string): string | undefined {
  const inside = childrenOf(node);
  if (node.type === "CommandExpansion" || node.type === "ProcessSubstitution") {
    // Positions of an escaped backtick script are those of its own decoded source.
    return node.script?.source === undefined ? lostAround(node, source) : undefined;
  }
  if (!LISTS.has(node.type) && node.type !== "Command") return undefined;
  const allowed = node.type === "Command" ? BLANK_GAP : LIST_GAP;
  return gaps(node, inside, source).find((gap) => !allowed.test(withoutComments(gap, allowed)));
}

/** The source with every here-document's text and end marker replaced by blanks, positions unchanged. */
export function blankHereDocuments(root: SyntaxNode, source: string): string {
  let blanked = source;
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script" && node !== root && node.source !== undefined) return;
    if (node.type === "HereDoc") {
      const { pos } = node.body;
      const end = Math.max(node.body.end, node.closing?.end ?? 0);
      blanked = blanked.slice(0, pos) + " ".repeat(end - pos) + blanked.slice(end);
    }
    forEachChild(node, visit);
  };
  visit(root);
  return blanked;
}

type Range = { readonly pos: number; readonly end: number };

function childrenOf(node: SyntaxNode): readonly Range[] {
  const children: Range[] = [];
  forEachChild(node, (child) => children.push(child));
  return children.sort((a, b) => a.pos - b.pos);
}

function gaps(node: Range, children: readonly Range[], source: string): readonly string[] {
  const starts = [node.pos, ...children.map(({ end }) => end)];
  const ends = [...children.map(({ pos }) => pos), node.end];
  return starts.map((start, at) => source.slice(start, ends[at]));
}

function withoutComments(gap: string, allowed: RegExp): string {
  return allowed === LIST_GAP ? gap.replace(COMMENT, "") : gap;
}

function lostAround(node: SyntaxNode, source: string): string | undefined {
  const [script] = childrenOf(node);
  if (script === undefined) return "an unread substitution";
  const before = source.slice(node.pos, script.pos);
  const after = source.slice(script.end, node.end).replace(COMMENT, "");
  return OPENING.test(before) && CLOSING.test(after) ? undefined : before + after;
}
