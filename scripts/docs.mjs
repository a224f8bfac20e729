#!/usr/bin/env -S npx tsx
// npm run docs: writes what is made from the sources: docs/CONFIG.md and schema.json, and
// docs/COMPATIBILITY.md from what the clients' releases did. A test holds them to their sources.
import { writeFileSync } from "node:fs";
import { renderConfigReference } from "../src/config/config-reference.ts";
import { renderSettingsFileSchema } from "../src/config/settings-schema.ts";
import { renderCompatibility } from "../test/e2e/releases/render-compatibility.ts";

writeFileSync("docs/COMPATIBILITY.md", renderCompatibility());
writeFileSync("docs/CONFIG.md", renderConfigReference());
writeFileSync("schema.json", renderSettingsFileSchema());
