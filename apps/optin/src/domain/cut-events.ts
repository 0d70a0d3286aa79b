/**
 * Cuts the events out of a webhook body without taking it apart any further: what is stored is the platform's own text
 * (docs/decisions/0015), with its escapes, its long numbers and its repeated names. Knows just enough JSON to find its
 * way along `entry[].messaging[]`, `.standby[]` and `.changes[]`; what is inside an event is for the caller to parse.
 * A name that comes twice loses nothing: both values are walked.
 */

/** The lists of an entry that hold events. */
export const EVENT_LISTS = ['messaging', 'standby', 'changes'] as const;
/** See {@link EVENT_LISTS}. */
export type EventList = (typeof EVENT_LISTS)[number];

/** An event's place in the body, in bytes, and the entry that it stands in. */
export interface CutEvent {
  readonly list: EventList;
  readonly from: number;
  readonly to: number;
  readonly entry: EntryHead;
}

/** What an entry says about all its events, as it is written there; undefined: nothing. */
export interface EntryHead {
  readonly id: string | undefined;
  readonly time: string | undefined;
}

/** The events of a body in its order. `unreadable`: items that should be entries or events and are no objects. */
export interface CutBody {
  readonly events: readonly CutEvent[];
  readonly unreadable: number;
}

/** Cuts a body; one that is not JSON holds no events and counts as one unreadable item. */
export function cutEvents(body: Buffer): CutBody {
  // One character for each byte: places in the text are places in the body, and JSON's own signs are all ASCII.
  const text = new Text(body.toString('latin1'));
  const found = new Found();
  try {
    text.members((name) => {
      if (name === 'entry' && text.begins('[')) text.elements(() => readEntry(text, found));
      else text.skip();
    });
    text.end();
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { events: [], unreadable: 1 };
  }
  return found;
}

class Found implements CutBody {
  readonly events: CutEvent[] = [];
  unreadable = 0;
}

function readEntry(text: Text, found: Found): void {
  if (!text.begins('{')) {
    found.unreadable += 1;
    text.skip();
    return;
  }
  const head: { id: string | undefined; time: string | undefined } = { id: undefined, time: undefined };
  text.members((name) => {
    const list = EVENT_LISTS.find((known) => known === name);
    if (list !== undefined && text.begins('[')) {
      return text.elements(() => {
        const isObject = text.begins('{');
        const from = text.at;
        const to = text.skip();
        if (isObject) found.events.push({ list, from, to, entry: head });
        else found.unreadable += 1;
      });
    }
    const from = text.at;
    const to = text.skip();
    if (name === 'id' || name === 'time') head[name] = text.between(from, to);
    else if (list !== undefined) found.unreadable += 1;
  });
}

class NotJson extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Between two signs of JSON. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** A place in a JSON text that moves on. After each call it stands on the next sign that is no space. */
class Text {
  at = 0;

  constructor(private readonly text: string) {
    this.space();
  }

  begins(sign: string): boolean {
    return this.text[this.at] === sign;
  }

  /** Walks an object; `visit` must move past the member's value. @throws NotJson where there is none */
  members(visit: (name: string) => void): void {
    if (!this.begins('{')) throw new NotJson();
    this.list('}', () => {
      const from = this.at;
      if (this.text.charCodeAt(from) !== QUOTE) throw new NotJson();
      const name = nameIn(this.between(from, this.skip()));
      this.take(':');
      visit(name);
    });
  }

  /** Walks an array; `visit` must move past the element. */
  elements(visit: () => void): void {
    this.list(']', visit);
  }

  /** Moves past one value, however deep it is; answers where the value itself ends. */
  skip(): number {
    let depth = 0;
    do {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) this.skipString();
      else if (code === 0x7b || code === 0x5b) {
        depth += 1;
        this.at += 1;
      } else if (code === 0x7d || code === 0x5d) {
        depth -= 1;
        this.at += 1;
      } else if (depth > 0 && !Number.isNaN(code)) this.at += 1;
      else this.skipScalar();
    } while (depth > 0);
    if (depth < 0) throw new NotJson();
    const end = this.at;
    this.space();
    return end;
  }

  between(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  /** @throws NotJson when something follows */
  end(): void {
    if (this.at < this.text.length) throw new NotJson();
  }

  private list(end: string, visit: () => void): void {
    this.at += 1;
    this.space();
    if (this.begins(end)) return this.take(end);
    for (;;) {
      visit();
      if (this.begins(end)) return this.take(end);
      this.take(',');
    }
  }

  private take(sign: string): void {
    if (!this.begins(sign)) throw new NotJson();
    this.at += 1;
    this.space();
  }

  private space(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at += 1;
  }

  private skipString(): void {
    let end = this.at;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end === -1) throw new NotJson();
    } while (this.escaped(end));
    this.at = end + 1;
  }

  /** Whether an odd number of backslashes stands before a place. */
  private escaped(place: number): boolean {
    let before = place - 1;
    while (this.text.charCodeAt(before) === BACKSLASH) before -= 1;
    return (place - before) % 2 === 0;
  }

  private skipScalar(): void {
    const from = this.at;
    while (/[-+.\w]/.test(this.text[this.at] ?? ' ')) this.at += 1;
    if (this.at === from) throw new NotJson();
  }
}

/** @throws NotJson for a name with a wrong escape in it */
function nameIn(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw new NotJson();
  }
}
