import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import 'reflect-metadata';
import type { Server } from 'node:http';
import { WEBHOOK_ANSWER_MS } from '@beckon/messenger';
import { GraphController } from './inbound/graph.controller.js';
import { graphFirst } from './inbound/graph-first.js';
import { readablePath } from './inbound/readable-path.js';
import { sameOriginOnly } from './inbound/same-origin.js';
import { loadSnapshot, saveSnapshot } from './outbound/snapshot-file.js';
import { WebhookSender } from './outbound/webhook-sender.js';
import { SandboxModule } from './sandbox.module.js';
import { Admin } from './world/admin.js';
import { Receipts } from './world/receipts.js';
import { SandboxState } from './world/sandbox-state.js';

/** How a sandbox is started. */
export interface SandboxOptions {
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Address to listen on; 127.0.0.1 if absent. */
  host?: string | undefined;
  /**
   * A file from which the state is read at the start and to which it is written at the end, with the ledger beside it
   * (`<file>.ledger.jsonl`); absent: all of it goes with the sandbox.
   */
  stateFile?: string | undefined;
  /** How long a webhook receiver may take, in milliseconds of real time; the platform's 5,000 if absent. */
  webhookTimeoutMs?: number | undefined;
  /** How many events may wait for webhook receivers before more are dropped; 250,000 if absent. */
  webhooksWaiting?: number | undefined;
}

/** A running sandbox: its address, the verbs of the admin API in process, and its end. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`: the Graph API, `/admin` and the phone page are below it. */
  readonly url: string;
  readonly port: number;
  /** The same verbs as `/admin`. */
  readonly admin: Admin;
  /** Stops listening, breaks held connections, writes the snapshot if one was asked for. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox in this process.
 * @throws if the port is taken or the state file is not a snapshot.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const app = await NestFactory.create<NestExpressApplication>(
    SandboxModule.with({
      webhookTimeoutMs: options.webhookTimeoutMs ?? WEBHOOK_ANSWER_MS,
      webhooksWaiting: options.webhooksWaiting,
      ...(options.stateFile !== undefined && { ledgerPath: `${options.stateFile}.ledger.jsonl` }),
    }),
    // Bodies are read by the controllers, so that malformed ones get the answer of the API that they were sent to.
    { bodyParser: false, forceCloseConnections: true, logger: ['error', 'fatal'] },
  );
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(readablePath);
  app.use('/admin', sameOriginOnly);
  const state = app.get(SandboxState);
  const webhooks = app.get(WebhookSender);
  const snapshot = options.stateFile === undefined ? undefined : loadSnapshot(options.stateFile);
  if (snapshot) {
    state.restore(snapshot.state);
    webhooks.resume(snapshot.webhooks);
  }
  graphFirst(app.getHttpServer() as Server, app.get(GraphController));
  await app.listen(options.port, options.host ?? '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    admin: app.get(Admin),
    close: async () => {
      app.get(Receipts).reset();
      await app.close();
      const waiting = webhooks.stop();
      if (options.stateFile !== undefined) {
        saveSnapshot(options.stateFile, { version: 1, state: state.snapshot(), webhooks: waiting });
      }
      state.ledger.close();
      state.ambiguous.close();
    },
  };
}
