import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ChangeFeed } from '../world/change-feed.js';

const KEEP_ALIVE_MS = 15_000;
/** Unsent bytes after which a reader is cut off. */
const BACKLOG_MAX = 256 * 1024;

/** Live updates for the phone page as server-sent events: each says what changed, not how. */
@Controller('admin/stream')
export class StreamController {
  constructor(private readonly feed: ChangeFeed) {}

  @Get()
  stream(@Res() response: Response): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    const stopListening = this.feed.listen((change) => {
      // A reader that does not keep up is cut off: it comes back by itself and fetches how things stand.
      if (response.writableLength > BACKLOG_MAX) response.destroy();
      else response.write(`data: ${JSON.stringify(change)}\n\n`);
    });
    const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS).unref();
    response.on('close', () => {
      clearInterval(keepAlive);
      stopListening();
    });
  }
}
