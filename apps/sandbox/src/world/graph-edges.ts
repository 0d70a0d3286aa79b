import { Injectable } from '@nestjs/common';
import { graphError } from '../domain/graph-error.js';
import type { GraphError } from '../domain/graph-error.js';
import type { Page } from '../domain/model.js';
import { peekRecipient } from '../domain/read-send.js';
import type { FaultKind } from '../domain/faults.js';
import {
  rule19UnknownPath,
  rule1KnownPerson,
  rule4Permission,
  rule5OwnPage,
  unknownPathComponents,
} from '../domain/rules-identity.js';
import { rule26DevSupport, rule26Paging, rule26Row } from '../domain/rules-notification.js';
import type { GraphPath } from '../domain/rules-identity.js';
import { WEBHOOK_FIELDS, rule41Fields } from '../domain/subscription.js';
import { Attachments } from './attachments.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { GraphProfile } from './graph-profile.js';
import { GraphSend } from './graph-send.js';
import { SandboxState } from './sandbox-state.js';

/** A Graph call whose token was found good. */
export interface EdgeCall {
  readonly method: string;
  /** For the words of a refusal. */
  readonly pathname: string;
  readonly path: GraphPath | undefined;
  readonly params: Record<string, unknown>;
  /** Where this sandbox is for the caller: `http://127.0.0.1:3010`. */
  readonly origin: string;
  /** What delays the answer to a send (rule 48). */
  readonly fault?: FaultKind | undefined;
}

/** What became of a call: the body of the answer, with whom it was about, or the refusal. */
export type EdgeOutcome =
  | { readonly refusal: GraphError }
  | { readonly body: object; readonly psid?: string; readonly mid?: string | undefined };

/** What a Page serves besides itself: each edge with its method. Anything else is unknown (rules 5 and 19). */
@Injectable()
export class GraphEdges {
  constructor(
    private readonly state: SandboxState,
    private readonly graph: GraphSend,
    private readonly clock: SandboxClock,
    private readonly feed: ChangeFeed,
    private readonly profile: GraphProfile,
    private readonly attachments: Attachments,
  ) {}

  /** Serves a call in one synchronous step. */
  answer(page: Page, call: EdgeCall): EdgeOutcome {
    const { path, params } = call;
    if (!path) return { refusal: unknownPathComponents(call.pathname) };
    const looked = call.method === 'GET' && path.edge === undefined ? this.lookUp(page, path.object, call) : undefined;
    if (looked) return looked;
    const wrongObject = rule5OwnPage(path.object, page);
    if (wrongObject) return { refusal: wrongObject };
    switch (`${call.method} ${path.edge ?? ''}`) {
      case 'GET ':
        return this.profile.page(page, params);
      case 'POST messages':
        return this.send(page, params, call.fault);
      case 'POST message_attachments':
        return this.attachments.upload(page, params);
      case 'GET messenger_profile':
      case 'POST messenger_profile':
      case 'DELETE messenger_profile':
        return this.profile.messengerProfile(page, call.method, params);
      case 'GET messaging_feature_review':
        return this.profile.featureReview(page);
      case 'GET notification_message_tokens':
        return this.tokens(page, params);
      case 'POST notification_messages_dev_support':
        return this.devSupport(page, params);
      case 'GET subscribed_apps':
        return this.subscriptions(page);
      case 'POST subscribed_apps':
        return this.subscribe(page, params);
      case 'DELETE subscribed_apps':
        return this.setFields(page, []);
      case 'POST take_thread_control':
        return this.moveControl(page, params, null);
      case 'POST pass_thread_control':
        return this.moveControl(page, params, params.target_app_id);
      default:
        return { refusal: rule19UnknownPath(call.pathname) };
    }
  }

  private send(page: Page, params: Record<string, unknown>, fault: FaultKind | undefined): EdgeOutcome {
    const outcome = this.graph.send(page, params, fault);
    if ('refusal' in outcome) return outcome;
    const { psid, mid, attachmentId } = outcome;
    const saved = attachmentId !== undefined && { attachment_id: attachmentId };
    return { psid, mid, body: { recipient_id: psid, ...(mid !== undefined && { message_id: mid }), ...saved } };
  }

  /** What can be read besides the Page itself: one of its people, or one token. */
  private lookUp(page: Page, object: string, { params, origin }: EdgeCall): EdgeOutcome | undefined {
    const person = this.state.people.get(object);
    if (person?.page === page.id) return this.profile.person(page, person, params, origin);
    return this.oneToken(page, object);
  }

  /** Rule 26: `GET /notification_messages_{TOKEN}`. */
  private oneToken(page: Page, object: string): EdgeOutcome | undefined {
    const name = /^notification_messages_(\d+)$/.exec(object)?.[1];
    const token = name === undefined ? undefined : this.state.notificationTokens.get(name);
    if (token?.page !== page.id) return undefined;
    return { psid: token.psid, body: rule26Row(token, page.rules, this.clock.now()) };
  }

  /** Rule 26: the tokens of the Page, oldest first. The cursor is the last token of the page before. */
  private tokens(page: Page, params: Record<string, unknown>): EdgeOutcome {
    const paging = rule26Paging(params);
    if ('refusal' in paging) return paging;
    const own = [...this.state.notificationTokens.values()].filter((token) => token.page === page.id);
    const cursorOf = (token: string): string => Buffer.from(token).toString('base64url');
    const from = paging.after === undefined ? 0 : own.findIndex(({ token }) => cursorOf(token) === paging.after) + 1;
    if (paging.after !== undefined && from === 0) {
      return { refusal: graphError(26, 100, undefined, 'Invalid cursor in param after.') };
    }
    const now = this.clock.now();
    const shown = own.slice(from, from + paging.limit);
    const last = shown.at(-1);
    const cursors = last && own.length > from + shown.length ? { cursors: { after: cursorOf(last.token) } } : undefined;
    return {
      body: { data: shown.map((token) => rule26Row(token, page.rules, now)), ...(cursors && { paging: cursors }) },
    };
  }

  /** Rule 26: lifts the cooldown of a tester's token, or asks the tester to renew it. */
  private devSupport(page: Page, params: Record<string, unknown>): EdgeOutcome {
    const recipient = peekRecipient(params);
    const token = recipient?.kind === 'notification' ? this.state.notificationTokens.get(recipient.token) : undefined;
    const person = token?.page === page.id ? this.state.people.get(token.psid) : undefined;
    if (!token || !person) {
      return { refusal: graphError(26, 100, undefined, 'Invalid or expired notification_messages_token.') };
    }
    const refusal = rule26DevSupport(params.developer_action, person);
    if (refusal) return { refusal };
    if (params.developer_action === 'ENABLE_FOLLOWUP_MESSAGE') token.lastUsedAt = null;
    else this.graph.askAgain(token);
    return { psid: person.psid, body: { success: true } };
  }

  /** Rule 41: what the app is subscribed to. */
  private subscriptions(page: Page): EdgeOutcome {
    const refusal = rule4Permission(page, 'pages_manage_metadata');
    if (refusal) return { refusal };
    const fields = page.subscribedFields ?? [...WEBHOOK_FIELDS];
    const app = { id: page.appId, name: page.name, link: '', category: 'Business', subscribed_fields: fields };
    return { body: { data: fields.length === 0 ? [] : [app] } };
  }

  private subscribe(page: Page, params: Record<string, unknown>): EdgeOutcome {
    const read = rule41Fields(params.subscribed_fields);
    return 'refusal' in read ? read : this.setFields(page, read.fields);
  }

  private setFields(page: Page, fields: string[]): EdgeOutcome {
    const refusal = rule4Permission(page, 'pages_manage_metadata');
    if (refusal) return { refusal };
    page.subscribedFields = fields;
    page.subscriptionEndedAt = null;
    page.webhookFailingSince = null;
    this.feed.tell({ type: 'pages' });
    return { body: { success: true } };
  }

  /** Rule 33: the app takes a thread, or gives it to another app. The one that asked is not told by webhook. */
  private moveControl(page: Page, params: Record<string, unknown>, owner: unknown): EdgeOutcome {
    const recipient = peekRecipient(params);
    const psid = recipient?.kind === 'psid' ? recipient.psid : undefined;
    const person = psid === undefined ? undefined : this.state.people.get(psid);
    const refusal = rule4Permission(page, 'pages_messaging') ?? rule1KnownPerson(person, page.id);
    if (refusal || !person) return { refusal: refusal ?? rule19UnknownPath('recipient') };
    const given = typeof owner === 'number' || (typeof owner === 'string' && owner !== '') ? String(owner) : null;
    person.threadOwner = given === page.appId ? null : given;
    this.feed.tell({ type: 'people' });
    return { psid: person.psid, body: { success: true } };
  }
}
