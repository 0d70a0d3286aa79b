import { Controller, Get } from '@nestjs/common';

/** The sandbox has nothing to wait for: when it answers, it is ready. */
@Controller('health')
export class HealthController {
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
