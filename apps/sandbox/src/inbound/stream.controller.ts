import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ChangeFeed } from '../world/change-feed.js';

const KEEP_ALIVE_MS = 15_000;

/** Live updates for the phone page as server-sent events: each says what changed, not how. */
@Controller('admin/stream')
export class StreamController {
  constructor(private readonly feed: ChangeFeed) {}

  @Get()
  stream(@Req() request: Request, @Res() response: Response): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    const stopListening = this.feed.listen((change) => response.write(`data: ${JSON.stringify(change)}\n\n`));
    const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS).unref();
    request.on('close', () => {
      clearInterval(keepAlive);
      stopListening();
    });
  }
}
