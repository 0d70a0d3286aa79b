/** What changed, for whoever shows it live. Names only: readers fetch what they want to show. */
export type Change =
  | { readonly type: 'thread'; readonly psid: string }
  | { readonly type: 'people' }
  | { readonly type: 'pages' }
  | { readonly type: 'clock' }
  | { readonly type: 'faults' }
  | { readonly type: 'calls' }
  | { readonly type: 'webhooks' };

/** Tells listeners what changed, synchronously and in order. A listener must not throw. */
export class ChangeFeed {
  private readonly listeners = new Set<(change: Change) => void>();

  /** Starts listening; the returned function ends it. */
  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells everybody. */
  tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
