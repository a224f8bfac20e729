/**
 * A small file system with hard links, symlinks and, if wanted, names that differ only by case being the same: enough
 * to play moves against a policy that goes by path. Paths are absolute; every call gives undefined when it fails.
 */
export type Node =
  | { readonly kind: "folder"; readonly entries: Map<string, Entry> }
  | { readonly kind: "file"; content: string }
  | { readonly kind: "link"; readonly target: string };

interface Entry {
  /** The name as it was given when the entry was made; the kernel reports this one. */
  readonly name: string;
  readonly node: Node;
}

/** Where a path leads: the folder it ends in, by its real path, the last name, and what is there. */
interface Place {
  readonly folder: Extract<Node, { kind: "folder" }>;
  readonly folderPath: string;
  readonly name: string;
  readonly node: Node | undefined;
  /** The path as the kernel reports it. */
  readonly path: string;
}

const MAX_LINKS = 8;

export interface FileModel {
  readonly root: Extract<Node, { kind: "folder" }>;
  locate(path: string, follow: boolean): Place | undefined;
  put(place: Place, node: Node): void;
  take(place: Place): void;
  /** Every path of every file and folder, links not followed. */
  walk(): readonly (readonly [string, Node])[];
}

export function folder(): Extract<Node, { kind: "folder" }> {
  return { kind: "folder", entries: new Map() };
}

export function createFileModel(fold: (name: string) => string): FileModel {
  const root = folder();

  function locate(path: string, follow: boolean, hops = 0): Place | undefined {
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    const last = names.pop();
    if (last === undefined || hops > MAX_LINKS) return undefined;
    let at = root;
    let atPath = "";
    for (const [index, name] of names.entries()) {
      const entry = at.entries.get(fold(name));
      if (entry === undefined || entry.node.kind === "file") return undefined;
      if (entry.node.kind === "link") {
        const rest = [...names.slice(index + 1), last].join("/");
        return locate(`${entry.node.target}/${rest}`, follow, hops + 1);
      }
      at = entry.node;
      atPath = `${atPath}/${entry.name}`;
    }
    const entry = at.entries.get(fold(last));
    if (follow && entry?.node.kind === "link") return locate(entry.node.target, follow, hops + 1);
    const path_ = `${atPath}/${entry?.name ?? last}`;
    return { folder: at, folderPath: atPath, name: last, node: entry?.node, path: path_ };
  }

  function walkFrom(node: Node, path: string): readonly (readonly [string, Node])[] {
    if (node.kind !== "folder") return [[path, node]];
    return [
      [path, node],
      ...[...node.entries.values()].flatMap((entry) => walkFrom(entry.node, `${path}/${entry.name}`)),
    ];
  }

  return {
    root,
    locate: (path, follow) => locate(path, follow),
    put: (place, node) => place.folder.entries.set(fold(place.name), { name: place.name, node }),
    take: (place) => {
      place.folder.entries.delete(fold(place.name));
    },
    walk: () => walkFrom(root, ""),
  };
}
