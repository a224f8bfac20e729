// npm run plugin: writes .claude-plugin/ from the registrations of the installer. A test says when it is stale.
import { mkdirSync, writeFileSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };
import { renderPlugin } from "../src/install/plugin/render-plugin.ts";

mkdirSync(".claude-plugin", { recursive: true });
for (const { name, text } of renderPlugin(manifest)) writeFileSync(name, text);
