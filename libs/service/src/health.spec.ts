import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health.js';

describe('notes', () => {
  it('are told with readiness and change nothing of it', async () => {
    const health = new HealthRegistry();
    let words: string | undefined = undefined;
    health.addNote('pages', () => words);
    expect(await health.reportReady()).toEqual({ status: 'ok', checks: {} });
    words = 'the token is dead';
    expect(await health.reportReady()).toEqual({ status: 'ok', checks: {}, notes: { pages: 'the token is dead' } });
    expect(await health.reportLive()).toEqual({ status: 'ok', checks: {} });
  });
});

describe('HealthRegistry', () => {
  it('is well without checks', async () => {
    expect(await new HealthRegistry().reportLive()).toEqual({ status: 'ok', checks: {} });
  });

  it('reports each check; one fault makes the whole fail; live and ready are apart', async () => {
    const health = new HealthRegistry();
    health.addReady('database', () => undefined);
    health.addReady('consumer', async () => 'has no partitions yet');
    health.addReady('cache', () => {
      throw new Error('connect ECONNREFUSED');
    });
    expect(await health.reportReady()).toEqual({
      status: 'failing',
      checks: { database: 'ok', consumer: 'has no partitions yet', cache: 'connect ECONNREFUSED' },
    });
    expect((await health.reportLive()).status).toBe('ok');
  });

  it('a check that does not answer counts as failed', async () => {
    const health = new HealthRegistry(20);
    health.addLive('stuck', () => new Promise<undefined>(() => undefined));
    expect(await health.reportLive()).toEqual({ status: 'failing', checks: { stuck: 'no answer within 20 ms' } });
  });

  it('a removed check no longer counts', async () => {
    const health = new HealthRegistry();
    health.addReady('started', () => 'still starting');
    expect((await health.reportReady()).status).toBe('failing');
    health.removeReady('started');
    expect((await health.reportReady()).status).toBe('ok');
  });
});
