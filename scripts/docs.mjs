#!/usr/bin/env -S npx tsx
// npm run docs: writes what is made from the sources: docs/CONFIG.md and schema.json. A test holds both to the sources.
import { writeFileSync } from "node:fs";
import { renderConfigReference } from "../src/config/config-reference.ts";
import { renderSettingsFileSchema } from "../src/config/settings-schema.ts";

writeFileSync("docs/CONFIG.md", renderConfigReference());
writeFileSync("schema.json", renderSettingsFileSchema());
