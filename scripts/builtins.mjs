import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

function sources() {
  return ["src", "hooks"].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => path.join(folder, name)),
  );
}

/** What our own files import from one of Node's modules by name. */
function importedNames(builtin) {
  const clause = new RegExp(`^import (?!type)(?:\\w+, )?\\{([^}]*)\\} from "${builtin}";`, "gm");
  const names = sources().flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(clause)].flatMap(([, list]) => list.split(",")),
  );
  const plain = names.map((name) => name.trim().replace(/ as .*/, ""));
  return [...new Set(plain)].filter((name) => name !== "" && !name.startsWith("type "));
}

/**
 * One `require` of each of Node's modules for a whole bundle, and a variable for each name. By itself esbuild writes a
 * `require` for every importing file, and copies all properties for every default import: a millisecond of each start.
 */
export const shareBuiltins = {
  name: "share-builtins",
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path: builtin, namespace }) =>
      namespace === "builtin"
        ? { path: builtin, external: true }
        : { path: builtin, namespace: "builtin", sideEffects: false },
    );
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path: builtin }) => ({
      contents: [
        `const builtin = require(${JSON.stringify(builtin)});`,
        "export default builtin;",
        `export const { ${importedNames(builtin).join(", ")} } = builtin;`,
      ].join("\n"),
    }));
  },
};
