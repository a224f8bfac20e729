import { type FileModel, folder, type Node } from "./file-model.ts";

/** One thing that a sandboxed command can try with files. */
export type Move =
  | { readonly kind: "mkdir" | "write" | "unlink"; readonly path: string }
  | { readonly kind: "rename" | "link" | "clone" | "symlink"; readonly from: string; readonly to: string };

export type Allowed = (operation: string, path: string) => boolean;

function contains(outer: Node, inner: Node): boolean {
  if (outer === inner) return true;
  return outer.kind === "folder" && [...outer.entries.values()].some((entry) => contains(entry.node, inner));
}

function play(model: FileModel, allowed: Allowed, move: Extract<Move, { path: string }>): void {
  const place = model.locate(move.path, move.kind === "write");
  if (place === undefined) return;
  if (move.kind === "unlink") {
    const isFull = place.node?.kind === "folder" && place.node.entries.size > 0;
    if (place.node !== undefined && !isFull && allowed("file-write-unlink", place.path)) model.take(place);
  } else if (place.node === undefined) {
    const node: Node = move.kind === "mkdir" ? folder() : { kind: "file", content: "evil" };
    if (allowed("file-write-create", place.path)) model.put(place, node);
  } else if (move.kind === "write" && place.node.kind === "file") {
    if (allowed("file-write-data", place.path)) place.node.content = "evil";
  }
}

function playPair(model: FileModel, allowed: Allowed, move: Extract<Move, { from: string }>): void {
  const to = model.locate(move.to, false);
  if (to === undefined) return;
  // The new name as it is given, even where an old one differs by case.
  const mayCreate =
    allowed("file-write-create", `${to.folderPath}/${to.name}`) && allowed("file-write-create", to.path);
  if (!mayCreate) return;
  if (move.kind === "symlink") {
    if (to.node === undefined) model.put(to, { kind: "link", target: move.from });
    return;
  }
  const from = model.locate(move.from, false);
  if (from?.node === undefined) return;
  if (move.kind === "rename") {
    const isFull = to.node?.kind === "folder" && to.node.entries.size > 0;
    if (isFull || contains(from.node, to.folder) || !allowed("file-write-unlink", from.path)) return;
    model.take(from);
    model.put(to, from.node);
  } else if (to.node === undefined && from.node.kind === "file") {
    if (!allowed(move.kind === "link" ? "file-link" : "file-clone", from.path)) return;
    model.put(to, move.kind === "link" ? from.node : { kind: "file", content: from.node.content });
  }
}

/**
 * Plays moves as far as the policy allows each. A rename asks for taking away the one name and making the other, and
 * not for what it may replace: if the kernel asks for more, less is possible than here.
 */
export function playMoves(model: FileModel, allowed: Allowed, moves: readonly Move[]): void {
  for (const move of moves) {
    if ("path" in move) play(model, allowed, move);
    else playPair(model, allowed, move);
  }
}
