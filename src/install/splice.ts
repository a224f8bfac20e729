/** Text put in the place of other text. `removed` is kept so that a splice can be undone exactly. */
export interface Splice {
  /** UTF-16 units from the start of the text that the splice is applied to. */
  readonly offset: number;
  readonly removed: string;
  readonly inserted: string;
}

/** A text before and after some splices; each splice applies to the result of the one before it. */
export interface Edited {
  readonly before: string;
  readonly after: string;
  readonly splices: readonly Splice[];
}

/** No change. */
export function unchanged(text: string): Edited {
  return { before: text, after: text, splices: [] };
}

function swap(text: string, offset: number, [from, to]: readonly [string, string]): string | undefined {
  if (text.slice(offset, offset + from.length) !== from) return undefined;
  return text.slice(0, offset) + to + text.slice(offset + from.length);
}

/** Adds splices to an edit, in order. */
export function spliced(edited: Edited, splices: readonly Splice[]): Edited {
  let after = edited.after;
  for (const { offset, removed, inserted } of splices) {
    after = after.slice(0, offset) + inserted + after.slice(offset + removed.length);
  }
  return { before: edited.before, after, splices: [...edited.splices, ...splices] };
}

/** The text before the splices, or undefined when the text is not what they made. */
export function undoSplices(after: string, splices: readonly Splice[]): string | undefined {
  let text: string | undefined = after;
  for (const { offset, removed, inserted } of [...splices].reverse()) {
    if (text === undefined) return undefined;
    text = swap(text, offset, [inserted, removed]);
  }
  return text;
}
