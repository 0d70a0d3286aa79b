import { extname } from 'node:path';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PAGE_FILES } from '../tokens.js';
import { PAGE_FILE_NAMES } from './page-files.js';
import type { PageFiles } from './page-files.js';

/** Everything the page loads comes from the sandbox itself; only pictures, sounds and films may come from elsewhere. */
const POLICY =
  "default-src 'self'; img-src * data:; media-src *; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The phone page: HTML, CSS and JavaScript modules as they lie there, no build. */
@Controller()
export class PageController {
  constructor(@Inject(PAGE_FILES) private readonly files: PageFiles) {}

  @Get(['/', ...PAGE_FILE_NAMES])
  file(@Req() request: Request, @Res() response: Response): void {
    const name = request.path === '/' ? 'index.html' : request.path.slice(1);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('cache-control', 'no-cache');
    response.type(extname(name)).send(this.files[name]?.());
  }
}
