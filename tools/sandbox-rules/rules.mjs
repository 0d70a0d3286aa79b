/**
 * The rules that the sandbox keeps, for its table and for docs/sandbox-assumptions.md: what, whether the platform
 * documents it, and what is assumed with its default and the switch that changes it, or why there is none.
 */
const documented = 'documented';
const rule = (number, what, ...assumed) => ({ rule: number, what, source: documented, assumed });
const ours = (number, what, ...assumed) => ({ rule: number, what, source: 'assumed', assumed });
const assume = (what, fallback, ...switches) => ({ what, default: fallback, switches });
const fixed = (what, fallback, why) => ({ what, default: fallback, switches: [], why });

export const RULES = [
  rule(1, 'A person has an id of their own on each Page; another Page’s id is nobody'),
  rule(2, 'Without a live access token every call is refused (190), until a new one is set'),
  rule(
    3,
    '`require_appsecret_proof`: calls prove the app secret',
    assume('the code of a missing or wrong proof', '100', 'assumed_codes.appsecret_proof'),
  ),
  rule(4, '`permissions`, `app_live`: missing permission 200; not live and no role 200/2018028'),
  rule(
    5,
    'Page id or `me`, any version segment, token as parameter or Bearer',
    assume('unknown and ended versions are served, by the oldest live one', 'served', 'unknown_versions'),
    assume('the code where they are refused', '2500', 'assumed_codes.unknown_version'),
  ),
  rule(6, 'What opens the 24-hour window'),
  rule(7, 'After the window: 10/2018278'),
  rule(
    8,
    'Opt-in taps, deliveries and reads do not open it',
    assume('a tap on Notify Me does not open the window', 'false', 'notify_me_opens_window'),
  ),
  rule(9, 'Retired message tags are refused; HUMAN_AGENT for 7 days'),
  rule(
    10,
    '`strict_messaging_type`: a missing `messaging_type`',
    assume('a message without it is taken', 'false', 'strict_messaging_type'),
  ),
  rule(
    11,
    'One-time request: title of 65, payload, permission',
    assume('the code for extra keys', '100', 'assumed_codes.one_time_extra_keys'),
    assume('the code for a Page without the permission', '10', 'one_time_allowed', 'assumed_codes.one_time_permission'),
    fixed(
      'a Page with the permission lists `one_time_notification` in `messaging_feature_review`',
      'always',
      'the platform names no feature there; a caller must not rely on it',
    ),
  ),
  rule(12, 'The tap gives one event and one token, whenever it comes'),
  ours(13, 'A second tap says nothing', assume('a second tap says nothing', 'false', 'second_tap_emits')),
  rule(14, 'A token works with the window open or closed and is used up'),
  rule(
    15,
    'A token works once, however many try at once',
    assume('the code of a used token', '100', 'assumed_codes.one_time_token'),
  ),
  rule(16, 'A token lives 365 days', assume('the code of an expired token', '100', 'assumed_codes.one_time_token')),
  rule(
    17,
    'Another Page’s token is none; a failed validation uses nothing up',
    assume('the code of another Page’s token', '100', 'assumed_codes.one_time_token'),
    assume('a message that fails its checks uses no token up', 'false', 'failed_checks_spend_tokens'),
  ),
  ours(
    18,
    'Throttling and dead access tokens use nothing up; a lost answer does',
    assume('a refused send uses no token up', 'false', 'refused_sends_spend_tokens'),
  ),
  rule(19, 'Nothing lists one-time tokens; unknown paths and fields answer as Graph does'),
  rule(
    20,
    '`one_time_requests_per_day`: open requests per person in 24 hours',
    assume('how many may wait at one person', '5', 'one_time_requests_per_day'),
    assume('the code above that', '613', 'assumed_codes.one_time_requests'),
  ),
  rule(21, 'Receiving does not open the window, answering does'),
  rule(
    22,
    'Notification requests: fields, topic once a week, number a week',
    assume('how many topics a week', '10', 'notification_requests_per_week'),
  ),
  rule(
    23,
    'Opt-in, stop and resume webhooks',
    assume('an underscore in `STOP_NOTIFICATIONS`, not a space', 'false', 'notification_status_with_space'),
  ),
  rule(
    24,
    'Cooldown, stop, expiry, regions of notification tokens',
    assume('how many days a token lives from the last opt-in on', '365', 'notification_token_days'),
    assume('hours between two messages', '48', 'notification_cooldown_hours'),
    assume('people outside the regions cannot be reached', 'true', 'notification_regions_only'),
    assume('the code for them', '10', 'assumed_codes.notification_region'),
  ),
  rule(25, 'Three follow-ups in two minutes, the later ones of 250 characters'),
  rule(26, 'The list of tokens, one token, verbs for testers'),
  { rule: 27, what: 'Marketing-message mode', source: documented, assumed: [], missing: true },
  rule(
    28,
    'Text: not empty, fewer than 2000 characters',
    assume('a character is a Unicode code point', 'code_points', 'text_units'),
  ),
  rule(29, 'Limits of templates, buttons, quick replies, metadata; files by address or by id'),
  rule(30, 'Unknown keys; message together with an action'),
  rule(31, 'One kind of recipient', assume('the code of none or several', '100', 'assumed_codes.recipient')),
  rule(
    32,
    'People who cannot be reached: 551 or 200/1545041, 10/2018108',
    assume('which of both codes', '551', 'unavailable_code'),
  ),
  rule(
    33,
    'A thread of another app: 10/2018300, standby without payloads of postbacks, thread control',
    assume('a button below the app’s own message keeps its payload and is no standby', 'false', 'standby_own_buttons'),
    assume('opt-ins, referrals and reactions come in standby too', 'all', 'standby_events'),
  ),
  rule(34, 'Restricted Page 10/1893063, policy block 368 with webhook'),
  rule(
    35,
    'Kept from Europe: 10/2018336',
    assume('which features: opt-in requests and sends by token', 'nobody', 'eu_blocked (of a person)'),
    assume('the Page is not under the privacy rules of Europe', 'false', 'eu_privacy_rules'),
  ),
  rule(
    36,
    '`limits_enforced`: messages a second, sounds and films a second, calls in 24 hours, profile calls',
    assume('limits do not refuse, so that load tests measure the sender', 'false', 'limits_enforced'),
    assume('the code when a day’s calls are used up', '80006', 'day_limit_code'),
    assume('messages a second into one thread', 'null: no limit of its own', 'thread_sends_per_second'),
    assume('pictures and files count as texts do', 'audio, video', 'media_kinds'),
  ),
  rule(
    37,
    'High volume above 40 messages a second',
    assume('a high volume is told, not refused', 'false', 'refuse_high_volume'),
  ),
  rule(
    38,
    'Usage headers and minutes until calls pass; calling on prolongs',
    assume('how many seconds calling on can prolong a block of the messages per second', '1', 'rate_debt_seconds'),
  ),
  rule(39, 'Batches of 50; null for items that time out'),
  rule(40, 'A callback must echo a challenge'),
  rule(
    41,
    'Only subscribed fields are sent; `subscribed_apps`',
    fixed(
      'reading `subscribed_apps` needs pages_manage_metadata, as changing it does',
      'always',
      'who may not read it cannot watch it: a caller must bear the refusal',
    ),
  ),
  rule(42, 'Escaped ASCII bytes, signed'),
  rule(
    43,
    'Retries with the same bytes, alert at 15 minutes, subscription ended at 1 hour, dropped after 36 hours',
    assume('the first retry comes at once, the second after', '1000', 'webhook_retry_first_ms'),
    assume('from then on gaps double, up to', '300000 (five minutes)', 'webhook_retry_longest_ms'),
    assume('what already waits is tried on after the end of the subscription', 'false', 'end_drops_waiting'),
  ),
  rule(
    44,
    'Disorder of webhooks: `disorder_rate`, `/admin/disorder`; batches: `webhook_batch_ms`',
    assume('each webhook goes alone and at once', '0', 'webhook_batch_ms'),
    assume('nothing is out of order', '0', 'disorder_rate', 'disorder_seed', 'disorder_kinds', 'disorder_late_ms'),
  ),
  rule(
    45,
    'Each accepted send comes back as an echo; answers from the Page’s inbox with its app id',
    assume('an answer from the inbox leaves the thread with the app', 'false', 'inbox_reply_takes_thread'),
    fixed('an answer from the inbox needs no window', 'always', 'whoever answers by hand is no bot, and tests no bot'),
  ),
  rule(
    46,
    'Deliveries and reads with watermarks; `receipts` of a person',
    assume('devices send no receipts by themselves', 'none', 'receipts (of a person)', 'receipt_delay_ms'),
  ),
  rule(47, 'm.me links of new people and in existing threads'),
  ours(
    48,
    'Faults to order, or at a seeded random rate: `fault_rate`, of a Page or of a person',
    assume('no send meets a fault', '0', 'fault_rate', 'fault_seed', 'fault_kinds'),
  ),
  { rule: 49, what: 'The ledger of what people truly received', source: 'of the sandbox', assumed: [] },
  rule(50, 'Data deletion with a signed request, right or tampered with'),
];

/** What is assumed outside the numbered rules. */
export const FURTHER_ASSUMPTIONS = [
  fixed(
    'an address of a file leads to one: nothing is fetched, only addresses that are none are refused',
    'always',
    'the sandbox needs no network, and a fault with code 100 plays the refusal',
  ),
  assume('a person without a picture has one with their initials', 'drawn by the sandbox', 'profile_pic (of a person)'),
  assume('a Page has a Get Started button from the beginning', 'GET_STARTED', 'get_started_payload'),
  fixed(
    'without a Get Started button the first message of a new person begins the thread',
    'always',
    'otherwise nobody could begin one',
  ),
  fixed(
    'a question that a new person taps brings the `ref` of their link along, as Get Started does',
    'always',
    'the disorder `no_ref` takes it away',
  ),
  fixed(
    'the Get Started button cannot be deleted below a persistent menu',
    '100/2018145',
    'a menu without the button is no state that a bot could come upon',
  ),
  fixed(
    'there is no profile of people without a thread, or whose account is gone',
    '100/2018218',
    'a bot must bear the refusal, and who has tapped Get Started has a profile',
  ),
];
