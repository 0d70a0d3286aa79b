/** JSON lines on stdout: level, time (ISO 8601), service, instance, trace and span id, then the event's own fields. */
import type { LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { types } from 'node:util';
import { pino, type ChildLoggerOptions, type DestinationStream, type Logger } from 'pino';
import { redact, scrub } from './redact.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  /** Least severe level that is written. */
  readonly level: string;
  readonly instance?: string;
  /** Where lines go; stdout if not given. Written synchronously, so that the last words of a process are not lost. */
  readonly destination?: DestinationStream;
}

/** Log as `log.info({ alert_id }, 'what happened')`; errors as `log.error({ err }, '…')`. */
export function createLogger(o: LoggerOptions): Logger {
  const options = {
    level: o.level,
    base: { service: o.service, ...(o.instance ? { instance: o.instance } : {}) },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceIds,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redact(fields) as Record<string, unknown>,
    },
    serializers: { err: describeError, error: describeError },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn) {
        method.apply(this, args.map((arg: unknown) => (typeof arg === 'string' ? scrub(arg) : arg)) as typeof args);
      },
    },
  };
  // pino's own default is asynchronous: at exit, the line then in flight comes out behind later ones, or not at all.
  return withCleanChildren(pino(options, o.destination ?? pino.destination({ dest: 1, sync: true })));
}

/** pino drops a formatter for bindings in children; children inherit this method, so theirs are redacted at any depth. */
function withCleanChildren(log: Logger): Logger {
  const child = log.child as unknown as Child;
  const cleanChild: Child = function (bindings, options) {
    return child.call(this, redact(bindings) as object, options);
  };
  log.child = cleanChild as unknown as Logger['child'];
  return log;
}
/** The method without its type parameter for custom levels, which we do not use. */
type Child = (this: Logger, bindings: object, options?: ChildLoggerOptions) => Logger;

function traceIds(): Record<string, string> {
  const context = trace.getActiveSpan()?.spanContext();
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

/**
 * Type, code, message and stack of an error and of its causes. Nothing else: database errors carry the statement's
 * parameters and the offending row, which may hold personal data.
 */
export function describeError(error: unknown): unknown {
  if (!isError(error)) return redact(error);
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: scrub(error.message),
    stack: scrub(error.stack ?? ''),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** Also true for an error from another realm (a VM context, a worker), where `instanceof` says no. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Lets Nest write through our logger. Its chatter about routes and modules goes to `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest calls (message, …more, context); for errors a stack may stand before the context. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const stack = texts.find((part) => part.includes('\n    at '));
    const context = texts.filter((part) => part !== stack).at(-1);
    const fields: Record<string, unknown> = { nest: context };
    if (isError(message)) this.logger[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'string') this.logger[level](stack ? { ...fields, stack } : fields, message);
    else this.logger[level]({ ...fields, detail: message }, 'nest');
  }
}
