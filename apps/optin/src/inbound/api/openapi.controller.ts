import { Get, Header } from '@nestjs/common';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { apiDocument } from './openapi.js';

/** The description of the API that it is itself part of. */
@ApiController('openapi.json')
export class OpenApiController {
  private readonly document = apiDocument();

  @Get()
  @Needs('open')
  @Header('cache-control', 'public, max-age=300')
  get(): object {
    return this.document;
  }
}
