import type { SeatbeltToggle } from "../../core/plan.ts";

/** The module behind each toggle. All are off unless the user's own settings turn them on. */
export const TOGGLE_MODULES: Readonly<Record<SeatbeltToggle, string>> = {
  pty: "50-toggle-pty.sb",
  "keychain-read": "51-toggle-keychain-read.sb",
  chromium: "52-toggle-chromium.sb",
  simulator: "53-toggle-simulator.sb",
  "apple-events": "54-toggle-apple-events.sb",
  "docker-socket": "55-toggle-docker-socket.sb",
};
