import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { namesOf } from '../domain/user-profile.js';
import { SandboxState } from '../world/sandbox-state.js';

/** The picture of a person who has none: their initials. Its address is in their profile, and holds nothing secret. */
@Controller('profile-pictures')
export class PictureController {
  constructor(private readonly state: SandboxState) {}

  @Get(':psid.svg')
  picture(@Param('psid') psid: string, @Res() response: Response): void {
    const person = this.state.people.get(psid);
    if (!person) {
      response.status(404).end();
      return;
    }
    const { first, last } = namesOf(person.name);
    const initials = [first, last].flatMap((name) => [...name].slice(0, 1)).join('');
    response
      .type('image/svg+xml')
      .send(drawing(initials.toUpperCase(), Number(BigInt.asUintN(16, BigInt(psid))) % 360));
  }
}

function drawing(initials: string, hue: number): string {
  const text = initials.replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">',
    `<rect width="96" height="96" fill="hsl(${hue} 55% 42%)"/>`,
    '<text x="48" y="61" text-anchor="middle" font-family="sans-serif" font-size="38" fill="#fff">',
    `${text}</text></svg>`,
  ].join('');
}
