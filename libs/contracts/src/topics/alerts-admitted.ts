import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';
import { MatchedAlert, matchedExample } from './alerts-matched.js';

/** A short lease to send one alert: good until `send_by`, counted in every window from now on until it is answered. */
export const Admission = MatchedAlert.extend({
  admission_no: z.int().min(1).describe('1 for the first; delivery answers each number once'),
  send_by: Millis,
  settings_rev: z.int().min(0),
  admitted_at: Millis,
});
export type Admission = z.infer<typeof Admission>;

/** Admissions, from throttling to delivery. */
export const alertsAdmitted = defineTopic({
  name: 'alerts.admitted',
  key: 'shopper_id',
  purpose: 'Alerts that may leave now: each a lease of a few seconds.',
  owner: 'throttling',
  schema: Admission,
  retention: { policy: 'delete', retentionMs: days(7) },
  example: {
    ...matchedExample,
    admission_no: 1,
    send_by: 1_790_000_010_060,
    settings_rev: 4,
    admitted_at: 1_790_000_000_060,
  },
});
