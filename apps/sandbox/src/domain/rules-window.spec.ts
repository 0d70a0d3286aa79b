import { describe, expect, it } from '@jest/globals';
import { HUMAN_AGENT_WINDOW_MS, WINDOW_MS } from '@beckon/messenger';
import {
  rule10MessagingType,
  rule6LastActedAt,
  rule6WindowEnd,
  rule7WindowOpen,
  rule9HumanAgentOpen,
  rule9Tag,
} from './rules-window.js';

const NOW = 1767225600000;

describe('rules 6 and 8: what opens the window', () => {
  it.each(['message', 'postback', 'quick_reply', 'reaction', 'link_into_thread'] as const)(
    'rule 6: a %s does',
    (act) => {
      expect(rule6LastActedAt(act, 5, NOW)).toBe(NOW);
      expect(rule6WindowEnd(rule6LastActedAt(act, null, NOW))).toBe(NOW + WINDOW_MS);
    },
  );

  it.each(['one_time_tap', 'delivery', 'read'] as const)('rule 8: a %s does not', (act) => {
    expect(rule6LastActedAt(act, 5, NOW)).toBe(5);
    expect(rule6WindowEnd(rule6LastActedAt(act, null, NOW))).toBeNull();
  });
});

describe('rule 7: the window ends after 24 hours', () => {
  it('is 24 hours long', () => expect(WINDOW_MS).toBe(86_400_000));

  it.each([
    ['at once', 0, true],
    ['after 24 h - 1 ms', WINDOW_MS - 1, true],
    ['after 24 h', WINDOW_MS, true],
    ['after 24 h + 1 ms', WINDOW_MS + 1, false],
  ])('%s', (_, later, open) => {
    const refusal = rule7WindowOpen(NOW, NOW + later);
    if (open) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ rule: 7, code: 10, subcode: 2018278 });
  });

  it('never opened', () => expect(rule7WindowOpen(null, NOW)).toMatchObject({ code: 10, subcode: 2018278 }));
});

describe('rule 9: tags', () => {
  it.each(['ACCOUNT_UPDATE', 'CONFIRMED_EVENT_UPDATE', 'POST_PURCHASE_UPDATE', 'NONSENSE', undefined, 7])(
    'refuses %s',
    (tag) => {
      expect(rule9Tag('MESSAGE_TAG', tag)).toMatchObject({ rule: 9, code: 100 });
      expect(rule9Tag('RESPONSE', tag)).toBeUndefined();
    },
  );

  it('lets a human answer for seven days', () => {
    expect(rule9Tag('MESSAGE_TAG', 'HUMAN_AGENT')).toBeUndefined();
    expect(rule9HumanAgentOpen(NOW, NOW + HUMAN_AGENT_WINDOW_MS)).toBeUndefined();
    expect(rule9HumanAgentOpen(NOW, NOW + HUMAN_AGENT_WINDOW_MS + 1)).toMatchObject({ rule: 9, code: 10 });
    expect(rule9HumanAgentOpen(null, NOW)).toMatchObject({ rule: 9, code: 10 });
  });
});

describe('rule 10: messaging_type', () => {
  it('may be missing, unless the Page is strict', () => {
    expect(rule10MessagingType(undefined, false)).toBeUndefined();
    expect(rule10MessagingType(undefined, true)).toMatchObject({ rule: 10, code: 100 });
  });

  it('must be a known one', () => {
    for (const type of ['RESPONSE', 'UPDATE', 'MESSAGE_TAG']) expect(rule10MessagingType(type, true)).toBeUndefined();
    for (const type of ['response', '', null, 3]) expect(rule10MessagingType(type, false)).toMatchObject({ code: 100 });
  });
});
