import { applyEdits, findNodeAtLocation, type JSONPath, modify, type Node } from "jsonc-parser";
import { InstallError } from "../core/errors.ts";
import { parseSettings } from "./settings-text.ts";

/** Spaces or a tab that the text's first member is indented by. */
function indentation(text: string): { readonly insertSpaces: boolean; readonly tabSize: number } {
  const [, white = "  "] = /\n([ \t]+)"/.exec(text) ?? [];
  return { insertSpaces: !white.startsWith("\t"), tabSize: white.length };
}

function textsIn(node: Node | undefined): readonly string[] {
  return (node?.children ?? []).map(({ value }) => String(value));
}

/**
 * Adds hosts to `sandhook.network.allowedDomains` of a settings text; what is not the network keeps its bytes. A network that is one
 * word becomes an object with that word as its mode.
 * @throws InstallError `settings.unparsable`, `settings.shape`
 */
export function allowDomains(text: string | undefined, domains: readonly string[], file: string): string {
  let after = text === undefined || text.trim() === "" ? "{}\n" : text;
  const formattingOptions = { ...indentation(after), eol: after.includes("\r\n") ? "\r\n" : "\n" };
  const set = (place: JSONPath, value: unknown, isArrayInsertion = false): void => {
    after = applyEdits(after, modify(after, place, value, { formattingOptions, isArrayInsertion }));
  };
  const at = (...place: JSONPath): Node | undefined => {
    const { root } = parseSettings(after, file);
    return root && findNodeAtLocation(root, place);
  };
  const network = at("sandhook", "network");
  if (network?.type === "string") set(["sandhook", "network"], { mode: String(network.value) });
  const list = at("sandhook", "network", "allowedDomains");
  if (list !== undefined && list.type !== "array") {
    throw new InstallError({
      code: "settings.shape",
      message: `${file}: sandhook.network.allowedDomains is not a list`,
      hint: "Make it a list of texts, and run the command again; the file was not changed.",
    });
  }
  const known = textsIn(list);
  if (list === undefined) set(["sandhook", "network", "allowedDomains"], domains);
  else
    for (const domain of domains.filter((each) => !known.includes(each)))
      set(["sandhook", "network", "allowedDomains", -1], domain, true);
  return after;
}
