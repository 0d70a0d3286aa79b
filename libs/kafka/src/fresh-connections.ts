/**
 * kafkajs uses one Connection object for every life of a connection to a broker, and does not forget what the former
 * life left: half an answer that was cut off is put before the first answer of the next one. From then on every length is
 * read in the wrong place: the process ends with a RangeError that nobody can catch, or waits for bytes that never come.
 * And the former socket still delivers into the same buffers (kafkajs 2.2.4, src/network/connection.js, `processData`).
 *
 * So each new life begins with empty buffers and without the former socket. Shown by fresh-connections.spec.ts.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** The part of kafkajs's own class that is touched. */
export interface KafkaJsConnection {
  socket?: Socket;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<unknown>;
}

/** An answer begins with its length, a 32-bit number (Kafka protocol guide, "Protocol Primitive Types"). */
const LENGTH_BYTES = 4;
const DONE = Symbol.for('beckon.freshConnections');

/** Mends the class for this process; calling it again changes nothing. */
export function connectFresh(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load('kafkajs/src/network/connection.js') as {
    prototype: KafkaJsConnection & { [DONE]?: boolean };
  };
  if (prototype[DONE]) return;
  prototype[DONE] = true;
  const { connect } = prototype;
  prototype.connect = function (this: KafkaJsConnection): Promise<unknown> {
    if (!this.isConnected()) {
      this.socket?.removeAllListeners('data');
      this.socket?.destroy();
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = LENGTH_BYTES;
    }
    return connect.call(this);
  };
}
