/** The three addresses that operators' tools ask: two probes and the metrics. */
import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { HealthRegistry, type HealthReport } from './health.js';
import { METRICS_CONTENT_TYPE, metricsText } from './metrics.js';

@Controller()
export class HealthController {
  constructor(@Inject(HealthRegistry) private readonly health: HealthRegistry) {}

  /** 200, or 503 when only a restart helps. */
  @Get('health/live')
  @Header('cache-control', 'no-store')
  async live(): Promise<HealthReport> {
    return orUnavailable(await this.health.reportLive());
  }

  /** 200, or 503 while requests should go elsewhere. */
  @Get('health/ready')
  @Header('cache-control', 'no-store')
  async ready(): Promise<HealthReport> {
    return orUnavailable(await this.health.reportReady());
  }

  @Get('metrics')
  @Header('content-type', METRICS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return metricsText();
  }
}

function orUnavailable(report: HealthReport): HealthReport {
  if (report.status === 'failing') throw new ServiceUnavailableException(report);
  return report;
}
