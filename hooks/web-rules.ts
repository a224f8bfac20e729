/** The network policy for the client's own web tools; loaded by the hook only when one is used. */
export { decideWebFetch } from "../src/policy/file-tools/decide-web-fetch.ts";
