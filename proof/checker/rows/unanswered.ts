/**
 * **unanswered**: a shopper asked for their list, for deletion or for a price alert without saying which price, and nothing
 * was said to it; or the shop had a shopper asked for something, and the question never came. Excused like the
 * confirmation of a STOP: an answer whose outcome is unknown is not sent again.
 *
 * **twice**, for questions of the shop: more requests to tap than the shop had asked for.
 */
import { groupBy } from '../alerts.js';
import { doubtfulReplies, isReply, says } from '../answers.js';
import type { Accepted, Ask, Evidence, Violation, Word } from '../evidence.js';

const LIST_EMPTY = /You have no alerts at the moment\b/;
const DELETE_ASK = /Shall we delete everything we keep about you\b/;
/** Which price; that it costs no more than this already; that it is waited for, was told, or has no price. */
const PRICE_ASK =
  /.*(?:[Ff]rom which (?:lower )?price on|You are on the list for|We have just told you|We do not know a price)/;

function answers({ what }: Word, entry: Accepted): boolean {
  if (!isReply(entry)) return false;
  if (what === 'list') return entry.template?.type === 'generic' || says(entry, LIST_EMPTY) !== null;
  return says(entry, what === 'delete' ? DELETE_ASK : PRICE_ASK) !== null;
}

/** Whether a message of the bot is a request to tap about this SKU. */
export const asksFor = (entry: Accepted, sku: string): boolean =>
  isReply(entry) &&
  ['one_time_notif_req', 'notification_messages'].includes(entry.template?.type ?? '') &&
  entry.template?.cards[0]?.title.split(/[\s?:]/).includes(sku) === true;

/** See above. */
export function unanswered(evidence: Evidence): Violation[] {
  const { inputs, ledger } = evidence;
  const doubtful = doubtfulReplies(evidence);
  const received = groupBy(ledger, (e) => e.psid);
  const missing = (asked: Word | Ask, what: string, isAnswer: (entry: Accepted) => boolean): Violation[] => {
    const { psid, sent_at, acked_at } = asked;
    if (acked_at === null || doubtful.has(psid)) return [];
    if ((received.get(psid) ?? []).some((e) => e.accepted_at >= sent_at && isAnswer(e))) return [];
    return [{ row: 'unanswered', at: sent_at, what, psid, sku: 'sku' in asked ? asked.sku : null }];
  };
  return [
    ...inputs.words.flatMap((word) => missing(word, `"${word.what}" was not answered`, (e) => answers(word, e))),
    ...inputs.asks.flatMap((ask) => missing(ask, 'the shop\u2019s question never came', (e) => asksFor(e, ask.sku))),
  ];
}

/** See above. */
export function askedTwice({ inputs, ledger }: Evidence): Violation[] {
  const asks = [...groupBy(inputs.asks, (a) => `${a.psid} ${a.sku}`).values()];
  return asks.flatMap((same) => {
    const { psid, sku } = same[0] as Ask;
    const surplus = ledger.filter((e) => e.psid === psid && asksFor(e, sku)).slice(same.length);
    return surplus.map((e): Violation => {
      return { row: 'twice', at: e.accepted_at, what: `${e.mid}: the shop\u2019s question came once more`, psid, sku };
    });
  });
}
