import { forEachChild, parse } from "unbash";
import type { ParsedScript, SyntaxNode } from "unbash";
import { blankHereDocuments, findLostText } from "./lost-text.ts";
import type { ParsedShell, ShellNode } from "../policy/permission/shell-syntax.ts";

/** Longest command that is parsed, in characters; the client does not judge longer ones by rules either. */
const LONGEST = 100_000;

class Doubt extends Error {}

/**
 * Parses a bash command line with unbash, for the permission rules. Never throws: text with a syntax error, at any
 * depth of substitution, is `unparsable`, and so is anything the parser left unresolved.
 *
 * Import this module lazily; it is off the hot path for plain commands.
 */
export function parseBash(text: string): ParsedShell {
  if (text.length > LONGEST) return { kind: "unparsable", reason: `longer than ${LONGEST} characters` };
  try {
    return { kind: "parsed", root: readScript(parse(text), text) };
  } catch (cause) {
    // The parser recurses; whatever it throws means that nothing is known about the text.
    return { kind: "unparsable", reason: cause instanceof Error ? cause.message : "the parser failed" };
  }
}

type Source = { readonly text: string; readonly blanked: string };

/** The tree of a script; escaped backtick scripts carry their own decoded source, and positions below them index it. */
function readScript(script: ParsedScript, text: string): ShellNode {
  const whole = { ...script, pos: 0, end: text.length };
  return convert(whole, { text, blanked: blankHereDocuments(script, text) });
}

function convert(node: SyntaxNode, source: Source): ShellNode {
  refuseErrors(node);
  if (node.type === "Script" && node.source !== undefined && node.source !== source.text) {
    return readScript(node, node.source);
  }
  refuseUnresolved(node);
  const lost = findLostText(node, source.blanked);
  if (lost !== undefined) throw new Doubt(`unexpected ${JSON.stringify(lost)}`);
  const children: ShellNode[] = [];
  // Expansions inside a here-document are text of this source again.
  const inner = node.type === "HereDocBody" ? { text: source.text, blanked: source.text } : source;
  forEachChild(node, (child) => children.push(convert(child, inner)));
  children.sort((a, b) => a.start - b.start);
  const text = source.text.slice(node.pos, node.end);
  return { type: node.type, start: node.pos, end: node.end, text, ...details(node), children };
}

function refuseErrors(node: SyntaxNode): void {
  const [error] = node.type === "Script" ? (node.errors ?? []) : [];
  if (error !== undefined) throw new Doubt(error.message);
}

function refuseUnresolved(node: SyntaxNode): void {
  // The parser does not know the old arithmetic expansion `$[…]`, which bash still evaluates.
  if (node.type === "Word" && node.text.includes("$[")) throw new Doubt("an expansion of the form $[…]");
  const unresolved =
    ((node.type === "CommandExpansion" || node.type === "ProcessSubstitution") &&
      node.script === undefined) ||
    ((node.type === "ArithmeticExpansion" || node.type === "ArithmeticCommand") &&
      node.expression === undefined &&
      /[$`]/.test(node.type === "ArithmeticCommand" ? node.body : node.text));
  if (unresolved) throw new Doubt("an expansion could not be read");
}

type Details = Pick<ShellNode, "value" | "operator" | "background">;

function details(node: SyntaxNode): Details {
  if (node.type === "HereDoc") {
    return { operator: node.operator, value: node.delimiter?.quoted === true ? "quoted" : "expanded" };
  }
  if (node.type === "HereDocBody") return { value: node.text };
  if (node.type === "Redirect" || node.type === "HereString") return { operator: node.operator };
  if (node.type === "Statement") return { background: node.background === true };
  if (node.type === "Assignment") return { value: node.name };
  if (node.type === "ParameterExpansion") return { value: node.parameter };
  const quoted = node.type === "SingleQuoted" || node.type === "AnsiCQuoted";
  return quoted || node.type === "Word" || node.type === "Literal" ? { value: node.value } : {};
}
