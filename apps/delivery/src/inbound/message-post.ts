import { nameOfTopic, topicOfSku, type Admission, type Money } from '@beckon/contracts';
import { faultPoint } from '@beckon/kafka';
import { classifyAnswer, formatMetadata, type OutgoingMessage, type SendRequest } from '@beckon/messenger';
import type { Clock, Logger, Sealer } from '@beckon/service';
import type { Fact } from '../domain/facts.js';
import type { Told } from '../domain/ledger-row.js';
import { wordAlert, type WordingFacts } from '../domain/word-alert.js';
import { postAnswer } from '../metrics.js';
import type { Claimed } from '../outbound/ledger-store.js';
import type { MessengerClient } from '../outbound/messenger-client.js';
import { accessTokenOf, type AccessToken, type KnownPage, type Pages } from '../outbound/page-directory.js';

/** What a POST needs; the same for all Pages of a worker. */
export interface PostParts {
  readonly client: Pick<MessengerClient, 'post'>;
  readonly pages: Pages;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const NOTHING_TOLD: Told = { template: null, locale: null, price_amount: null, price_currency: null };

/** Words and POSTs one message that the gate let pass, and says what came of it as a fact. */
export class MessagePost {
  constructor(private readonly parts: PostParts) {}

  /**
   * @param epoch of the lease under which it was claimed.
   * @param deadline monotonic milliseconds, checked right before the first byte.
   */
  async attempt(claimed: Claimed, epoch: number, deadline: number): Promise<Fact> {
    const { row } = claimed;
    const now = (): number => this.parts.clock.now();
    const known = this.parts.pages.find(row.page);
    const token = known && accessTokenOf(known);
    if (!token) return { type: 'not_sent', why: 'no_token', epoch, at: now() };
    if (known.shop !== row.shop || known.page.page !== row.page) {
      this.parts.log.error({ page: row.page, shop: row.shop }, 'a message names a Page of another shop; not sent');
      return { type: 'not_sent', why: 'unreadable', epoch, at: now() };
    }
    const worded = wordsOf(claimed, known);
    if ('fault' in worded) {
      this.parts.log.error({ id: row.id, shop: row.shop, detail: worded.fault }, 'a message could not be worded');
      return { type: 'not_worded', detail: worded.fault, epoch, at: now() };
    }
    const request = this.requestOf(claimed, worded.message);
    if (!request) return { type: 'not_sent', why: 'unreadable', epoch, at: now() };
    return this.post(claimed, epoch, token, request, worded.told, deadline);
  }

  private async post(
    c: Claimed,
    epoch: number,
    token: AccessToken,
    request: SendRequest,
    told: Told,
    deadline: number,
  ): Promise<Fact> {
    const { clock, client } = this.parts;
    const result = await client.post({ page: c.row.page, accessToken: token.token, request, deadline });
    faultPoint('post:answered');
    const at = clock.now();
    if (result.type === 'not_sent') return { type: 'not_sent', why: result.why, epoch, at };
    postAnswer.record(Math.max(0, at - result.posted_at) / 1000, { outcome: result.type });
    const { posted_at } = result;
    if (result.type === 'lost') return { type: 'answer_lost', posted_at, told, epoch, at };
    const { grant_kind } = c.row;
    const recipientKind = grant_kind === 'one_time' || grant_kind === 'notification' ? grant_kind : 'psid';
    const answer = classifyAnswer({ status: result.status, bodyText: result.bodyText, recipientKind });
    if (answer.outcome === 'refused')
      this.parts.log.warn(
        { page: c.row.page, code: answer.code, subcode: answer.subcode, action: answer.action, trace: answer.trace },
        'Messenger refused a message',
      );
    return { type: 'answered', posted_at, answer, token_mark: token.mark, told, epoch, at };
  }

  /** Addresses the message: the token if one was claimed, else the person. Undefined when our keys do not open it. */
  private requestOf(c: Claimed, message: OutgoingMessage): SendRequest | undefined {
    const withId = { ...message, metadata: formatMetadata(c.row.id) };
    try {
      if (c.token_sealed !== null) {
        const token = this.parts.sealer.open(c.token_sealed);
        const isOnce = c.row.grant_kind === 'one_time';
        return {
          recipient: isOnce ? { one_time_notif_token: token } : { notification_messages_token: token },
          message: withId,
        };
      }
      return {
        recipient: { id: this.parts.sealer.open(c.psid_sealed) },
        messaging_type: c.row.kind === 'reply' ? 'RESPONSE' : 'UPDATE',
        message: withId,
      };
    } catch (err) {
      this.parts.log.error({ err, id: c.row.id }, 'a sealed id or token cannot be opened; see SEAL_KEYS');
      return undefined;
    }
  }
}

/** Replies come in words; alerts are worded with the offer as the gate saw it, or with the topic as the settings have it. */
function wordsOf(c: Claimed, known: KnownPage): { message: OutgoingMessage; told: Told } | { fault: string } {
  if (c.row.kind === 'reply') return { message: c.row.body.body as OutgoingMessage, told: NOTHING_TOLD };
  const topic = topicOfSku(c.row.body.sku);
  const offer = topic === undefined ? offerOf(c) : topicOf(topic, c.row.body, known);
  if (!offer) return { fault: topic === undefined ? 'the offer is not known' : 'the settings name no such topic' };
  const worded = wordAlert({
    kind: c.row.body.kind,
    locale: c.row.body.locale,
    shop: { name: known.settings.name, locale: known.settings.locale, templates: known.settings.templates },
    offer,
  });
  return worded.ok ? { message: { text: worded.text }, told: worded.told } : { fault: worded.detail };
}

function offerOf({ offer }: Claimed): WordingFacts['offer'] | undefined {
  if (!offer) return undefined;
  const { price_amount: amount, price_currency: currency } = offer;
  const price: Money | null = amount === null || currency === null ? null : { amount, currency };
  return { ...offer, price };
}

/** A topic is called as the shopper reads it, costs nothing and is not counted. */
function topicOf(
  topic: string,
  { kind, locale }: Pick<Admission, 'kind' | 'locale'>,
  { settings }: KnownPage,
): WordingFacts['offer'] | undefined {
  const known = settings.topics.find((t) => t.topic === topic && t.kind === kind);
  if (!known) return undefined;
  const title = nameOfTopic(known, [locale, settings.locale]);
  return { title, options: [], price: null, units: null, url: known.url ?? null };
}
