import { createHash } from "node:crypto";
import { type Settings, renderSettings } from "./drop-in.ts";
import { renderPlist } from "./plist.ts";

export const EXPORT_FORMATS = ["json", "mobileconfig", "plist", "reg", "intune"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The preference domain that Claude Code reads on macOS. */
const DOMAIN = "com.anthropic.claudecode";
const IDENTIFIER = "dev.sandhook.policy";

/** A UUID that stays the same for the same text: the device then replaces the profile instead of adding one. */
function stableId(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join("-").toUpperCase();
}

/** Apple's payload for managed preferences of a domain. */
function renderMobileconfig(settings: Settings): string {
  const payload = {
    PayloadType: "com.apple.ManagedClient.preferences",
    PayloadVersion: 1,
    PayloadIdentifier: `${IDENTIFIER}.claude-code`,
    PayloadUUID: stableId(`${IDENTIFIER}.claude-code`),
    PayloadEnabled: true,
    PayloadContent: { [DOMAIN]: { Forced: [{ mcx_preference_settings: settings }] } },
  };
  return renderPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: IDENTIFIER,
    PayloadUUID: stableId(IDENTIFIER),
    PayloadDisplayName: "Claude Code: sandboxed commands (sandhook)",
    PayloadScope: "System",
    PayloadRemovalDisallowed: true,
    PayloadContent: [payload],
  });
}

/**
 * The registry value that Claude Code reads on Windows. sandhook's runtime does not run there, so that its hooks refuse
 * every command of a native session; sessions inside WSL take the policy over and find the runtime there.
 */
function renderReg(settings: Settings): string {
  const json = JSON.stringify({ wslInheritsWindowsSettings: true, ...settings });
  // Escaped to ASCII: registry editors disagree about the encoding of a file without a byte order mark.
  const ascii = json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const value = ascii.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const lines = [
    "Windows Registry Editor Version 5.00",
    "",
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode]",
    `"Settings"="${value}"`,
    "",
  ];
  return lines.join("\r\n");
}

/** A custom macOS configuration, as the Graph API of Intune takes it (deviceManagement/deviceConfigurations). */
function renderIntune(settings: Settings): string {
  return renderSettings({
    "@odata.type": "#microsoft.graph.macOSCustomConfiguration",
    displayName: "Claude Code: sandboxed commands (sandhook)",
    description: "Managed settings of Claude Code that run every shell command in a sandbox.",
    payloadName: "sandhook",
    payloadFileName: "sandhook.mobileconfig",
    deploymentChannel: "deviceChannel",
    payload: Buffer.from(renderMobileconfig(settings), "utf8").toString("base64"),
  });
}

/**
 * The drop-in for a device management system. Deterministic: the same settings give the same text.
 * @throws InstallError `managed.not-xml`
 */
export function exportManaged(settings: Settings, format: ExportFormat): string {
  switch (format) {
    case "json":
      return renderSettings(settings);
    case "plist":
      return renderPlist(settings);
    case "mobileconfig":
      return renderMobileconfig(settings);
    case "reg":
      return renderReg(settings);
    case "intune":
      return renderIntune(settings);
  }
}
