/** A settings file as far as it is looked at here. */
interface SettingsIn<File> {
  readonly file: File;
  readonly settings: Readonly<Record<string, unknown>>;
}

function switchOf(settings: Readonly<Record<string, unknown>>): boolean | undefined {
  const sandbox = settings["sandbox"];
  if (typeof sandbox !== "object" || sandbox === null || !("enabled" in sandbox)) return undefined;
  return typeof sandbox.enabled === "boolean" ? sandbox.enabled : undefined;
}

/** The file that switches Claude Code's own sandbox on, of files strongest first; undefined when it is off. */
export function findNativeSandbox<File>(files: readonly SettingsIn<File>[]): File | undefined {
  const decisive = files.find(({ settings }) => switchOf(settings) !== undefined);
  return decisive !== undefined && switchOf(decisive.settings) === true ? decisive.file : undefined;
}
