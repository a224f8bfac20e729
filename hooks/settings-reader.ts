/** The parts of reading settings that need libraries; loaded by the hook only when a file is new to it. */
export { settingsReader } from "../src/config/settings-reader.ts";
