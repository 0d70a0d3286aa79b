import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { deletionPage } from '../domain/deletion-page.js';
import { Erasures } from '../outbound/erasures.js';

/** How a deletion stands, for whoever has its receipt code. */
@Controller('/privacy/deletions')
export class DeletionStatusController {
  constructor(
    private readonly erasures: Erasures,
    private readonly dataSource: DataSource,
  ) {}

  /** 200, or 404 for a code that nobody knows; a page in the browser's language either way. */
  @Get(':code')
  async show(
    @Param('code') code: string,
    @Headers('accept-language') languages: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const status = await this.erasures.byCode(this.dataSource, code.toUpperCase().slice(0, 40));
    response.status(status ? 200 : 404);
    response.type('text/html; charset=utf-8');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('vary', 'accept-language');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    return deletionPage(status, languages);
  }
}
