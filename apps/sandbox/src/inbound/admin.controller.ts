import {
  All,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Admin } from '../world/admin.js';
import { adminOpenApi } from './admin-openapi.js';
import { SandboxErrorFilter } from './sandbox-error.filter.js';
import { UnreadableBody, bodyParams, readBytes } from './read-params.js';
import { SandboxError } from '../world/sandbox-error.js';
import { streamJsonArray } from './stream-json.js';

/**
 * The admin API: the verbs of {@link Admin} over HTTP, JSON in and out. It asks for no credentials; the sandbox listens
 * on this machine only.
 */
@Controller('admin')
@UseFilters(SandboxErrorFilter)
export class AdminController {
  constructor(private readonly admin: Admin) {}

  @Get('overview')
  overview() {
    return this.admin.overview();
  }

  @Post('pages')
  async createPage(@Req() request: Request) {
    return this.admin.createPage(await json(request));
  }

  @Patch('pages/:page')
  async changePage(@Param('page') page: string, @Req() request: Request) {
    return this.admin.changePage(page, await json(request));
  }

  @Post('pages/:page/token')
  @HttpCode(200)
  async setToken(@Param('page') page: string, @Req() request: Request) {
    return this.admin.setToken(page, await json(request));
  }

  @Post('pages/:page/webhook')
  @HttpCode(200)
  async setWebhook(@Param('page') page: string, @Req() request: Request) {
    return this.admin.setWebhook(page, await json(request));
  }

  @Post('pages/:page/personas')
  async createPersonas(@Param('page') page: string, @Req() request: Request) {
    return this.admin.createPersonas(page, await json(request));
  }

  @Post('people')
  async createPerson(@Req() request: Request) {
    return this.admin.createPerson(await json(request));
  }

  @Patch('people/:psid')
  async changePerson(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.changePerson(psid, await json(request));
  }

  @Post('products')
  async createProduct(@Req() request: Request) {
    return this.admin.createProduct(await json(request));
  }

  @Get('people/:psid/thread')
  thread(@Param('psid') psid: string) {
    return this.admin.thread(psid);
  }

  @Post('people/:psid/say')
  @HttpCode(200)
  async say(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.say(psid, await json(request));
  }

  @Post('people/:psid/tap-get-started')
  @HttpCode(200)
  tapGetStarted(@Param('psid') psid: string) {
    return this.admin.tapGetStarted(psid);
  }

  @Post('people/:psid/tap-notify-me')
  @HttpCode(200)
  async tapNotifyMe(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.tapNotifyMe(psid, await json(request));
  }

  @Post('people/:psid/tap-get-updates')
  @HttpCode(200)
  async tapGetUpdates(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.tapGetUpdates(psid, await json(request));
  }

  @Post('people/:psid/stop-notifications')
  @HttpCode(200)
  async stopNotifications(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.stopNotifications(psid, await json(request));
  }

  @Post('people/:psid/resume-notifications')
  @HttpCode(200)
  async resumeNotifications(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.resumeNotifications(psid, await json(request));
  }

  @Post('people/:psid/click-link')
  @HttpCode(200)
  async clickLink(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.clickLink(psid, await json(request));
  }

  @Post('people/:psid/press')
  @HttpCode(200)
  async press(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.press(psid, await json(request));
  }

  @Post('people/:psid/press-menu')
  @HttpCode(200)
  async pressMenu(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.pressMenu(psid, await json(request));
  }

  @Post('people/:psid/tap-ice-breaker')
  @HttpCode(200)
  async tapIceBreaker(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.tapIceBreaker(psid, await json(request));
  }

  @Post('people/:psid/inbox-reply')
  @HttpCode(200)
  async replyFromInbox(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.replyFromInbox(psid, await json(request));
  }

  @Post('people/:psid/react')
  @HttpCode(200)
  async react(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.react(psid, await json(request));
  }

  @Post('people/:psid/deliver')
  @HttpCode(200)
  deliver(@Param('psid') psid: string) {
    return this.admin.deliver(psid);
  }

  @Post('people/:psid/read')
  @HttpCode(200)
  read(@Param('psid') psid: string) {
    return this.admin.read(psid);
  }

  @Get('ledger')
  ledger(@Query() filter: Record<string, string>, @Res() response: Response): Promise<void> {
    return streamJsonArray(response, this.admin.ledgerPages(filter));
  }

  @Get('ambiguous')
  ambiguous(@Query() filter: Record<string, string>) {
    return this.admin.ambiguous(filter);
  }

  @Get('calls')
  calls(@Query() filter: Record<string, string>, @Req() request: Request) {
    return this.admin.calls(filter, origin(request));
  }

  @Get('calls/:id')
  call(@Param('id') id: string, @Req() request: Request) {
    return this.admin.call(Number(id), origin(request));
  }

  @Get('webhooks')
  webhooks(@Query() filter: Record<string, string>) {
    return this.admin.webhooks(filter);
  }

  @Get('webhooks/:id')
  webhook(@Param('id') id: string) {
    return this.admin.webhook(Number(id));
  }

  @Get('traffic')
  traffic(@Query() filter: Record<string, string>) {
    return this.admin.traffic(filter);
  }

  @Get('search')
  search(@Query() input: Record<string, string>) {
    return this.admin.search(input as { q: string });
  }

  @Get('clock')
  clock() {
    return this.admin.clock();
  }

  @Post('clock')
  @HttpCode(200)
  async moveClock(@Req() request: Request) {
    return this.admin.clock(await json(request));
  }

  @Get('faults')
  faults() {
    return this.admin.faults();
  }

  @Post('faults')
  async addFault(@Req() request: Request) {
    return this.admin.addFault(await json(request));
  }

  @Delete('faults')
  @HttpCode(204)
  clearFaults(): void {
    this.admin.clearFaults();
  }

  @Get('disorder')
  disorder() {
    return this.admin.disorder();
  }

  @Post('disorder')
  async addDisorder(@Req() request: Request) {
    return this.admin.addDisorder(await json(request));
  }

  @Delete('disorder')
  @HttpCode(204)
  clearDisorder(): void {
    this.admin.clearDisorder();
  }

  @Post('people/:psid/request-deletion')
  @HttpCode(200)
  async requestDeletion(@Param('psid') psid: string, @Req() request: Request) {
    return this.admin.requestDeletion(psid, await json(request));
  }

  @Post('reset')
  @HttpCode(204)
  reset(): void {
    this.admin.reset();
  }

  @Get('openapi.json')
  description() {
    return adminOpenApi();
  }

  /** Without this, a mistyped path would reach the Graph API and be told about access tokens. */
  @All('*path')
  unknown(@Req() request: Request): never {
    throw new SandboxError('unknown_path', `The admin API has no ${request.method} ${request.path}.`);
  }
}

/** Where the caller reached this sandbox. */
function origin(request: Request): string {
  return `http://${request.headers.host ?? '127.0.0.1'}`;
}

/** The JSON object in a request. The type is a claim that the verbs of {@link Admin} check: they parse every input. */
async function json<T>(request: Request): Promise<T> {
  try {
    return bodyParams(await readBytes(request), 'application/json') as T;
  } catch (error) {
    if (error instanceof UnreadableBody) throw new SandboxError('invalid', error.message);
    throw error;
  }
}
