import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { isPortFree, PortPicker } from './ports.js';

describe('PortPicker', () => {
  it('passes over a port that is taken and never gives one twice', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = (server.address() as AddressInfo).port;
    try {
      expect(await isPortFree(taken)).toBe(false);
      const picker = new PortPicker();
      const first = await picker.pick(undefined, taken);
      expect(first).not.toBe(taken);
      expect(await isPortFree(first)).toBe(true);
      expect(await picker.pick(first)).not.toBe(first);
      expect(await new PortPicker().pick(taken, first)).toBe(first);
    } finally {
      server.close();
    }
  });
});
