// The layers of docs/ARCHITECTURE.md as rules. Data flows right only:
// protocol → config → policy → engine → rewrite; everything may use core; nothing imports cli.
const forbid = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    forbid("no-cycles", {}, { circular: true }, "A cycle hides the direction of data."),
    forbid(
      "core-imports-nothing",
      { path: "^src/core/" },
      { pathNot: "^src/core/|^(node:)?path$" },
      "core is the vocabulary.",
    ),
    forbid(
      "pure-stages",
      { path: "^src/(policy|rewrite)/" },
      { dependencyTypes: ["core"], pathNot: "^(node:)?path$" },
      "policy and rewrite see the machine only through the Host they are given.",
    ),
    forbid(
      "machine-access",
      { path: "^src/(protocol|config|policy|engine|rewrite|pipeline)" },
      { path: "^(node:)?(fs|fs/promises|child_process|net|http|https|os)$" },
      "Only host, runtime, install and the entries touch the machine.",
    ),
    forbid(
      "heavy-libraries",
      { path: "^src/", pathNot: "^src/(runtime|install|cli|doctor)/" },
      { path: "node_modules/(dockerode|execa|fs-extra)" },
      "These cost start-up time; the hook bundle may not contain them.",
    ),
    forbid(
      "dockerode-execa-in-runtime",
      { path: "^src/", pathNot: "^src/runtime/" },
      { path: "node_modules/(dockerode|execa)" },
      "Only runtime drives processes and daemons.",
    ),
    forbid(
      "engines-apart",
      { path: "^src/engine/([^/]+)/" },
      { path: "^src/engine/[^/]+/", pathNot: "^src/engine/$1/" },
      "Engines do not import each other.",
    ),
    forbid(
      "protocol-first",
      { path: "^src/protocol/" },
      { path: "^src/(config|policy|engine|rewrite|runtime|install|doctor|cli)/" },
      "Data flows right.",
    ),
    forbid(
      "config-second",
      { path: "^src/config/" },
      { path: "^src/(policy|engine|rewrite|runtime|install|doctor|cli)/" },
      "Data flows right.",
    ),
    forbid(
      "policy-third",
      { path: "^src/policy/" },
      { path: "^src/(engine|rewrite|runtime|install|doctor|cli|host)/" },
      "Data flows right.",
    ),
    forbid(
      "engine-fourth",
      { path: "^src/engine/" },
      { path: "^src/(rewrite|runtime|install|doctor|cli)/" },
      "Data flows right.",
    ),
    forbid(
      "nothing-imports-cli",
      { pathNot: "^src/cli/|^install.ts$" },
      { path: "^src/cli/" },
      "cli is the outermost layer.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
