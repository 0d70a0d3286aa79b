import { Injectable } from '@nestjs/common';
import { PAGE_NODE, PERSON_NODE, pickFields, readFields } from '../domain/fields.js';
import { deleteFromProfile, readProfile, setProfile } from '../domain/messenger-profile.js';
import type { MessengerProfile } from '../domain/messenger-profile.js';
import type { Page, Person } from '../domain/model.js';
import { rule4Permission } from '../domain/rules-identity.js';
import { profileAvailable, userProfile } from '../domain/user-profile.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import type { EdgeOutcome } from './graph-edges.js';
import { UsageMeter } from './usage-meter.js';

/** What can be read about the Page and its people, and the Page's Messenger profile. */
@Injectable()
export class GraphProfile {
  constructor(
    private readonly clock: SandboxClock,
    private readonly feed: ChangeFeed,
    private readonly meter: UsageMeter,
  ) {}

  /** `GET /{page}?fields=id,name` */
  page(page: Page, params: Record<string, unknown>): EdgeOutcome {
    const read = readFields(params.fields, PAGE_NODE);
    if ('refusal' in read) return read;
    return { body: pickFields(read.fields, { id: page.id, name: page.name }) };
  }

  /** `GET /{psid}?fields=first_name,...`; `origin`: where this sandbox's pictures are. */
  person(page: Page, person: Person, params: Record<string, unknown>, origin: string): EdgeOutcome {
    const refusal = rule4Permission(page, 'pages_messaging') ?? profileAvailable(person);
    if (refusal) return { refusal };
    const read = readFields(params.fields, PERSON_NODE);
    if ('refusal' in read) return read;
    const known = userProfile(person, `${origin}/profile-pictures/${person.psid}.svg`, this.clock.now());
    return { psid: person.psid, body: pickFields(read.fields, known) };
  }

  /** `GET`, `POST` and `DELETE /{page}/messenger_profile` */
  messengerProfile(page: Page, method: string, params: Record<string, unknown>): EdgeOutcome {
    const refusal = rule4Permission(page, 'pages_messaging') ?? this.meter.profileCall(page);
    if (refusal) return { refusal };
    if (method === 'GET') {
      const read = readProfile(page.profile, params.fields, page.rules.euPrivacyRules);
      return 'refusal' in read ? read : { body: { data: read.data } };
    }
    return this.change(
      page,
      method === 'POST' ? setProfile(page.profile, params) : deleteFromProfile(page.profile, params.fields),
    );
  }

  /**
   * `GET /{page}/messaging_feature_review`: what the Page was reviewed for. That one-time notifications are told here, and
   * under which name, is assumed: the platform's page names no feature.
   */
  featureReview(page: Page): EdgeOutcome {
    const refusal = rule4Permission(page, 'pages_messaging');
    if (refusal) return { refusal };
    return { body: { data: page.oneTimeAllowed ? [{ feature: 'one_time_notification', status: 'approved' }] : [] } };
  }

  private change(page: Page, outcome: { profile: MessengerProfile } | Extract<EdgeOutcome, { refusal: unknown }>) {
    if ('refusal' in outcome) return outcome;
    page.profile = outcome.profile;
    this.feed.tell({ type: 'pages' });
    return { body: { result: 'success' } };
  }
}
