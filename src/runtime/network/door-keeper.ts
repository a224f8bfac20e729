import type { DoorRequest } from "./control.ts";
import type { OpenDoor } from "./doors.ts";

interface Entry {
  readonly door: Promise<OpenDoor>;
  /** Milliseconds since 1970. */
  lastUse: number;
  hidden: boolean;
}

/** The open doors of one proxy: at most one of each kind for a project, closed when nobody has come for a while. */
export class DoorKeeper {
  readonly #open: (request: DoorRequest) => Promise<OpenDoor>;
  readonly #idleMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(open: (request: DoorRequest) => Promise<OpenDoor>, idleMs: number) {
    this.#open = open;
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Opens the door, or makes sure that it is open. Rejects when it cannot be opened; the next request tries again. */
  async ensure(request: DoorRequest): Promise<void> {
    const name = `${request.kind} ${request.key}`;
    const known = this.#entries.get(name);
    if (known !== undefined && (await this.#revive(known))) return;
    const entry = { door: this.#open(request), lastUse: Date.now(), hidden: false };
    this.#entries.set(name, entry);
    try {
      await entry.door;
    } catch (error) {
      this.#entries.delete(name);
      throw error;
    }
  }

  async #revive(entry: Entry): Promise<boolean> {
    const door = await entry.door;
    if (!door.isWhole()) {
      await door.close();
      return false;
    }
    entry.lastUse = Date.now();
    entry.hidden = false;
    door.show();
    return true;
  }

  /**
   * Closes doors that nobody uses, in two steps: a door that has been idle is hidden first, and closed at the next round
   * unless a command that had already found it has come through.
   */
  async closeIdle(now = Date.now()): Promise<void> {
    for (const [name, entry] of this.#entries) {
      const door = await entry.door.catch(() => undefined);
      if (door === undefined) continue;
      if (door.isUsed()) {
        entry.lastUse = now;
        if (entry.hidden) door.show();
        entry.hidden = false;
      } else if (!door.isWhole() || entry.hidden) {
        this.#entries.delete(name);
        await door.close();
      } else if (now - entry.lastUse >= this.#idleMs) {
        entry.hidden = true;
        door.hide();
      }
    }
  }

  async closeAll(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.allSettled(entries.map(async ({ door }) => (await door).close()));
  }
}
