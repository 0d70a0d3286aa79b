import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { stopRequests, type SignalSource } from './stop-requests.js';

function set(): {
  source: EventEmitter;
  signal: AbortSignal;
  said: () => number;
  exits: number[];
  at(ms: number): void;
} {
  const exits: number[] = [];
  let said = 0;
  let now = 0;
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) });
  const signal = stopRequests(
    source as unknown as SignalSource,
    () => (said += 1),
    () => now,
  );
  return { source, signal, exits, said: () => said, at: (ms) => (now = ms) };
}

describe('stop requests', () => {
  it('one key press may arrive several times and is one request', () => {
    const { source, signal, said, exits, at } = set();
    source.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    at(40);
    source.emit('SIGINT');
    at(900);
    source.emit('SIGTERM');
    expect([said(), exits]).toEqual([1, []]);
  });

  it('a later one means at once', () => {
    const { source, exits, at } = set();
    source.emit('SIGINT');
    at(1_500);
    source.emit('SIGINT');
    expect(exits).toEqual([130]);
  });

  it('whoever started us being gone is a request, and never one to hurry', () => {
    const { source, signal, said, exits, at } = set();
    source.emit('disconnect');
    expect(signal.aborted).toBe(true);
    at(5_000);
    source.emit('disconnect');
    expect([said(), exits]).toEqual([1, []]);
  });
});
