/** The demo that `npm start` plays once everything is ready. */

/** What the demo needs to know about the run. */
export interface DemoContext {
  readonly kafkaBrokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Base address of each service: `urls.optin` is `http://127.0.0.1:3001`. */
  readonly urls: Readonly<Record<string, string>>;
  /** Base address of the sandbox: its phones, its admin API, the Send API. */
  readonly sandboxUrl: string;
  /** Secrets of this state folder, by the names in deploy/services.json. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The addresses as variables (`KAFKA_BROKERS`, ...), for a command of the CLI. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes one line for the person who watches. */
  readonly say: (line: string) => void;
  /** Aborted when the run is being stopped. */
  readonly signal: AbortSignal;
}

/** An alert that arrived on a phone of the demo. */
export interface DemoAlert {
  readonly kind: string;
  /** Who got it, as the demo calls them. */
  readonly shopper: string;
  readonly sku: string;
  /** Milliseconds from the catalogue event's append to the message's arrival on the phone. */
  readonly eventToPhoneMs: number;
}

/** What came of it. */
export interface DemoResult {
  readonly alerts: readonly DemoAlert[];
  /** Further lines for the final block: what to look at, what to try. */
  readonly next: readonly string[];
}

/**
 * Plays the demo: applies the demo shop, lets shoppers opt in, sends catalogue events, and waits for the alerts. Then
 * the shop goes on quietly until `signal`.
 * @throws Error with the reason when an alert that it waits for does not come
 */
export async function playDemo(context: DemoContext): Promise<DemoResult> {
  // Loaded here and not above: what it needs takes its time to load, and the servers start meanwhile.
  const { play } = await import('./demo/play.js');
  return play(context);
}
