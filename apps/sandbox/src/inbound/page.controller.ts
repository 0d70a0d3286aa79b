import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { PAGE_FILES } from '../tokens.js';
import type { PageFiles } from './page-files.js';

/** Everything the page loads comes from the sandbox itself; only product pictures may come from elsewhere. */
const POLICY = "default-src 'self'; img-src * data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The phone page: one file of HTML, one of CSS, one of JavaScript, no build. */
@Controller()
export class PageController {
  constructor(@Inject(PAGE_FILES) private readonly files: PageFiles) {}

  @Get('/')
  html(@Res() response: Response): void {
    this.send(response, 'index.html', 'text/html');
  }

  @Get('phone.css')
  css(@Res() response: Response): void {
    this.send(response, 'phone.css', 'text/css');
  }

  @Get('phone.js')
  js(@Res() response: Response): void {
    this.send(response, 'phone.js', 'text/javascript');
  }

  @Get('favicon.svg')
  icon(@Res() response: Response): void {
    this.send(response, 'favicon.svg', 'image/svg+xml');
  }

  private send(response: Response, name: keyof PageFiles, type: string): void {
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('cache-control', 'no-cache');
    response.type(`${type}; charset=utf-8`).send(this.files[name]());
  }
}
