import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { SandboxError } from '../world/sandbox-error.js';

/** Answers a refused admin call: `{"error":{"code","message"}}` with the status of the code. */
@Catch(SandboxError)
export class SandboxErrorFilter implements ExceptionFilter<SandboxError> {
  catch(error: SandboxError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(error.status).json({ error: { code: error.code, message: error.message } });
  }
}
